import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MedplumClient, normalizeErrorString } from '@medplum/core';
import { DeployError } from '../deploy/read-settings.ts';
import { type CheckedMap, checkMap } from './check-map.ts';
import { type LoadedMap, loadMap } from './load-map.ts';

const FAULTS_SHOWN = 20;

/** The maps that come with the bot normalise-codes. */
export async function shippedMaps(): Promise<string[]> {
  const folder = join(import.meta.dirname, '../normalise-codes/maps');
  return (await readdir(folder)).sort().map((file) => join(folder, file));
}

/**
 * Checks files of ConceptMaps, all of them before the first is stored, and loads them.
 *
 * @param isPlan - Says what would be done, and writes nothing.
 * @returns What had to be done, by file; of a second run nothing.
 * @throws DeployError that says what is wrong with which file.
 */
export async function loadMaps(
  medplum: MedplumClient,
  files: readonly string[],
  isPlan = false,
): Promise<Map<string, LoadedMap>> {
  const checked = new Map<string, CheckedMap>();
  for (const file of files) checked.set(file, await readMap(file));
  const loaded = new Map<string, LoadedMap>();
  for (const [file, map] of checked) {
    try {
      loaded.set(file, await loadMap(medplum, map, isPlan));
    } catch (error) {
      throw new DeployError(`${file}: the server refused it: ${normalizeErrorString(error)}`);
    }
  }
  return loaded;
}

async function readMap(file: string): Promise<CheckedMap> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DeployError(`${file} cannot be read`);
  });
  const checked = checkMap(text);
  if ('map' in checked) return checked.map;
  const { faults } = checked;
  const more = faults.length > FAULTS_SHOWN ? `\n  and ${faults.length - FAULTS_SHOWN} more` : '';
  throw new DeployError(`${file} cannot be used:\n  ${faults.slice(0, FAULTS_SHOWN).join('\n  ')}${more}`);
}
