import type { LeftOutReason } from './left-out.ts';
import type { SectionKind } from './section-kinds.ts';
import { attribute, children, type XmlElement, type XmlNode } from './xml-node.ts';

const TAGS = [
  'act',
  'observation',
  'organizer',
  'procedure',
  'encounter',
  'substanceAdministration',
  'supply',
] as const;

type Tag = (typeof TAGS)[number];

/** What of which one resource is made. */
export interface Statement {
  readonly kind: Exclude<SectionKind, 'diagnoses' | 'plan'>;
  readonly tag: Exclude<Tag, 'supply'>;
  readonly node: XmlElement;
  /** A problem that belongs to an encounter, not to the list of problems. */
  readonly isDiagnosis?: boolean;
  /** The observations of a panel, the diagnoses of an encounter: statements of their own, which this one refers to. */
  readonly members?: readonly Statement[];
}

export type Found = Statement | LeftOutReason;

/** The statements of a section's entries, and for each that is none why. */
export function findStatements(kind: SectionKind, entries: XmlNode | undefined): Found[] {
  return children({ entry: entries }, 'entry').flatMap((entry) =>
    TAGS.flatMap((tag) => children(entry, tag).flatMap((node) => statementsOf(kind, tag, node))),
  );
}

function statementsOf(kind: SectionKind, tag: Tag, node: XmlElement): Found[] {
  if (attribute(node, 'nullFlavor')) return ['no-code'];
  const mood = attribute(node, 'moodCode') ?? 'EVN';
  if (kind === 'goals' || kind === 'plan') return [goal(tag, node, mood)];
  if (mood !== 'EVN' && !(mood === 'INT' && kind === 'medications')) return ['planned'];
  switch (kind) {
    case 'allergies':
    case 'problems':
    case 'diagnoses':
      return concerns(kind, tag, node);
    case 'medications':
      return medications(tag, node);
    case 'immunizations':
      return [tag === 'substanceAdministration' ? { kind, tag, node } : 'not-supported'];
    case 'procedures':
      return [procedure(tag, node)];
    case 'encounters':
      return [tag === 'encounter' ? encounter(node) : 'not-supported'];
    case 'observations':
      return [tag === 'observation' || tag === 'organizer' ? observation(tag, node) : 'not-supported'];
  }
}

function goal(tag: Tag, node: XmlElement, mood: string): Found {
  if (mood !== 'GOL') return 'planned';
  return tag === 'observation' ? { kind: 'goals', tag, node } : 'not-supported';
}

/** One for each problem or allergy of a concern; some sections have them without the concern around. */
function concerns(kind: 'allergies' | 'problems' | 'diagnoses', tag: Tag, node: XmlElement): Found[] {
  const about = kind === 'allergies' ? { kind } : { kind: 'problems' as const, isDiagnosis: kind === 'diagnoses' };
  const concern = tag === 'observation' ? {} : node;
  const observations = tag === 'observation' ? [node] : related(node, ['SUBJ'], 'observation');
  if (tag !== 'act' && tag !== 'observation') return ['not-supported'];
  if (observations.length === 0) return ['not-supported'];
  return observations.map((observation) => ({
    ...about,
    tag: 'act',
    node: { ...concern, entryRelationship: [{ '@_typeCode': 'SUBJ', observation: [observation] }] },
  }));
}

/** Of an admission or a discharge they stand within an act. */
function medications(tag: Tag, node: XmlElement): Found[] {
  if (tag === 'substanceAdministration') return [{ kind: 'medications', tag, node }];
  const inner = tag === 'act' ? related(node, undefined, 'substanceAdministration') : [];
  if (inner.length === 0) return ['not-supported'];
  return inner.map((each) => ({ kind: 'medications', tag: 'substanceAdministration', node: each }));
}

/** A procedure that is an act or an observation without a value (a biopsy, say) is one all the same. */
function procedure(tag: Tag, node: XmlElement): Found {
  if (tag === 'observation' && node.value !== undefined) return observation(tag, node);
  const isProcedure = tag === 'procedure' || tag === 'act' || tag === 'observation';
  return isProcedure ? { kind: 'procedures', tag: 'procedure', node } : 'not-supported';
}

function encounter(node: XmlElement): Found {
  const acts = related(node, undefined, 'act');
  const members = acts.flatMap((act) => concerns('diagnoses', 'act', act)).filter(isStatement);
  return { kind: 'encounters', tag: 'encounter', node, members };
}

function observation(tag: 'observation' | 'organizer', node: XmlElement): Statement {
  const parts = tag === 'organizer' ? children(node, 'component') : components(node);
  const inner = parts.flatMap((part) => [
    ...children(part, 'observation').map((each) => observation('observation', each)),
    ...children(part, 'organizer').map((each) => observation('organizer', each)),
  ]);
  return { kind: 'observations', tag, node, members: inner };
}

function components(node: XmlElement): XmlElement[] {
  return children(node, 'entryRelationship').filter((each) => attribute(each, 'typeCode') === 'COMP');
}

function related(node: XmlElement, types: readonly string[] | undefined, name: string): XmlElement[] {
  const some = children(node, 'entryRelationship').filter(
    (each) => !types || types.includes(attribute(each, 'typeCode') ?? ''),
  );
  return some.flatMap((each) => children(each, name));
}

export function isStatement(found: Found): found is Statement {
  return typeof found === 'object';
}
