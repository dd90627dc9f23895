import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { assertSame } from './drill/restore-postgres.ts';

test('the drill backs up and restores what it tries itself on: store, Redis, and PostgreSQL where there is one', {
  timeout: 180_000,
}, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'drill-backup.ts')]);
  expect(stdout).toMatch(/^store: \{"files":\d+,"lines":201\}$/m);
  expect(stdout).toMatch(/^redis: \{"keys":\d{3}\}$/m);
  expect(stdout).toMatch(/^postgres: ("not installed"|\{"tables":1,"rows":5000,.+\})$/m);
});

test.each([
  [['a=1'], [], 'a=1 became nothing'],
  [['a=1'], ['a=0'], 'a=1 became a=0'],
  [['a=1'], ['a=1', 'b=1'], 'nothing became b=1'],
  [[], [], 'nothing to back up'],
])('a restore that lost or added something is told (%#)', (expected, found, message) => {
  expect(() => assertSame(expected, found)).toThrow(message);
});
