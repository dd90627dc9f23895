import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { type Answer, messageOf } from '../medplum/open-sandbox.ts';
import type { Party } from './open-party.ts';

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** `404 Not found`: the status, and what an OperationOutcome says first, ids left out. */
export function said(answer: Answer): string {
  const message = messageOf(answer)?.replaceAll(ID, '<id>');
  return message === undefined ? String(answer.status) : `${answer.status} ${message}`;
}

/** As `said`, of each entry of a bundle's answer. */
export function saidOfEntries({ status, json }: Answer): string[] {
  const bundle = json as Bundle | undefined;
  if (bundle?.resourceType !== 'Bundle') return [`${status} alone`];
  return (bundle.entry ?? []).map(({ response }) => {
    const text = (response?.outcome as OperationOutcome | undefined)?.issue?.[0]?.details?.text;
    return [response?.status, text?.replaceAll(ID, '<id>')].filter((part) => part !== undefined).join(' ');
  });
}

/** Every issue of an outcome: `expression: text`. */
export function issuesOf({ status, json }: Answer): string[] {
  const outcome = json as OperationOutcome | undefined;
  if (outcome?.resourceType !== 'OperationOutcome') return [String(status)];
  return [String(status), ...outcome.issue.map(({ expression = [], details }) => `${expression}: ${details?.text}`)];
}

/** The resource in an answer. @throws Error when there is none */
export function resourceOf<T extends Resource>(answer: Answer): T & { readonly id: string } {
  const resource = answer.json as (T & { readonly id: string }) | undefined;
  if (!resource?.id || answer.status >= 400) throw new Error(`No resource: ${said(answer)}`);
  return resource;
}

/** The resources in a Bundle. */
export function resourcesOf<T extends Resource>(answer: Answer): T[] {
  const bundle = answer.json as Bundle<T> | undefined;
  if (bundle?.resourceType !== 'Bundle') throw new Error(`No bundle: ${said(answer)}`);
  return (bundle.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
}

/** Text with every id in it as `<id>`. */
export function withoutIds(text: string): string {
  return text.replaceAll(ID, '<id>');
}

/** How many a search finds, or what is said instead. */
export async function countOf(party: Party, query: string): Promise<number | string> {
  const answer = await party.call('GET', query);
  return answer.status === 200 ? resourcesOf(answer).length : said(answer);
}
