import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFreePort } from '../redis/find-free-port.ts';
import { deployBots } from './deploy-bots.ts';
import { readSettings } from './read-settings.ts';

test('bots that cannot be deployed are told of, with the log that says why, and keep nothing from starting', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-'));
  await mkdir(join(folder, 'logs'));
  const settings = readSettings({ DATA_DIR: folder, SANDBOX_MEDPLUM_PORT: `${await findFreePort()}` });
  const told: string[] = [];
  const deployment = await deployBots(settings, (line) => told.push(line));
  const logFile = join(folder, 'logs/bots-deploy.log');
  expect(await deployment.ended).toBe(
    `Bots: they could not be deployed (1); the rest works without them. See ${logFile}.`,
  );
  expect(told).toEqual([]);
  expect(await readFile(logFile, 'utf8')).toContain('did not let MEDPLUM_ADMIN_CLIENT_ID in');
  await deployment.stop();
  await rm(folder, { recursive: true });
});
