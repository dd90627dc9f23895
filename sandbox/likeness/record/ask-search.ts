import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import { type Planted, RUN_SYSTEM } from './plant-record.ts';

/** A question and what the real server said: names of what it found (`+` before what was included), or status and text. */
export type Answered = readonly [question: string, answer: string];

/** What a server said to one GET below `/fhir/R4/`. */
export interface Reply {
  readonly status: number;
  readonly json: unknown;
}

/** The lines of a table of answers. */
export function answersOf(table: string): Answered[] {
  const lines = table.trim().split('\n');
  return lines.map((line): Answered => {
    const at = line.lastIndexOf(' => ');
    return [line.slice(0, at), line.slice(at + ' => '.length)];
  });
}

/**
 * Asks about one planted record: `{kim}` in a question is her id, `$RUN` the run.
 * @param get sends a GET; its path begins behind `/fhir/R4/`
 */
export async function askSearch(
  get: (path: string) => Promise<Reply>,
  planted: Planted,
  run: string,
  question: string,
): Promise<string> {
  const [type = '', asked = ''] = [question.slice(0, question.indexOf('?')), question.slice(question.indexOf('?') + 1)];
  const parts = [...asked.split('&').filter(Boolean), `_tag=${RUN_SYSTEM}|${run}`];
  if (!asked.includes('_count')) parts.push('_count=100');
  const query = parts.map((part) => {
    const [key = '', ...value] = part.split('=');
    return `${key}=${encodeURIComponent(filledIn(value.join('='), planted, run))}`;
  });
  const reply = await get(`${type}?${query.join('&')}`);
  return named(told(reply, planted, asked.includes('_sort=')), planted)
    .replaceAll(run, '$RUN')
    .trimEnd();
}

function filledIn(text: string, planted: Planted, run: string): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => planted.get(name) ?? name).replaceAll('$RUN', run);
}

function told({ status, json }: Reply, planted: Planted, isOrdered: boolean): string {
  if (status >= 400)
    return `${status} ${(json as OperationOutcome).issue?.map(({ details }) => details?.text).join('; ')}`;
  const { entry = [], total } = json as Bundle;
  const names = new Map([...planted].map(([name, id]) => [id, name]));
  const found = entry.map(({ search, resource }) => {
    return `${search?.mode === 'include' ? '+' : ''}${names.get(resource?.id ?? '') ?? resource?.resourceType}`;
  });
  if (!isOrdered) found.sort();
  return `${total === undefined ? '' : `total ${total}: `}${found.join(' ') || 'nothing'}`;
}

function named(text: string, planted: Planted): string {
  return [...planted].reduce((result, [name, id]) => result.replaceAll(id, `<${name}>`), text);
}
