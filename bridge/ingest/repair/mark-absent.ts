import { isPrimitiveType } from '@medplum/core';
import type { JsonObject } from '../walk-references.ts';
import { addExtension, openCompanion } from './keep-source.ts';
import { choiceKey, type Spot } from './locate-spots.ts';
import { type RepairRun, record } from './repair-run.ts';

/** https://hl7.org/fhir/R4/extension-data-absent-reason.html */
const ABSENT = { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' };

/**
 * `missing-marked-absent`: an element that FHIR demands and the source left out says that it is unknown. It never gets a
 * value, and a choice of several types gets no type either, since both would be claims that the source did not make.
 * False, and nothing done, where it cannot be said so.
 */
export function markAbsent(run: RepairRun, spot: Spot): boolean {
  const [type] = spot.element.type;
  const isChoice = spot.type === '';
  if (!type || (isChoice && spot.element.type.length > 1)) return false;
  const key = isChoice ? choiceKey(spot.key, type.code) : spot.key;
  const code = isChoice ? type.code : spot.type;
  // A url cannot be absent, nor xhtml carry an extension, nor a Resource be of no type.
  if (code === 'xhtml' || code === 'Resource' || spot.host.type === 'Extension') return false;
  if (isPrimitiveType(code)) {
    // At most something empty, into which the validator would write the extension.
    delete spot.host.object[key];
    const companion = openCompanion({ ...spot, key, index: spot.element.isArray ? 0 : undefined });
    if (!companion) return false;
    addExtension(companion, { ...ABSENT });
  } else spot.host.object[key] = spot.element.isArray ? [absence()] : absence();
  record(run, 'missing-marked-absent', spot.path);
  return true;
}

function absence(): JsonObject {
  return { extension: [{ ...ABSENT }] };
}
