import type { Dosage, MedicationRequest } from '@medplum/fhirtypes';
import { authoredAt } from './correct-problem.ts';
import type { Statement } from './find-statements.ts';
import type { LeftOutReason } from './left-out.ts';
import { readCode, readQuantity } from './read-code.ts';
import { readDateTime, readTimes } from './read-time.ts';
import { attribute, below, child, children, textOf, type XmlElement } from './xml-node.ts';

/** Medication Free Text Sig. */
const SIG_TEMPLATE = '2.16.840.1.113883.10.20.22.4.147';

/**
 * The library gives every dose the unit `[IU]`, calls what a patient takes an order, and hides the drug in a contained
 * resource when its maker is known. A statement of what is taken is a reported request of intent `plan` (US Core).
 */
export function correctMedication(
  request: MedicationRequest,
  { node }: Statement,
  zone: string | undefined,
): MedicationRequest | LeftOutReason {
  if (attribute(node, 'negationInd') === 'true') return 'says-none';
  const medication = readCode(below(node, 'consumable', 'manufacturedProduct', 'manufacturedMaterial', 'code'));
  if (!medication) return 'no-code';
  const isOrder = attribute(node, 'moodCode') === 'INT';
  const span = children(node, 'effectiveTime').map((each) => readTimes(each, zone));
  const { at, start = at, end } = span.find((each) => each.at || each.start || each.end) ?? {};
  const authored = readDateTime(authoredAt(node), zone);
  const dosage = readDosage(request.dosageInstruction?.[0], node);
  return {
    resourceType: 'MedicationRequest',
    status: request.status,
    intent: isOrder ? 'order' : 'plan',
    ...(!isOrder && { reportedBoolean: true }),
    medicationCodeableConcept: medication,
    subject: request.subject,
    ...(authored && { authoredOn: authored }),
    ...((start || end) && { dispenseRequest: { validityPeriod: { ...(start && { start }), ...(end && { end }) } } }),
    ...(dosage && { dosageInstruction: [dosage] }),
  };
}

function readDosage({ timing }: Dosage = {}, node: XmlElement): Dosage | undefined {
  const { period, periodUnit } = timing?.repeat ?? {};
  const isTimed = Number.isFinite(period) && ['s', 'min', 'h', 'd', 'wk', 'mo', 'a'].includes(periodUnit ?? '');
  const quantity = readQuantity(child(node, 'doseQuantity'));
  const dose =
    quantity && !quantity.unit ? { ...quantity, unit: textOf(child(node, 'administrationUnitCode')) } : quantity;
  const route = readCode(child(node, 'routeCode'));
  const text = readSig(node);
  const dosage: Dosage = {
    ...(text && { text }),
    ...(isTimed && timing?.repeat && { timing: { repeat: timing.repeat } }),
    ...(route && { route }),
    ...(dose && { doseAndRate: [{ doseQuantity: dose }] }),
  };
  return Object.keys(dosage).length > 0 ? dosage : undefined;
}

function readSig(node: XmlElement): string {
  const inner = children(node, 'entryRelationship').flatMap((each) => children(each, 'substanceAdministration'));
  const sig = inner.find((each) => children(each, 'templateId').some((id) => attribute(id, 'root') === SIG_TEMPLATE));
  return textOf(child(sig, 'text')) || textOf(child(node, 'text'));
}
