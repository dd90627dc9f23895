import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answersOf, askSearch } from './ask-search.ts';
import { CHAIN_ANSWERS } from './chain-answers.ts';
import { NAME_ANSWERS } from './name-answers.ts';
import { type OpenRecord, openRecord } from './open-record.ts';
import { REQUEST_ANSWERS } from './request-answers.ts';
import { TOKEN_ANSWERS } from './token-answers.ts';
import { VALUE_ANSWERS } from './value-answers.ts';

let record: OpenRecord;

beforeAll(async () => {
  record = await openRecord();
});
afterAll(() => record.close());

describe.each([
  ['chained searches', CHAIN_ANSWERS],
  ['quantities, numbers and dates', VALUE_ANSWERS],
  ['codes and references', TOKEN_ANSWERS],
  ['names and addresses', NAME_ANSWERS],
  ['what else a search can ask', REQUEST_ANSWERS],
])('%s are answered as the real server does', (_, table) => {
  test.each(answersOf(table))('%s', async (question, answer) => {
    expect(await askSearch((path) => record.call('GET', path), record.planted, record.run, question)).toBe(answer);
  });
});
