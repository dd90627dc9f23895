import { dirname, resolve } from 'node:path';
import { Seal } from './seal.ts';

/** The seals of this process: of each folder, those of the files in it by their paths. */
const folders = new Map<string, Map<string, Seal>>();
/** The same by path alone: what is read a million times is looked up once. */
const seals = new Map<string, Seal>();

/**
 * From now on every file that is made below this folder through `open-file.ts` is encrypted, with a key of its own.
 *
 * @returns Forgets the keys; what is left of the files is noise from then on.
 */
export function sealFolder(folder: string): () => void {
  const root = resolve(folder);
  const inside = new Map<string, Seal>();
  folders.set(root, inside);
  return () => {
    for (const path of inside.keys()) seals.delete(path);
    folders.delete(root);
  };
}

/** The seal of a file; undefined for one that is as it is. */
export function sealOf(path: string): Seal | undefined {
  return seals.get(path) ?? seals.get(resolve(path));
}

/** A new seal for a file that is made, or begun anew; undefined where files are left as they are. */
export function newSealOf(path: string): Seal | undefined {
  const inside = insideOf(resolve(path));
  if (inside === undefined) return undefined;
  const seal = new Seal();
  inside.set(resolve(path), seal);
  seals.set(resolve(path), seal);
  return seal;
}

function insideOf(path: string): Map<string, Seal> | undefined {
  for (let at = dirname(path); ; at = dirname(at)) {
    const inside = folders.get(at);
    if (inside !== undefined || at === dirname(at)) return inside;
  }
}
