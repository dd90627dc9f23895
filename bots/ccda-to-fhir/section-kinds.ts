import { attribute, children, type XmlElement } from './xml-node.ts';

/** What the entries of a section are about, which decides what becomes of them. */
export type SectionKind =
  | 'allergies'
  | 'diagnoses'
  | 'encounters'
  | 'goals'
  | 'immunizations'
  | 'medications'
  | 'observations'
  | 'plan'
  | 'problems'
  | 'procedures';

/** By LOINC code; and by the template of the section (after `2.16.840.1.113883.10.20.22.2.`), as some sections have no code. */
const KINDS: readonly (readonly [kind: SectionKind, loinc: string, template: string])[] = [
  ['allergies', '48765-2', '6'],
  ['diagnoses', '11535-2', '24'],
  ['diagnoses', '46241-6', '43'],
  ['diagnoses', '10219-4', '34'],
  ['diagnoses', '10218-6', '35'],
  ['diagnoses', '59769-0', '36'],
  ['diagnoses', '55109-3', '37'],
  ['encounters', '46240-8', '22'],
  ['goals', '61146-7', '60'],
  ['immunizations', '11369-6', '2'],
  ['medications', '10160-0', '1'],
  ['medications', '10183-2', '11'],
  ['medications', '75311-1', '11'],
  ['medications', '42346-7', '44'],
  ['observations', '30954-2', '3'],
  ['observations', '8716-3', '4'],
  ['observations', '29762-2', '17'],
  ['observations', '47420-5', '14'],
  ['observations', '10190-7', '56'],
  ['observations', '29545-1', '2.10'],
  ['plan', '18776-5', '10'],
  ['problems', '11450-4', '5'],
  ['problems', '11348-0', '20'],
  ['procedures', '47519-4', '7'],
];

const TEMPLATES = '2.16.840.1.113883.10.20.22.2.';

const BY_CODE = new Map(KINDS.map(([kind, loinc]) => [loinc, kind]));
const BY_TEMPLATE = new Map(KINDS.map(([kind, , template]) => [template, kind]));

/** Undefined for a section of which nothing is converted. */
export function kindOf(section: XmlElement): SectionKind | undefined {
  const kind = BY_CODE.get(codeOf(section));
  if (kind) return kind;
  const roots = children(section, 'templateId').map((id) => attribute(id, 'root') ?? '');
  const ours = roots.filter((root) => root.startsWith(TEMPLATES)).map((root) => root.slice(TEMPLATES.length));
  // A section template may end in `.1`: the same with entries required.
  return ours.map((root) => BY_TEMPLATE.get(root) ?? BY_TEMPLATE.get(root.replace(/\.1$/, ''))).find(Boolean);
}

/** The LOINC code of a section; `unknown` for what does not look like one, so that it may be shown to anybody. */
export function codeOf(section: XmlElement): string {
  const code = attribute(children(section, 'code')[0], 'code') ?? '';
  return /^\d{1,7}-\d$/.test(code) ? code : 'unknown';
}

/** What those are called that are often left out, or not wholly converted. */
const NAMES: Readonly<Record<string, string>> = {
  '10157-6': 'family history',
  '10160-0': 'medications',
  '10183-2': 'discharge medications',
  '11369-6': 'immunizations',
  '11450-4': 'problems',
  '18776-5': 'plan of treatment',
  '29762-2': 'social history',
  '30954-2': 'results',
  '42346-7': 'admission medications',
  '42348-3': 'advance directives',
  '46240-8': 'encounters',
  '46264-8': 'medical equipment',
  '47420-5': 'functional status',
  '47519-4': 'procedures',
  '48765-2': 'allergies',
  '48768-6': 'payers',
  '61144-2': 'nutrition',
  '61146-7': 'goals',
  '8716-3': 'vital signs',
  '75310-3': 'health concerns',
  '85847-2': 'care team',
};

/** A name of a section for people. */
export function nameOfSection(code: string): string {
  return NAMES[code] ?? (code === 'unknown' ? 'a section without a code' : `section ${code}`);
}
