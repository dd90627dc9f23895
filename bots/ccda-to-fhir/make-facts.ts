import { createHash } from 'node:crypto';
import { stringify } from '@medplum/core';
import type { Patient, Reference } from '@medplum/fhirtypes';
import { cleanResource } from './clean-resource.ts';
import { convertStatement } from './convert-statement.ts';
import { describeFact, type FactResource } from './describe-fact.ts';
import { findStatements, isStatement, type Statement } from './find-statements.ts';
import type { LeftOut, LeftOutReason } from './left-out.ts';
import type { CcdaDocument } from './read-document.ts';
import { readIdentifiers } from './read-identifiers.ts';
import { resolveNarrative } from './resolve-narrative.ts';
import { codeOf, kindOf } from './section-kinds.ts';
import { attribute, children, type XmlElement } from './xml-node.ts';

/** A resource that a document states, not yet stored. */
export interface Fact {
  /** The same for the same statement in any document about this patient: a hash. */
  readonly key: string;
  readonly section: string;
  readonly resource: FactResource;
  /** Keys of facts that this one refers to, when it is a panel or an encounter. */
  readonly members: readonly string[];
}

export interface Facts {
  /** Each before those that refer to it, and none twice. */
  readonly facts: readonly Fact[];
  readonly leftOut: readonly LeftOut[];
}

/** What more a document states is not looked at: a bot has ten seconds, and holds up the server while it converts. */
const MAX_STATEMENTS = 2_000;
/** Of the JSON of one fact. Nothing that a person wrote down is longer. */
const MAX_LENGTH = 50_000;

/** Everything in a document that can be said in FHIR, and what cannot and why. Pure. */
export function makeFacts(document: CcdaDocument, patient: Reference<Patient> & { reference: string }): Facts {
  const facts = new Map<string, Fact>();
  const leftOut: LeftOut[] = [];
  let statements = 0;
  for (const section of document.sections) {
    const code = codeOf(section);
    const kind = kindOf(section);
    const add = (found: Statement | LeftOutReason): string | undefined => {
      const fact = !isStatement(found) ? found : ++statements > MAX_STATEMENTS ? 'too-many' : make(found);
      if (typeof fact === 'string') leftOut.push({ section: code, reason: fact });
      else if (!facts.has(fact.key)) facts.set(fact.key, fact);
      return typeof fact === 'string' ? undefined : fact.key;
    };
    const make = (statement: Statement): Fact | LeftOutReason => {
      const members = (statement.members ?? []).flatMap((member) => add(member) ?? []);
      const made = makeFact(statement, members, { section: code, zone: document.zone, patient });
      // Of a panel that has no name its members are enough.
      return made === 'no-code' && members.length > 0 ? (facts.get(members[0] ?? '') ?? made) : made;
    };
    if (kind) for (const found of findStatements(kind, resolveNarrative(section))) add(found);
    else for (const _ of statedIn(section)) leftOut.push({ section: code, reason: 'not-supported' });
  }
  return { facts: [...facts.values()], leftOut };
}

interface FactContext {
  readonly section: string;
  readonly zone: string | undefined;
  readonly patient: Reference<Patient> & { reference: string };
}

function makeFact(
  statement: Statement,
  members: readonly string[],
  { section, zone, patient }: FactContext,
): Fact | LeftOutReason {
  const converted = convertStatement(statement, zone);
  if (typeof converted === 'string') return converted;
  const resource = cleanResource(converted.resource, converted.others) as FactResource;
  if (resource.resourceType === 'AllergyIntolerance' || resource.resourceType === 'Immunization') {
    resource.patient = patient;
  } else {
    resource.subject = patient;
  }
  const identifier = readIdentifiers(statement);
  if (identifier.length > 0) resource.identifier = identifier;
  if (JSON.stringify(resource).length > MAX_LENGTH) return 'failed';
  const key = keyOf(resource, members, patient.reference);
  return { key, section, resource, members };
}

/** Not the whole resource: what another document adds about the same thing makes no second one. */
function keyOf(resource: FactResource, members: readonly string[], patient: string): string {
  const { type, codes, text, date, value } = describeFact(resource);
  const said = { type, codes: [...codes].sort(), text: codes.length > 0 ? undefined : text, date, value, members };
  return createHash('sha256').update(stringify({ patient, said })).digest('hex');
}

/** The entries of a section that say something. */
function statedIn(section: XmlElement): XmlElement[] {
  return children(section, 'entry').filter((entry) =>
    Object.entries(entry).some(
      ([name, node]) =>
        !name.startsWith('@_') && name !== 'templateId' && !attribute(children({ node }, 'node')[0], 'nullFlavor'),
    ),
  );
}
