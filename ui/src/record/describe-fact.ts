import { formatCodeableConcept, formatMoney, formatQuantity, formatTiming, getDisplayString } from '@medplum/core';
import type { CodeableConcept, Dosage, Period, Reference, Resource } from '@medplum/fhirtypes';
import { formatWhen } from '../format-when.ts';
import { showValue } from './results/show-units.ts';

/** A resource in the words of a row: what, when, how it stands, and what else is worth a glance. */
export interface FactWords {
  readonly title: string;
  /** FHIR date or dateTime by which it is placed in time. */
  readonly when?: string | undefined;
  /** In place of `when`, for what lasted. */
  readonly period?: Period | undefined;
  readonly status?: string | undefined;
  /** Short texts, the most telling first. */
  readonly details: readonly string[];
}

/** Describes any resource; one of a type that is not known here by its own display string. */
export function describeFact(resource: Resource): FactWords {
  const words = wordsOf(resource);
  return {
    ...words,
    title: words.title || 'Without a name',
    // Codes of FHIR are words with hyphens: entered-in-error, not-done.
    status: words.status?.replaceAll('-', ' '),
    details: words.details.filter((detail) => detail !== ''),
  };
}

/** The time of a fact for people: a day, or from when to when. */
export function timeOfFact({ when, period }: FactWords): string {
  const [start, end] = [formatWhen(period?.start), formatWhen(period?.end)];
  if (start && end && start !== end) return `${start} – ${end}`;
  return start || end || formatWhen(when);
}

/** Of visits, HL7 v3 ActEncounterCode, where a source sends the code alone. */
const CLASSES: Readonly<Record<string, string>> = {
  AMB: 'Outpatient visit',
  EMER: 'Emergency visit',
  HH: 'Home visit',
  IMP: 'Inpatient stay',
  ACUTE: 'Inpatient stay',
  NONAC: 'Inpatient stay',
  OBSENC: 'Stay for observation',
  SS: 'Short stay',
  VR: 'Virtual visit',
};

function wordsOf(resource: Resource): FactWords {
  switch (resource.resourceType) {
    case 'Condition': {
      const { code, onsetDateTime, onsetPeriod, recordedDate, abatementDateTime, clinicalStatus, severity } = resource;
      const details = [text(severity), abatementDateTime ? `until ${formatWhen(abatementDateTime)}` : ''];
      const when = onsetDateTime ?? onsetPeriod?.start ?? recordedDate;
      return { title: text(code), when, status: codeOf(clinicalStatus), details };
    }
    case 'AllergyIntolerance': {
      const { code, recordedDate, onsetDateTime, clinicalStatus, criticality, reaction } = resource;
      const reactions = reaction?.flatMap(({ manifestation }) => manifestation.map(text)) ?? [];
      const details = [reactions.join(', '), criticality ? `${criticality} risk` : ''];
      return { title: text(code), when: onsetDateTime ?? recordedDate, status: codeOf(clinicalStatus), details };
    }
    case 'MedicationRequest': {
      const { authoredOn, status, dosageInstruction, requester } = resource;
      const details = [dose(dosageInstruction), name(requester)];
      return { title: medicine(resource), when: authoredOn, status, details };
    }
    case 'MedicationStatement': {
      const { effectiveDateTime, effectivePeriod: period, status, dosage } = resource;
      return { title: medicine(resource), when: effectiveDateTime, period, status, details: [dose(dosage)] };
    }
    case 'MedicationDispense': {
      const { whenHandedOver, whenPrepared, status, quantity, dosageInstruction } = resource;
      const details = [formatQuantity(quantity), dose(dosageInstruction)];
      return { title: medicine(resource), when: whenHandedOver ?? whenPrepared, status, details };
    }
    case 'MedicationAdministration': {
      const { effectiveDateTime, effectivePeriod: period, status, dosage } = resource;
      const details = [formatQuantity(dosage?.dose)];
      return { title: medicine(resource), when: effectiveDateTime, period, status, details };
    }
    case 'Immunization': {
      const { vaccineCode, occurrenceDateTime, occurrenceString, status, lotNumber } = resource;
      const details = [occurrenceString ?? '', lotNumber ? `lot ${lotNumber}` : ''];
      return { title: text(vaccineCode), when: occurrenceDateTime, status, details };
    }
    case 'Procedure': {
      const { code, performedDateTime, performedPeriod: period, status, bodySite, performer } = resource;
      const details = [bodySite?.map(text).join(', ') ?? '', name(performer?.[0]?.actor)];
      return { title: text(code), when: performedDateTime, period, status, details };
    }
    case 'Encounter': {
      const { type, class: kind, period, status, reasonCode, serviceProvider, participant, location } = resource;
      const reason = reasonCode?.map(text).join(', ') ?? '';
      const who = name(participant?.find(({ individual }) => individual)?.individual);
      const where = name(serviceProvider) || name(location?.[0]?.location);
      const title =
        type?.map(text).find(Boolean) || kind?.display || CLASSES[kind?.code ?? ''] || kind?.code || 'Visit';
      return { title, period, status, details: [reason, who, where] };
    }
    case 'DiagnosticReport': {
      const { code, effectiveDateTime, effectivePeriod: period, issued, status, conclusion, performer } = resource;
      const details = [conclusion ?? '', name(performer?.[0])];
      return { title: text(code), when: effectiveDateTime ?? issued, period, status, details };
    }
    case 'Observation': {
      const { code, effectiveDateTime, effectivePeriod: period, issued, status } = resource;
      const details = [showValue(resource)];
      return { title: text(code), when: effectiveDateTime ?? issued, period, status, details };
    }
    case 'DocumentReference': {
      const { type, description, date, context, docStatus, status, author, content } = resource;
      const title = named(type) || description || content[0]?.attachment.title || text(type) || 'Document';
      const details = [description !== title ? (description ?? '') : '', name(author?.[0])];
      return { title, when: date ?? context?.period?.start, status: docStatus ?? status, details };
    }
    case 'CarePlan': {
      const { title, category, description, period, created, status } = resource;
      const shown = title ?? category?.map(text).find(Boolean) ?? 'Care plan';
      return { title: shown, when: created, period, status, details: [description ?? ''] };
    }
    case 'Goal': {
      const { description, startDate, lifecycleStatus, achievementStatus } = resource;
      return { title: text(description), when: startDate, status: lifecycleStatus, details: [text(achievementStatus)] };
    }
    case 'FamilyMemberHistory': {
      const { relationship, name: called, condition = [], date, status } = resource;
      const details = [called ?? '', condition.map(({ code }) => text(code)).join(', ')];
      return { title: text(relationship), when: date, status, details };
    }
    case 'CareTeam': {
      const { name: title, period, status, participant } = resource;
      const details = [
        participant
          ?.map(({ member }) => name(member))
          .filter(Boolean)
          .join(', ') ?? '',
      ];
      return { title: title ?? 'Care team', period, status, details };
    }
    case 'Coverage': {
      const { type, payor, period, status, subscriberId } = resource;
      const details = [payor.map(name).filter(Boolean).join(', '), subscriberId ? `member ${subscriberId}` : ''];
      return { title: text(type) || 'Coverage', period, status, details };
    }
    case 'ExplanationOfBenefit':
    case 'Claim': {
      const { type, created, billablePeriod, status, provider, total } = resource;
      const sum = Array.isArray(total) ? total[0]?.amount : total;
      return {
        title: text(type) || 'Claim',
        when: created,
        ...(billablePeriod && { period: billablePeriod }),
        status,
        details: [formatMoney(sum), name(provider)],
      };
    }
    default:
      return anyWords(resource);
  }
}

