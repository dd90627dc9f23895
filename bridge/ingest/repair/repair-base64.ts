import type { RepairRule } from './repair-rules.ts';

/** Base64 in a form that the server takes, and the rules that made it so. */
interface RepairedBase64 {
  readonly text: string;
  readonly rules: readonly RepairRule[];
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const BASE64URL = /^[A-Za-z0-9_-]+={0,2}$/;

/**
 * Takes line breaks and blanks out of base64 (RFC 2045 writes them, FHIR does not), and reads the alphabet for URLs where
 * only that one can be meant (RFC 4648 section 5: `-` and `_`, padding optional). Undefined when it is no base64 at all.
 */
export function repairBase64(text: string): RepairedBase64 | undefined {
  const packed = text.replace(/\s+/g, '');
  const rules: RepairRule[] = packed === text ? [] : ['whitespace-removed'];
  if (BASE64.test(packed) && packed.length % 4 === 0) return rules.length > 0 ? { text: packed, rules } : undefined;
  if (!/[-_]/.test(packed) || !BASE64URL.test(packed)) return undefined;
  const digits = packed.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (digits.length % 4 === 1) return undefined;
  return { text: digits.padEnd(Math.ceil(digits.length / 4) * 4, '='), rules: [...rules, 'base64url-to-base64'] };
}
