/** Any parsed JSON. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** An object of a resource that carries a `reference` text: a Reference, wherever it stands. */
export interface ReferenceHolder extends JsonObject {
  reference: string;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Calls `visit` for every reference of a resource, those inside `contained` and extensions too.
 * `nested` is true for a holder below a `contained` or `extension` element, where it is no claim of the resource itself.
 * `name` is the property that holds `value`.
 */
export function walkReferences(
  value: Json | undefined,
  visit: (holder: ReferenceHolder, nested: boolean) => void,
  nested = false,
  name = '',
): void {
  if (Array.isArray(value)) {
    for (const item of value) walkReferences(item, visit, nested, name);
    return;
  }
  if (!isObject(value)) return;
  for (const key in value) {
    const child = value[key];
    if (typeof child !== 'object') continue;
    const isNested = nested || key === 'contained' || key === 'extension' || key === 'modifierExtension';
    walkReferences(child, visit, isNested, key);
  }
  if (isReferenceHolder(value, name)) visit(value, nested);
}

/** In two places of R4 `reference` is a uri: `DetectedIssue.reference` and `Immunization.education.reference`. */
function isReferenceHolder(value: JsonObject, name: string): value is ReferenceHolder {
  return typeof value.reference === 'string' && value.resourceType === undefined && name !== 'education';
}
