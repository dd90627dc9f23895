import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { hasResourceType, type OtherVersion, shapeOf } from './version-shape.ts';

const VERSIONS: readonly OtherVersion[] = ['R5', 'STU3', 'DSTU2'];

/** How badly a resource fits a version: elements that are unknown there or have another form, and required ones missing. */
interface Misfit {
  shape: number;
  missing: number;
}

/**
 * The version of FHIR that a resource which is no valid R4 was written in, when it says so or fits that version better;
 * undefined for R4 with faults. To be asked before any repair: what R4 does not know is not broken in a line of R5.
 */
export function recogniseVersion(resource: JsonObject): OtherVersion | undefined {
  const declared = declaredVersion(resource);
  if (declared) return declared === 'R4' ? undefined : declared;
  const r4 = misfit('R4', resource);
  if (r4.shape === 0) return undefined;
  let best: { version: OtherVersion; total: number } | undefined;
  for (const version of VERSIONS) {
    const other = misfit(version, resource);
    const total = other.shape + other.missing;
    // What is missing alone proves nothing, since sources leave out much; but a better fit has to count it.
    if (other.shape < r4.shape && total < Math.min(best?.total ?? Infinity, r4.shape + r4.missing))
      best = { version, total };
  }
  return best?.version;
}

const DECLARED: readonly (readonly [RegExp, OtherVersion | 'R4'])[] = [
  [/^5\./, 'R5'],
  [/^4\./, 'R4'],
  [/^3\./, 'STU3'],
  [/^1\./, 'DSTU2'],
];

/** By `fhirVersion`, or by a profile of the specification itself that names its version. */
function declaredVersion({ fhirVersion, meta }: JsonObject): OtherVersion | 'R4' | undefined {
  const profiles = isObject(meta) && Array.isArray(meta.profile) ? meta.profile : [];
  const named = profiles.map((profile) => (typeof profile === 'string' ? PROFILE.exec(profile) : null));
  const versions = [fhirVersion, ...named.map((match) => match?.[1])].filter((version) => typeof version === 'string');
  return DECLARED.find(([pattern]) => versions.some((version) => pattern.test(version)))?.[1];
}

const PROFILE = /^http:\/\/hl7\.org\/fhir\/(?:StructureDefinition\/\w+\|)?(\d\.)/;

function misfit(version: OtherVersion | 'R4', resource: JsonObject): Misfit {
  const found = { shape: 0, missing: 0 };
  compareResource(version, resource, found);
  return found;
}

function compareResource(version: OtherVersion | 'R4', resource: JsonObject, found: Misfit): void {
  const { resourceType } = resource;
  if (typeof resourceType !== 'string') return;
  if (hasResourceType(version, resourceType)) compareObject(version, resourceType, resource, found);
  else found.shape += Object.keys(resource).length;
}

/** Notes of a converter from XML, in no version's definitions. */
const REMARKS = new Set(['resourceType', 'fhir_comments', 'fhirComments']);

function compareObject(version: OtherVersion | 'R4', type: string, object: JsonObject, found: Misfit): void {
  const shape = shapeOf(version, type);
  if (!shape) return;
  for (const [key, value] of Object.entries(object)) {
    if (REMARKS.has(key) || value === undefined || value === null) continue;
    const element = shape.get(key.replace(/^_/, ''));
    if (!element) found.shape++;
    else if (!key.startsWith('_')) compareValue(version, element, value, found);
  }
  for (const [name, { isRequired }] of shape)
    if (isRequired && !Object.hasOwn(object, name) && !Object.hasOwn(object, `_${name}`)) found.missing++;
}

function compareValue(
  version: OtherVersion | 'R4',
  { type, isArray }: { type: string; isArray: boolean },
  value: Json,
  found: Misfit,
): void {
  if (Array.isArray(value) !== isArray) found.shape++;
  for (const item of Array.isArray(value) ? value : [value]) {
    if (item === null) continue;
    if ((type === '*') === isObject(item)) found.shape++;
    else if (isObject(item) && type === 'Resource') compareResource(version, item, found);
    else if (isObject(item)) compareObject(version, type, item, found);
  }
}
