import type { MedplumClient } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { takeAddedCodes } from '../../contract/added-codes.ts';
import type { LedgerEntry } from '../../contract/ledger-entry.ts';
import { parseSourceKey } from '../../contract/source-key.ts';
import { joined, search } from '../match/look-up.ts';
import { findSymbols, hashStored, STORED_REFERENCE, storedReferences } from '../match/symbolize-stored.ts';
import { escapeSearchValue, metaSource } from '../meta-source.ts';
import { symbolOf } from '../shape/link-resource.ts';
import { storedHash } from '../shape/shape-meta.ts';
import type { TargetSources } from './audit-ledger.ts';
import type { DocumentCheck } from './check-documents.ts';
import type { Findings } from './findings.ts';

/** An entry of a line that is in the store. */
export type StoredEntry = LedgerEntry & { readonly key: string; readonly target: string };

export interface StoreCheck {
  readonly medplum: MedplumClient;
  readonly namespace: string;
  /** `Patient/<id>` that the records were bound to. */
  readonly patient: string | undefined;
  readonly sources: TargetSources;
  readonly findings: Findings;
  /** Undefined: the documents' bytes are not read. */
  readonly documents?: DocumentCheck | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Symbols = Awaited<ReturnType<typeof findSymbols>>;

/** Reads what the store has of these entries and reports what is not as the import left it. */
export async function checkStored(check: StoreCheck, entries: readonly StoredEntry[]): Promise<void> {
  const { medplum, namespace, findings, signal } = check;
  const stored = Map.groupBy(await findBodies(check, entries), ({ resourceType, meta }) =>
    placeOf(resourceType, meta?.source ?? ''),
  );
  const present: [StoredEntry, Resource][] = [];
  for (const entry of entries) {
    const found = stored.get(placeOf(typeOf(entry), sourceOf(namespace, entry))) ?? [];
    const body = found.find(({ resourceType, id }) => `${resourceType}/${id}` === entry.target);
    if (found.length > 1) findings.add('doubled', entry);
    if (body) present.push([entry, body]);
    else findings.add('missing', entry);
  }
  const references = new Set(present.flatMap(([, body]) => storedReferences(body)));
  const symbols = await findSymbols(medplum, namespace, references, signal);
  await addBinaries(medplum, symbols);
  for (const [entry, body] of present) {
    await check.documents?.check(entry, body);
    if (!isInCompartment(check, body)) findings.add('account-missing', entry);
    checkBody(check, entry, body, symbols);
  }
}

/** As `composeEntry` puts it there: what does not name the Patient has it as an account. */
function isInCompartment({ patient }: StoreCheck, { resourceType, id, meta, ...body }: Resource): boolean {
  if (!patient || `${resourceType}/${id}` === patient) return true;
  const isAccount = meta?.accounts?.some(({ reference }) => reference === patient) ?? false;
  return isAccount || storedReferences({ resourceType, ...body } as Resource).includes(patient);
}

/**
 * A link to nothing is told as such. Whether the resource says else what was written can then still be told when the
 * ledger knows what the link stood for: its target is missing, the link itself was not touched.
 */
function checkBody(check: StoreCheck, entry: StoredEntry, body: Resource, symbols: Symbols): void {
  const { sources, findings } = check;
  const dead = new Set(storedReferences(body).filter((text) => symbols.has(text) && symbols.get(text) === undefined));
  for (const reference of dead) findings.add('dangling', entry, reference);
  // A skipped or quarantined line has a target that another line wrote, or that was edited here before.
  const isOurs = ['created', 'updated', 'unchanged'].includes(entry.disposition);
  const isKnown = [...dead].every((reference) => reference === check.patient || sources.keyOf(reference));
  if (isOurs && isKnown && !saysWhatWasWritten(check, body, symbols)) findings.add('changed', entry);
}

/** The Patient of the app stood for itself, the export's own for its source key: the Task does not say which it was. */
function saysWhatWasWritten({ patient, sources }: StoreCheck, body: Resource, symbols: Symbols): boolean {
  const written = storedHash(body.meta);
  const symbolize = (reference: string): string | undefined => {
    const found = symbols.get(reference)?.symbol;
    const key = found ? undefined : symbols.has(reference) && sources.keyOf(reference);
    return found ?? (key ? symbolOf(parseSourceKey(key)) : undefined);
  };
  if (written === undefined) return false;
  const itself = (text: string) => (text === patient ? undefined : symbolize(text));
  const saysIt = (one: Resource): boolean =>
    [symbolize, itself].some((by) => hashStored(structuredClone(one), by) === written);
  return saysIt(body) || saysIt(withoutAddedCodes(body));
}

/** What a bot put beside the source's codes is no change of what was loaded. */
function withoutAddedCodes(body: Resource): Resource {
  const bare = structuredClone(body);
  takeAddedCodes(bare);
  return bare;
}

function findBodies({ medplum, namespace, signal }: StoreCheck, entries: readonly StoredEntry[]): Promise<Resource[]> {
  const urls = [...Map.groupBy(entries, typeOf)].flatMap(([type, ofType]) => {
    const values = ofType.map((entry) => encodeURIComponent(escapeSearchValue(sourceOf(namespace, entry))));
    return [...joined(values)].map((list) => `${type}?_source=${list}&_count=1000`);
  });
  return search(medplum, urls, signal);
}

/** Binaries cannot be searched; few resources refer to one. */
async function addBinaries(medplum: MedplumClient, symbols: Symbols): Promise<void> {
  const ids = [...symbols.keys()].filter((text) => text.startsWith('Binary/') && STORED_REFERENCE.test(text));
  for (const text of ids) {
    const isThere = await medplum.readResource('Binary', text.slice('Binary/'.length)).then(
      () => true,
      () => false,
    );
    if (isThere) symbols.set(text, { symbol: undefined });
  }
}

function typeOf({ target }: StoredEntry): string {
  return target.slice(0, target.indexOf('/'));
}

function sourceOf(namespace: string, { key }: StoredEntry): string {
  return metaSource(namespace, parseSourceKey(key));
}

function placeOf(type: string, source: string): string {
  return `${type} ${source}`;
}
