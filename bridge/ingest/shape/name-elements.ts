import { getAllDataTypes, type InternalTypeSchema, tryGetDataType } from '@medplum/core';

/** Element names and indexes only. */
const PLAIN = /^[A-Za-z0-9_.[\]]{1,200}$/;

const known = new Map<string, ReadonlySet<string>>();

/**
 * A FHIRPath of an issue as far as FHIR's own names go: `Observation.code[0]`. What a source calls a property of its own may
 * be somebody's name, so the path ends before it, and where a contained resource begins to differ from its holder.
 * Undefined when nothing is left, or it is no plain path. Needs the definitions to be loaded.
 */
export function nameElements(expression: string): string | undefined {
  if (!PLAIN.test(expression)) return undefined;
  const [root = '', ...elements] = expression.split('.');
  const schema = Object.hasOwn(getAllDataTypes(), root) ? tryGetDataType(root) : undefined;
  if (!schema) return undefined;
  const names = known.get(root) ?? elementNames(schema);
  known.set(root, names);
  const end = elements.findIndex((element) => !names.has(element.replace(/\[\d*\]$/, '')));
  return [root, ...(end === -1 ? elements : elements.slice(0, end))].join('.');
}

/** Of all types that can stand somewhere in this one: `code`, `value[x]`, and `valueString` for each type that it may have. */
function elementNames(root: InternalTypeSchema): Set<string> {
  const names = new Set(['id', 'resourceType', 'extension']);
  const schemas = new Set([root]);
  for (const { elements } of schemas) {
    for (const [path, { type }] of Object.entries(elements)) {
      for (const name of path.split('.')) names.add(name);
      for (const { code } of type) {
        if (path.endsWith('[x]')) names.add(path.replace('[x]', code.charAt(0).toUpperCase() + code.slice(1)));
        const inner = tryGetDataType(code);
        if (inner) schemas.add(inner);
      }
    }
  }
  return names;
}
