import type { AccessPolicyResource } from '@medplum/fhirtypes';

type ResourceType = AccessPolicyResource['resourceType'];

/** What a record consists of: whatever may stand in a Patient's compartment, by itself or by `meta.accounts`. */
export const RECORD_TYPES = [
  ...['Account', 'AdverseEvent', 'AllergyIntolerance', 'Appointment', 'AppointmentResponse', 'Basic', 'BodyStructure'],
  ...['CarePlan', 'CareTeam', 'ChargeItem', 'Claim', 'ClaimResponse', 'ClinicalImpression', 'Communication'],
  ...['CommunicationRequest', 'Composition', 'Condition', 'Consent', 'Contract', 'Coverage'],
  ...['CoverageEligibilityRequest', 'CoverageEligibilityResponse', 'DetectedIssue', 'Device', 'DeviceDefinition'],
  ...['DeviceMetric', 'DeviceRequest', 'DeviceUseStatement', 'DiagnosticReport', 'DocumentManifest'],
  ...['DocumentReference', 'Encounter', 'Endpoint', 'EnrollmentRequest', 'EnrollmentResponse', 'EpisodeOfCare'],
  ...['ExplanationOfBenefit', 'FamilyMemberHistory', 'Flag', 'Goal', 'Group', 'GuidanceResponse'],
  ...['HealthcareService', 'ImagingStudy', 'Immunization', 'ImmunizationEvaluation', 'ImmunizationRecommendation'],
  ...['InsurancePlan', 'Invoice', 'Linkage', 'List', 'Location', 'Measure', 'MeasureReport', 'Media', 'Medication'],
  ...['MedicationAdministration', 'MedicationDispense', 'MedicationKnowledge', 'MedicationRequest'],
  ...['MedicationStatement', 'MolecularSequence', 'NutritionOrder', 'Observation', 'Organization', 'Patient'],
  ...['PaymentNotice', 'PaymentReconciliation', 'Person', 'PlanDefinition', 'Practitioner', 'PractitionerRole'],
  ...['Procedure', 'Provenance', 'Questionnaire', 'QuestionnaireResponse', 'RelatedPerson', 'RequestGroup'],
  ...['ResearchStudy', 'ResearchSubject', 'RiskAssessment', 'Schedule', 'ServiceRequest', 'Slot', 'Specimen'],
  ...['Substance', 'SupplyDelivery', 'SupplyRequest', 'Task', 'VisionPrescription'],
] as ResourceType[];

/** What else an export may hold: a source that answers `$everything` sends what it has. Nothing of it acts in Medplum. */
export const RARE_TYPES = [
  ...['ActivityDefinition', 'BiologicallyDerivedProduct', 'Bundle', 'CapabilityStatement', 'CatalogEntry'],
  ...['ChargeItemDefinition', 'CodeSystem', 'CompartmentDefinition', 'ConceptMap', 'EffectEvidenceSynthesis'],
  ...['EventDefinition', 'Evidence', 'EvidenceVariable', 'ExampleScenario', 'GraphDefinition', 'ImplementationGuide'],
  ...['Library', 'MedicinalProduct', 'MedicinalProductAuthorization', 'MedicinalProductContraindication'],
  ...['MedicinalProductIndication', 'MedicinalProductIngredient', 'MedicinalProductInteraction'],
  ...['MedicinalProductManufactured', 'MedicinalProductPackaged', 'MedicinalProductPharmaceutical'],
  ...['MedicinalProductUndesirableEffect', 'MessageDefinition', 'MessageHeader', 'NamingSystem'],
  ...['ObservationDefinition', 'OperationDefinition', 'OperationOutcome', 'OrganizationAffiliation', 'Parameters'],
  ...['ResearchDefinition', 'ResearchElementDefinition', 'RiskEvidenceSynthesis', 'SpecimenDefinition', 'StructureMap'],
  ...['SubstanceNucleicAcid', 'SubstancePolymer', 'SubstanceProtein', 'SubstanceReferenceInformation'],
  ...['SubstanceSourceMaterial', 'SubstanceSpecification', 'TerminologyCapabilities', 'TestReport', 'TestScript'],
  ...['ValueSet', 'VerificationResult'],
] as ResourceType[];
