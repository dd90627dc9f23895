import type { FactSearch } from '../sections.ts';

/** When a thing was changed here stands in for when it was, where the type has no date to search by. */
const STORED = '_lastUpdated';

function kind(type: FactSearch['type'], label: string, date: string = STORED): FactSearch {
  return { type, label, date };
}

/**
 * What may stand in a Patient's compartment (FHIR R4) or be put there by `meta.accounts`, and has no section of its own.
 * By name, as a clinician would look for it.
 */
export const OTHER_TYPES: readonly FactSearch[] = [
  kind('Account', 'Accounts'),
  kind('AdverseEvent', 'Adverse events', 'date'),
  kind('Appointment', 'Appointments', 'date'),
  kind('AppointmentResponse', 'Answers to appointments'),
  kind('Basic', 'Other things that FHIR has no type for', 'created'),
  kind('BodyStructure', 'Body structures'),
  kind('ChargeItem', 'Charges', 'entered-date'),
  kind('ClaimResponse', 'Answers to claims', 'created'),
  kind('ClinicalImpression', 'Clinical impressions', 'date'),
  kind('Communication', 'Messages', 'sent'),
  kind('CommunicationRequest', 'Requested messages', 'authored'),
  kind('Composition', 'Compositions', 'date'),
  kind('Consent', 'Consents', 'date'),
  kind('Contract', 'Contracts', 'issued'),
  kind('CoverageEligibilityRequest', 'Questions about coverage', 'created'),
  kind('CoverageEligibilityResponse', 'Answers about coverage', 'created'),
  kind('DetectedIssue', 'Detected issues', 'identified'),
  kind('Device', 'Devices'),
  kind('DeviceRequest', 'Requested devices', 'authored-on'),
  kind('DeviceUseStatement', 'Use of devices'),
  kind('DocumentManifest', 'Sets of documents', 'created'),
  kind('Endpoint', 'Endpoints'),
  kind('EnrollmentRequest', 'Enrollments'),
  kind('EpisodeOfCare', 'Episodes of care', 'date'),
  kind('FamilyMemberHistory', 'Family history', 'date'),
  kind('Flag', 'Flags and warnings', 'date'),
  kind('Group', 'Groups'),
  kind('GuidanceResponse', 'Guidance'),
  kind('HealthcareService', 'Services'),
  kind('ImagingStudy', 'Imaging studies', 'started'),
  kind('ImmunizationEvaluation', 'Judged immunizations', 'date'),
  kind('ImmunizationRecommendation', 'Recommended immunizations', 'date'),
  kind('InsurancePlan', 'Insurance plans'),
  kind('Invoice', 'Invoices', 'date'),
  kind('List', 'Lists', 'date'),
  kind('Location', 'Places'),
  kind('MeasureReport', 'Quality reports', 'date'),
  kind('Media', 'Pictures and recordings', 'created'),
  kind('Medication', 'Medicines that prescriptions name'),
  kind('MolecularSequence', 'Sequences'),
  kind('NutritionOrder', 'Nutrition', 'datetime'),
  kind('Organization', 'Organizations'),
  kind('PaymentNotice', 'Payments', 'created'),
  kind('Person', 'Persons'),
  kind('Practitioner', 'Practitioners'),
  kind('PractitionerRole', 'Roles of practitioners', 'date'),
  kind('Provenance', 'Where things come from', 'recorded'),
  kind('Questionnaire', 'Questionnaires', 'date'),
  kind('QuestionnaireResponse', 'Answered questionnaires', 'authored'),
  kind('RelatedPerson', 'Relatives and carers'),
  kind('RequestGroup', 'Groups of requests', 'authored'),
  kind('ResearchStudy', 'Studies', 'date'),
  kind('ResearchSubject', 'Part in studies', 'date'),
  kind('RiskAssessment', 'Risk assessments', 'date'),
  kind('Schedule', 'Schedules', 'date'),
  kind('ServiceRequest', 'Orders and referrals', 'authored'),
  kind('Specimen', 'Specimens', 'collected'),
  kind('Substance', 'Substances'),
  kind('SupplyDelivery', 'Deliveries'),
  kind('SupplyRequest', 'Requested supplies', 'date'),
  kind('Task', 'Tasks', 'modified'),
  kind('VisionPrescription', 'Glasses and lenses', 'datewritten'),
];
