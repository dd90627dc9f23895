import { expect, test } from 'vitest';
import { withStopSignal } from './stop-signal.ts';

test('a signal to the process aborts the work, and is left to others when the work is done', async () => {
  const before = process.listenerCount('SIGTERM');
  const stopped = withStopSignal(async (signal) => {
    process.emit('SIGTERM');
    signal.throwIfAborted();
  });
  await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
