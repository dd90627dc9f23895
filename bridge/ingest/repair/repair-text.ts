import { isValidCalendarDate, validationRegexes } from '@medplum/core';
import { repairBase64 } from './repair-base64.ts';
import { repairDate } from './repair-date.ts';
import type { RepairRule } from './repair-rules.ts';

/** A text in a form that the server takes, and the rules that made it so. */
export interface RepairedText {
  readonly text: string;
  readonly rules: readonly RepairRule[];
  /** True when the new text says less than the old one, which must then be kept beside it. */
  readonly isReduced?: boolean;
}

interface TextRule {
  readonly rule: RepairRule;
  readonly types: readonly string[];
  readonly change: (text: string) => string;
}

const RULES: readonly TextRule[] = [
  {
    // No element of these types means anything by blanks around it (https://hl7.org/fhir/R4/datatypes.html).
    rule: 'blanks-trimmed',
    types: ['code', 'uri', 'url', 'canonical', 'oid', 'uuid', 'id', 'date', 'dateTime', 'instant', 'time'],
    change: (text) => text.trim(),
  },
  {
    // Control characters are noise of old interfaces; JSON could carry them, FHIR strings may not.
    rule: 'control-characters-removed',
    types: ['string', 'markdown'],
    change: (text) => text.replace(/[^\r\n\t\u0020-\uFFFF]/g, ''),
  },
  {
    // A code has single spaces inside, so a run of blanks or a tab can only have meant one.
    rule: 'blanks-collapsed',
    types: ['code'],
    change: (text) => text.replace(/\s+/g, ' '),
  },
  {
    // RFC 3986 writes a blank inside an address as %20; the address stays the same.
    rule: 'blanks-encoded',
    types: ['uri', 'url', 'canonical'],
    change: (text) => text.replace(/\s/g, encodeURIComponent),
  },
];

/** Makes a text one that the server takes as `type`; undefined when no rule is sure how. */
export function repairText(type: string, text: string): RepairedText | undefined {
  if (type === 'base64Binary') return repairBase64(text);
  let [result, rules]: [string, RepairRule[]] = [text, []];
  for (const { rule, types, change } of RULES) {
    const changed = types.includes(type) ? change(result) : result;
    if (changed !== result) [result, rules] = [changed, [...rules, rule]];
  }
  const date = isAcceptable(type, result) ? undefined : repairDate(type, result);
  if (date && isAcceptable(type, date.text))
    return { text: date.text, rules: [...rules, date.rule], isReduced: date.isReduced };
  // What is blank once the noise is gone has nothing to say, and another rule removes it.
  return rules.length > 0 && (isAcceptable(type, result) || result.trim() === '') ? { text: result, rules } : undefined;
}

function isAcceptable(type: string, text: string): boolean {
  return (validationRegexes[type]?.test(text) ?? true) && (!/^(date|instant)/.test(type) || isValidCalendarDate(text));
}
