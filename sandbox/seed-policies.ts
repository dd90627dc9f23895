import type { AccessPolicy, AccessPolicyResource } from '@medplum/fhirtypes';

/** What a record consists of: whatever may stand in a Patient's compartment, by itself or by `meta.accounts`. */
const RECORD_TYPES = [
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
] as AccessPolicyResource['resourceType'][];

const PATIENT_POLICY = 'a11c0de5-0000-4000-8000-000000000001';
const CLINICIAN_POLICY = 'a11c0de5-0000-4000-8000-000000000002';

/** A member's grant of one policy, as a ProjectMembership holds it. */
export const grants = {
  patient: { policy: { reference: `AccessPolicy/${PATIENT_POLICY}` } },
  clinician: { policy: { reference: `AccessPolicy/${CLINICIAN_POLICY}` } },
} as const;

/**
 * The policies of the sandbox's people. A patient reads their own compartment and writes nothing; a clinician reads and
 * writes records of everyone, reads who did what, and touches nothing that makes the server act (no Bot, no Subscription,
 * no AccessPolicy). Each type is named: a rule for `*` with criteria finds things and then refuses their history.
 */
export const seedPolicies: readonly (AccessPolicy & { readonly id: string })[] = [
  {
    resourceType: 'AccessPolicy',
    id: PATIENT_POLICY,
    name: 'Patient',
    resource: [
      ...[...RECORD_TYPES, 'AuditEvent' as const].map((resourceType) => ({
        resourceType,
        criteria: `${resourceType}?_compartment=%patient`,
        readonly: true,
      })),
      // The server guards no Binary by criteria: who knows an id may read it. Without this no document could be shown.
      { resourceType: 'Binary', readonly: true },
    ],
  },
  {
    resourceType: 'AccessPolicy',
    id: CLINICIAN_POLICY,
    name: 'Clinician',
    resource: [
      ...[...RECORD_TYPES, 'Binary' as const].map((resourceType) => ({ resourceType })),
      { resourceType: 'AuditEvent', interaction: ['create', 'read', 'vread', 'history', 'search'] },
      ...(['CodeSystem', 'ConceptMap', 'ValueSet'] as const).map((resourceType) => ({ resourceType, readonly: true })),
    ],
  },
];
