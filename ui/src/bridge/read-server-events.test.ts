import { expect, test } from 'vitest';
import { readServerEvents, type ServerEvent } from './read-server-events.ts';

async function read(...pieces: string[]): Promise<ServerEvent[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  return Array.fromAsync(readServerEvents(stream));
}

test('events are put together from pieces of any size, and heartbeats are none', async () => {
  const events = await read('event: sta', 'tus\ndata: {"a"', ':1}\n', '\n: still here\n\nevent: end\ndata: {}\n\n');
  expect(events).toEqual([
    { event: 'status', data: '{"a":1}' },
    { event: 'end', data: '{}' },
  ]);
});

test('an event that was cut off is none', async () => {
  expect(await read('event: status\ndata: {"a":1}\n')).toEqual([]);
});
