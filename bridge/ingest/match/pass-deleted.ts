import { PermanentError } from '../../errors.ts';
import type { LoadContext } from '../load-context.ts';
import type { Member } from '../shape/compose-entry.ts';
import type { Component } from '../write/draft.ts';
import { settleProblem } from '../write/settle-rows.ts';
import { searchedType, versionOf } from './look-up.ts';
import { type ReadEntry, readEach } from './read-each.ts';

/**
 * Settles the rows that somebody deleted in Medplum and gives on the others: what was stored once, is not found, and is
 * 410 there stays deleted. What was expunged (404) is created again. `targetOf` says what an unmatched row was stored as.
 */
export async function passDeleted(
  context: LoadContext,
  components: readonly Component[],
  targetOf: (member: Member) => string | undefined,
): Promise<readonly Component[]> {
  const targets = new Map<Member, string>();
  for (const member of components.flat()) {
    const target = member.stored ? undefined : targetOf(member);
    if (target) targets.set(member, target);
  }
  if (targets.size === 0) return components;
  const answers = await readEach(context.medplum, [...targets.values()], context.signal);
  const answerOf = new Map([...targets.keys()].map((member, position) => [member, answers[position]]));
  return components.map((component) =>
    component.flatMap((member) => {
      const answer = answerOf.get(member);
      return answer ? judge(context, member, answer) : [member];
    }),
  );
}

/**
 * The same for rows that are composed again: `before` is what they were matched with. A PUT would bring back what somebody
 * deleted since, whatever version it expects.
 */
export function passDeletedSince(
  context: LoadContext,
  before: readonly Member[],
  again: readonly Component[],
): Promise<readonly Component[]> {
  const matched = new Map(before.map(({ prepared, stored }) => [prepared.row, stored]));
  return passDeleted(context, again, ({ prepared: { row, key } }) => {
    const version = matched.get(row);
    return version && `${searchedType(key.resourceType)}/${version.id}`;
  });
}

/**
 * When the records belong to the export's own Patient and somebody deleted it here, nobody can say whose they are.
 * Throws PermanentError `patient-deleted`; nothing has been written then but the raw export.
 */
export async function refuseDeletedPatient({ binding, earlier, medplum, signal }: LoadContext): Promise<void> {
  const target = binding.kind === 'own' ? earlier?.targetOf(binding.row) : undefined;
  const [answer] = target ? await readEach(medplum, [target], signal) : [];
  if (answer?.status !== 410) return;
  throw new PermanentError('patient-deleted', `${target} was deleted: restore it, or import with --patient`);
}

function judge(context: LoadContext, member: Member, { status, resource }: ReadEntry): Member[] {
  if (status === 404) return [member];
  if (status === 410) {
    settleDeleted(context, member);
    return [];
  }
  if (status !== 200 || !resource) throw new Error(`the server refused a read with status ${status}`);
  if (member.prepared.key.resourceType === 'Binary') return isThere(context, member, resource) ? [] : [member];
  // It lost the mark by which it is found: an edit, and no reason to store it twice.
  return [{ ...member, stored: versionOf(resource) }];
}

function settleDeleted(context: LoadContext, { prepared, isRevisit }: Member): void {
  const { documents, index, states } = context;
  for (const { said } of prepared.attachments) {
    const row = typeof said.url === 'string' ? index.rowOfDocument(said.url) : -1;
    if (row !== -1) documents.discard(row);
  }
  states.setAbsent(prepared.row);
  if (!isRevisit) settleProblem(context, prepared.row, 'skipped', 'deleted-here');
}

/** True, and settled, when what carried the document before carries these very bytes still, though this export lacks it. */
function isThere({ documents, tally }: LoadContext, { prepared: { row } }: Member, carrier: object): boolean {
  const sha256 = documents.contentOf(row)?.sha256;
  if (sha256 === undefined || !JSON.stringify(carrier).includes(sha256)) return false;
  tally.settle('unchanged', 'Binary', row);
  return true;
}
