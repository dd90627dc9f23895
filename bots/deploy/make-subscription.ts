import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  FED_AFTER_IMPORT_CODE,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { Subscription } from '@medplum/fhirtypes';
import type { BotSubscription } from '../build.ts';

const FHIR_PATH_CRITERIA = 'https://medplum.com/fhir/StructureDefinition/fhir-path-criteria-expression';

/**
 * The Subscription that starts a bot. Three rules stand in its FHIRPath criteria, where only the server can look at who wrote
 * (docs/decisions/0032-bots-and-imports.md): what the bot itself wrote does not start it again; with `afterwards`
 * neither does what the bridge's client wrote, nor what carries the tag of an export that its version before did not
 * carry (a load by any other client). A clinician's edit of a loaded resource leaves that tag as it is, so it does.
 *
 * The server asks this of every version that it writes. `and` works out both its sides and `iif` only the one that counts, so
 * a load by the bridge is left out for a sixth of the time.
 *
 * @param bot - Id of the Bot.
 * @param bridge - Id of the bridge's ClientApplication.
 */
export function makeSubscription(wanted: BotSubscription, name: string, bot: string, bridge: string): Subscription {
  const isFed = wanted.imports === 'afterwards';
  const isOther = isNotBy(`Bot/${bot}`);
  const isUnfed = `iif(${isBy(`ClientApplication/${bridge}`)}, false, ${isOther} and ${IS_NO_LOAD})`;
  return {
    resourceType: 'Subscription',
    meta: { tag: isFed ? [{ system: BRIDGE_CODE_SYSTEM, code: FED_AFTER_IMPORT_CODE }] : [] },
    status: 'active',
    reason: `Bot ${name}`,
    criteria: wanted.criteria,
    channel: { type: 'rest-hook', endpoint: `Bot/${bot}` },
    extension: [{ url: FHIR_PATH_CRITERIA, valueString: isFed ? isUnfed : isOther }],
  };
}

const AUTHOR = '%current.meta.author.reference';

function isBy(reference: string): string {
  return `${AUTHOR} = '${reference}'`;
}

function isNotBy(reference: string): string {
  return `${AUTHOR} != '${reference}'`;
}

const EXPORT_TAG = `meta.tag.where(system = '${EHI_EXPORT_SYSTEM}').code`;

const IS_NO_LOAD = `(%current.${EXPORT_TAG}.exists().not() or %current.${EXPORT_TAG} = %previous.${EXPORT_TAG})`;
