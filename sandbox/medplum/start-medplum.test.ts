import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binary } from '@medplum/fhirtypes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleOf, openSandbox, signIn } from './open-sandbox.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sandbox-medplum-test-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('resources, bytes and sign-ins survive a restart', async () => {
  const before = await openSandbox({ dataDir });
  const { id } = await before.medplum.createResource({ resourceType: 'Patient', meta: { source: 'urn:kept' } });
  const pdf = { 'Content-Type': 'application/pdf' };
  const binary = (await before.call('POST', 'Binary', 'bytes', pdf)).json as Binary;
  const token = before.medplum.getAccessToken();
  await before.close();

  const after = await openSandbox({ dataDir });
  expect((await after.medplum.searchResources('Patient', '_source=urn:kept'))[0]?.id).toBe(id);
  const response = await fetch(`${after.server.baseUrl}fhir/R4/Binary/${binary.id}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(await response.text()).toBe('bytes');
  await after.close();
});

async function startProcess(): Promise<{ baseUrl: string; stop: (signal: NodeJS.Signals) => Promise<number | null> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, SANDBOX_MEDPLUM_PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const baseUrl = /http:\S+/.exec(String(line))?.[0] ?? '';
  const stop = async (signal: NodeJS.Signals) => {
    const exited = once(child, 'exit');
    child.kill(signal);
    return (await exited)[0] as number | null;
  };
  return { baseUrl, stop };
}

test('the process says where it listens, and what was answered survives SIGKILL', async () => {
  const first = await startProcess();
  const medplum = await signIn(first.baseUrl);
  const patients = Array.from({ length: 20 }, () => ({
    resourceType: 'Patient' as const,
    meta: { source: 'urn:killed' },
  }));
  await medplum.executeBatch(bundleOf('transaction', patients));
  await first.stop('SIGKILL');

  const second = await startProcess();
  const again = await signIn(second.baseUrl);
  expect(await again.searchResources('Patient', '_source=urn:killed')).toHaveLength(20);
  expect(await second.stop('SIGTERM')).toBe(0);
});

test('a port that is taken is a one-line error', async () => {
  const { server, close } = await openSandbox();
  const port = new URL(server.baseUrl).port;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, SANDBOX_MEDPLUM_PORT: port, DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(text).toBe('sandbox medplum: the port is taken: set SANDBOX_MEDPLUM_PORT\n');
  await close();
});
