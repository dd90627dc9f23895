import { formatAddress, formatCodeableConcept, formatHumanName, formatObservationValue } from '@medplum/core';
import type { AllergyIntolerance, CodeableConcept, Condition, ContactPoint, Patient } from '@medplum/fhirtypes';
import { formatWhen } from '../../format-when.ts';
import { describeFact } from '../describe-fact.ts';
import type { Fact } from '../find-facts.ts';

/** What a source says of a thing, element by element, in words; an empty text where it says nothing. */
export type Statements = Readonly<Record<string, string>>;

/** Those elements in which two sources may contradict each other; none for a type that is not compared. */
export function statementsOf(fact: Fact): Statements {
  switch (fact.resourceType) {
    case 'AllergyIntolerance':
      return ofAllergy(fact);
    case 'Condition':
      return ofCondition(fact);
    case 'MedicationRequest':
    case 'MedicationStatement': {
      const { status = '', details } = describeFact(fact);
      const dosage = fact.resourceType === 'MedicationRequest' ? fact.dosageInstruction : fact.dosage;
      return { Status: status, Dose: dosage?.length ? (details[0] ?? '') : '' };
    }
    case 'Observation':
      return { Value: formatObservationValue(fact) };
    case 'Patient':
      return ofPatient(fact);
    default:
      return {};
  }
}

function ofAllergy(allergy: AllergyIntolerance): Statements {
  const { clinicalStatus, verificationStatus, criticality, reaction = [], type } = allergy;
  return {
    Status: words(clinicalStatus),
    Verification: words(verificationStatus),
    Kind: type ?? '',
    Risk: criticality ?? '',
    Severity: list(reaction.map(({ severity }) => severity ?? '')),
    Reaction: list(reaction.flatMap(({ manifestation }) => manifestation.map(words))),
  };
}

function ofCondition(condition: Condition): Statements {
  const { clinicalStatus, verificationStatus, severity, onsetDateTime, onsetPeriod } = condition;
  const { abatementDateTime, abatementPeriod } = condition;
  return {
    Status: words(clinicalStatus),
    Verification: words(verificationStatus),
    Severity: words(severity),
    Began: formatWhen(onsetDateTime ?? onsetPeriod?.start),
    Ended: formatWhen(abatementDateTime ?? abatementPeriod?.end),
  };
}

function ofPatient({
  name,
  birthDate,
  gender,
  address,
  telecom,
  maritalStatus,
  communication,
  ...rest
}: Patient): Statements {
  const official = name?.find(({ use }) => use === 'official') ?? name?.[0];
  const home = address?.find(({ use }) => use === 'home') ?? address?.[0];
  const language = communication?.find(({ preferred }) => preferred) ?? communication?.[0];
  return {
    Name: official ? formatHumanName(official, { prefix: false, suffix: false }) || (official.text ?? '') : '',
    Born: formatWhen(birthDate),
    Sex: gender ?? '',
    Died: rest.deceasedDateTime ? formatWhen(rest.deceasedDateTime) : rest.deceasedBoolean ? 'yes' : '',
    Address: home ? formatAddress(home) || (home.text ?? '') : '',
    Phone: contact(telecom, 'phone'),
    Email: contact(telecom, 'email'),
    Language: words(language?.language),
    'Marital status': words(maritalStatus),
  };
}

function contact(telecom: readonly ContactPoint[] | undefined, system: ContactPoint['system']): string {
  return telecom?.find((point) => point.system === system)?.value ?? '';
}

function words(concept: CodeableConcept | undefined): string {
  return formatCodeableConcept(concept) || (concept?.coding?.[0]?.code ?? '');
}

/** In one order, so that the same words in another order are the same. */
function list(texts: readonly string[]): string {
  return [...new Set(texts.filter(Boolean))].sort((a, b) => a.localeCompare(b)).join(', ');
}
