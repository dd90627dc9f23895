import { expect, test } from 'vitest';
import { RESYNC_SCHEDULES } from '../contract/resync.ts';
import { resyncInterval } from './resync-interval.ts';

const HOUR_MS = 3_600_000;

test('no schedule comes back within 25 hours, and each is spread', () => {
  for (const schedule of RESYNC_SCHEDULES.filter((each) => each !== 'off')) {
    const [least = 0, most = 0] = [resyncInterval(schedule, () => 0), resyncInterval(schedule, () => 0.999)];
    expect(least).toBeGreaterThanOrEqual(25 * HOUR_MS);
    expect(most).toBeGreaterThan(least);
  }
  expect(resyncInterval('off')).toBeUndefined();
});
