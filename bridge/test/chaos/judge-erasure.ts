import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { namespaceFromConsent, orgConnectionIdOf } from '../../contract/connection.ts';
import { erasureFromTask } from '../../contract/erasure.ts';
import { findConnections } from './find-imports.ts';
import { listLoaded, listThere } from './list-loaded.ts';
import type { LivedJourney } from './live-journey.ts';

/**
 * What is wrong with an erasure (docs/decisions/0016): nothing of the connection may be left, its receipt is complete and tells at
 * least of what was there when it was asked for. A file that a killed worker had uploaded and nothing named yet is not looked for.
 */
export async function judgeErasure(medplum: MedplumClient, { patientId, ended }: LivedJourney): Promise<string[]> {
  if (!ended || ended.receipts.length === 0) return [];
  const connections = await findConnections(medplum, patientId);
  const erased = connections.filter((one) => ended.orgConnectionIds.includes(orgConnectionIdOf(one) ?? ''));
  const namespaces = new Set(erased.flatMap((one) => namespaceFromConsent(one) ?? []));
  const left = (await Promise.all([...namespaces].map((namespace) => listLoaded(medplum, namespace, erased)))).flat();
  const kept = await listThere(medplum, ended.seen);
  const receipts = await Promise.all(ended.receipts.map((id) => medplum.readResource('Task', id, { cache: 'reload' })));
  return [
    ...(left.length > 0 ? [`an erased connection has ${left.length} resources left: ${typesOf(left)}`] : []),
    ...(kept.length > 0 ? [`${kept.length} resources of before an erasure are there still: ${typesOf(kept)}`] : []),
    ...receipts.flatMap((receipt) => judgeReceipt(receipt, ended.seen)),
  ];
}

function judgeReceipt(receipt: Task, seen: readonly string[]): string[] {
  const { status, kept, erased } = erasureFromTask(receipt);
  const types = [...new Set(seen.map(typeOf))];
  const short = types.filter((type) => (erased[type] ?? 0) < seen.filter((one) => typeOf(one) === type).length);
  return [
    ...(status === 'completed' ? [] : [`the receipt of an erasure is ${status}`]),
    ...(kept.length > 0 ? [`an erasure keeps ${kept.length} resources that nobody edited`] : []),
    ...short.map((type) => `the receipt of an erasure counts ${erased[type] ?? 0} ${type}, and there were more`),
  ];
}

function typeOf(reference: string): string {
  return reference.slice(0, reference.indexOf('/'));
}

function typesOf(references: readonly string[]): string {
  return [...new Set(references.map(typeOf))].sort().join(', ');
}
