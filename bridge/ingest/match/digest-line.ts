import { hash } from 'node:crypto';
import type { PatientBinding } from '../load-context.ts';
import type { ParsedReference } from '../parse-reference.ts';
import { BRIDGE_VERSION } from '../shape/make-provenance.ts';

/**
 * Digest (SHA-256, hex) of a line as it came, with what else decides how it is stored: whose record it is bound to, and
 * the version of the bridge, whose rules it went through.
 */
export function digestLine(bytes: Buffer, binding: PatientBinding): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${BRIDGE_VERSION}\n${boundTo(binding)}\n`), bytes]));
}

/**
 * Digest (hex) of what decides, beside its line, how a row stands in the store: the rules it went through, the Patient that
 * it is bound to, and the run that was the last to write. Undefined when nobody can tell which run that was.
 */
export function digestStanding(binding: PatientBinding, lastRun: string | undefined): string | undefined {
  return lastRun && hash('sha256', `${BRIDGE_VERSION}\n${boundTo(binding)}\n${lastRun}`);
}

/** The app's Patient, and how many others there are; empty when the export's own is the app's, or there is none. */
function boundTo(binding: PatientBinding): string {
  if (binding.kind !== 'app') return '';
  return binding.bystanders ? `${binding.reference} ${binding.bystanders.size}` : binding.reference;
}

/**
 * The digest of a line together with what its references to outside the export mean in the store: each as it was parsed,
 * and the id it means, if any.
 */
export function digestMeanings(
  line: string,
  outside: readonly (readonly [ParsedReference, string | undefined])[],
): string {
  if (outside.length === 0) return line;
  const meanings = new Set(outside.map(([parsed, id = '']) => `${JSON.stringify(parsed)} ${id}`));
  return hash('sha256', [line, ...[...meanings].toSorted()].join('\n'));
}
