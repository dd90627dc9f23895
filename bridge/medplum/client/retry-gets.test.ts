import { expect, test } from 'vitest';
import { LostReplyError } from './lost-reply-error.ts';
import { retryGets } from './retry-gets.ts';

/** How often each method is sent when every reply is lost. */
async function countSent(method?: string): Promise<number> {
  let sent = 0;
  const losing = async (): Promise<Response> => {
    sent++;
    throw new LostReplyError('ECONNRESET');
  };
  const init = method === undefined ? {} : { method };
  await expect(retryGets(losing, [1, 1])('http://127.0.0.1/', init)).rejects.toThrow(LostReplyError);
  return sent;
}

test('a read whose reply is lost is sent again, and a write never', async () => {
  expect(await countSent()).toBe(3);
  expect(await countSent('GET')).toBe(3);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) expect(await countSent(method)).toBe(1);
});
