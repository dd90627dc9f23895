import { getAllDataTypes } from '@medplum/core';

/** Element names and indexes only. */
const PLAIN = /^[A-Za-z0-9_.[\]]{1,200}$/;

let known: Set<string> | undefined;

/**
 * A FHIRPath of an issue as far as FHIR's own names go: `Observation.code[0]`. What a source calls a property of its own may
 * be somebody's name, so the path ends before it. Undefined when nothing is left, or it is no plain path. Needs the
 * definitions to be loaded.
 */
export function nameElements(expression: string): string | undefined {
  if (!PLAIN.test(expression)) return undefined;
  known ??= elementNames();
  const [root = '', ...elements] = expression.split('.');
  if (!Object.hasOwn(getAllDataTypes(), root)) return undefined;
  const end = elements.findIndex((element) => !known?.has(element.replace(/\[\d*\]$/, '')));
  return [root, ...(end === -1 ? elements : elements.slice(0, end))].join('.');
}

/** Of all types: `code`, `value[x]`, and `valueString` for each type that it may have. */
function elementNames(): Set<string> {
  const names = new Set(['id', 'resourceType', 'extension']);
  for (const { elements } of Object.values(getAllDataTypes())) {
    for (const [path, { type }] of Object.entries(elements)) {
      for (const name of path.split('.')) {
        names.add(name);
        if (!name.endsWith('[x]')) continue;
        for (const { code } of type) names.add(name.replace('[x]', code.charAt(0).toUpperCase() + code.slice(1)));
      }
    }
  }
  return names;
}
