import { BRIDGE_CODE_SYSTEM, BRIDGE_ROOT, CCDA_FACT_SYSTEM } from '../../contract/identifiers.ts';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';

/**
 * True for what a bridge keeps its books in: connections, imports, lanes, messages, maps of codes. An export holds some when
 * its source is another Medplum that a bridge loads into, or wants to be taken for it. Loaded, they would be found as ours
 * (docs/decisions/0060-of-others.md).
 */
export function isBook({ identifier, code, category }: JsonObject): boolean {
  const isNamed = objectsOf(identifier).some(({ system }) => isOurSystem(system));
  return isNamed || [code, category].some((concepts) => objectsOf(concepts).some(hasOurCode));
}

/** What was converted from a document is a fact like any other. */
function isOurSystem(system: Json | undefined): boolean {
  return typeof system === 'string' && system.startsWith(BRIDGE_ROOT) && system !== CCDA_FACT_SYSTEM;
}

function hasOurCode({ coding }: JsonObject): boolean {
  return objectsOf(coding).some(({ system }) => system === BRIDGE_CODE_SYSTEM);
}

/** One or many, whichever the source wrote: what is not yet repaired is read the way in which it will be. */
function objectsOf(value: Json | undefined): JsonObject[] {
  return [value].flat().filter(isObject);
}
