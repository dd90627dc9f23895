import { expect, test } from 'vitest';
import { LostReplyError } from './lost-reply-error.ts';
import { readBackoffMs, retryRead, setPatience, waitsWithin } from './retry-read.ts';

const WAITS = [1, 1, 1];

/** A read whose first replies are lost, and how often it was tried. */
function losing(times: number) {
  const calls = { count: 0 };
  const read = async (): Promise<string> => {
    calls.count++;
    if (calls.count <= times) throw new LostReplyError(`lost-${calls.count}`);
    return 'found';
  };
  return { calls, read };
}

test('a read is repeated until its reply comes', async () => {
  const { calls, read } = losing(3);
  await expect(retryRead(read, undefined, WAITS)).resolves.toBe('found');
  expect(calls.count).toBe(4);
});

test('after the last wait the last loss is thrown', async () => {
  const { calls, read } = losing(10);
  await expect(retryRead(read, undefined, WAITS)).rejects.toMatchObject({ code: 'lost-4' });
  expect(calls.count).toBe(4);
});

test('an answer that says no is an answer, and not asked for again', async () => {
  let calls = 0;
  const read = async () => {
    calls++;
    throw new Error('404');
  };
  await expect(retryRead(read, undefined, WAITS)).rejects.toThrow('404');
  expect(calls).toBe(1);
});

test('a signal ends the waiting', async () => {
  const controller = new AbortController();
  const { calls, read } = losing(10);
  const retried = retryRead(read, controller.signal, [600_000]);
  controller.abort();
  await expect(retried).rejects.toMatchObject({ name: 'AbortError' });
  expect(calls.count).toBe(1);
});

test('waits grow up to a minute, and all of them fit the time that is given', () => {
  expect(waitsWithin(120_000)).toEqual([100, 300, 900, 2_700, 8_100, 24_300, 60_000]);
  expect(waitsWithin(200_000).slice(-2)).toEqual([60_000, 60_000]);
  expect(waitsWithin(400)).toEqual([100, 300]);
  expect(waitsWithin(0)).toEqual([]);
});

test('the process says once how patient it is', async () => {
  const usual = readBackoffMs();
  setPatience(0);
  const { calls, read } = losing(10);
  await expect(retryRead(read)).rejects.toMatchObject({ code: 'lost-1' });
  expect(calls.count).toBe(1);
  setPatience(120_000);
  expect(readBackoffMs()).toEqual(usual);
});