/** Where types that have no words of their own keep what, when and how: the first that is there, as FHIR R4 names it. */
const WHAT = ['code', 'type', 'category', 'relationship', 'vaccineCode', 'serviceType', 'serviceCategory'];
const NAMED = ['title', 'name', 'description'];
const WHEN = [
  ...['authoredOn', 'authored', 'started', 'start', 'sent', 'date', 'recorded', 'created', 'createdDateTime', 'issued'],
  ...['recordedDate', 'occurrenceDateTime', 'effectiveDateTime', 'identifiedDateTime', 'dateTime', 'dateWritten'],
];

function anyWords(resource: Resource): FactWords {
  const told = resource as unknown as Readonly<Record<string, unknown>>;
  const texts = NAMED.map((key) => told[key]).filter((value) => typeof value === 'string' && value !== '') as string[];
  const concepts = WHAT.map((key) => textOfAny(told[key])).filter(Boolean);
  const shown = getDisplayString(resource);
  // Without a name of its own it would be called by its id.
  const isNamed = /^[^/]+$/.test(shown);
  const [title = '', ...details] = [...(isNamed ? [shown] : []), ...concepts, ...texts];
  const when = WHEN.map((key) => told[key]).find((value) => typeof value === 'string') as string | undefined;
  const status = typeof told.status === 'string' ? told.status : undefined;
  return {
    title: title || resource.resourceType,
    when,
    status,
    details: [...new Set(details)].filter((one) => one !== title),
  };
}

/** A concept, or the first of several. */
function textOfAny(value: unknown): string {
  const [first] = Array.isArray(value) ? value : [value];
  return typeof first === 'object' && first !== null ? text(first as CodeableConcept) : '';
}

function text(concept: CodeableConcept | undefined): string {
  const shown = formatCodeableConcept(concept);
  return shown || (concept?.coding?.find(({ code }) => code)?.code ?? '');
}

/** What people call it; empty when there is only a code. */
function named(concept: CodeableConcept | undefined): string {
  return concept?.text ?? concept?.coding?.find(({ display }) => display)?.display ?? '';
}

function codeOf(concept: CodeableConcept | undefined): string | undefined {
  return concept?.coding?.[0]?.code ?? concept?.text;
}

/** What a reference is called where it stands; what it points at is not read for a row. */
function name(reference: Reference | undefined): string {
  return reference?.display ?? '';
}

interface Medicated {
  readonly medicationCodeableConcept?: CodeableConcept | undefined;
  readonly medicationReference?: Reference | undefined;
  readonly contained?: Resource[] | undefined;
}

function medicine({ medicationCodeableConcept, medicationReference, contained }: Medicated): string {
  const inside = contained?.find(({ id }) => medicationReference?.reference === `#${id}`);
  const code = inside?.resourceType === 'Medication' ? inside.code : undefined;
  return text(medicationCodeableConcept) || name(medicationReference) || text(code) || 'Medication';
}

function dose(dosages: readonly Dosage[] | undefined): string {
  const [first] = dosages ?? [];
  if (!first) return '';
  const quantity = formatQuantity(first.doseAndRate?.[0]?.doseQuantity);
  return first.text ?? [quantity, formatTiming(first.timing)].filter(Boolean).join(', ');
}
