import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One text of one source file, and what a process reads there instead. */
export interface SourcePatch {
  /** From the root of the clone. */
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

const ROOT = join(import.meta.dirname, '../../..');

/**
 * Reads each file that is patched, as it is read instead.
 *
 * @returns By the path of the file.
 * @throws Error when a text does not stand in its file exactly once: a refactoring must not disarm a mutation in silence.
 */
export function patchSources(patches: readonly SourcePatch[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { file, text, by } of patches) {
    const path = join(ROOT, file);
    const source = sources.get(path) ?? readFileSync(path, 'utf8');
    const times = source.split(text).length - 1;
    if (times !== 1) throw new Error(`${file} has ${times} times what is patched there: ${text}`);
    // As a function: a dollar sign in what replaces it has no meaning.
    sources.set(
      path,
      source.replace(text, () => by),
    );
  }
  return sources;
}
