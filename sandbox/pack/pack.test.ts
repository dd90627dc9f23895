import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MedplumClient } from '@medplum/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ReceivedEvent, receiveWebhooks, type WebhookReceiver } from '../fasten/receive-webhooks.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Somebody else's project: a folder of its own, with the package and what the package declares, and nothing else. */
let outside: string;
let shipped: string;
let manifest: {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
};

beforeAll(async () => {
  // The real path: an import is looked for beside the real file, so nothing of the repository may be above it.
  outside = await realpath(await mkdtemp(join(tmpdir(), 'outside-')));
  shipped = join(outside, 'node_modules/@fasten-medplum/sandbox');
  await mkdir(shipped, { recursive: true });
  const { stdout } = await run('npm', ['pack', '-w', 'sandbox', '--json', '--pack-destination', outside], {
    cwd: root,
  });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  await run('tar', ['-xzf', join(outside, packed.filename), '-C', shipped, '--strip-components=1']);
  manifest = JSON.parse(await readFile(join(shipped, 'package.json'), 'utf8'));
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(outside, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(await realpath(join(root, 'node_modules', name)), link);
  }
}, 300_000);

afterAll(async () => {
  await rm(outside, { recursive: true, force: true });
});

test('nothing is shipped but JavaScript and what it needs, and it imports only what the package declares', async () => {
  const files = await Array.fromAsync(glob('**/*', { cwd: shipped, withFileTypes: true }));
  const names = files.filter((file) => file.isFile()).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'embed.html', 'fasten-stitch-element.js']));
  expect(names.filter((name) => /(?<!\.d)\.ts$|\.test\./.test(name))).toEqual([]);
  const imported = new Set<string>();
  for await (const file of glob('dist/**/*.js', { cwd: shipped })) {
    const code = await readFile(join(shipped, file), 'utf8');
    for (const [, name = ''] of code.matchAll(/^(?:import|export|})[^;]*?(?:from |\bimport\()["']([^"'.][^"']*)["']/gm))
      if (!name.startsWith('node:')) imported.add(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  }
  expect(imported).toContain('@medplum/core');
  expect([...imported].filter((name) => !(name in manifest.dependencies))).toEqual([]);
});

test('started by its command in an empty folder, it takes a MedplumClient and the steps of Fasten’s quickstart', {
  timeout: 120_000,
}, async () => {
  const keys = { FASTEN_PUBLIC_ID: 'public_test_own', FASTEN_PRIVATE_KEY: 'private_test_own' };
  const secret = `whsec_${Buffer.from('a secret of the project outside').toString('base64')}`;
  const webhook = await receiveWebhooks(secret);
  const options = ['--webhook-url', webhook.url, '--export-delay-ms', '20', '--json'];
  const sandbox = start([...options, ...anyPort()], { ...keys, FASTEN_WEBHOOK_SECRETS: secret });
  try {
    const { medplum, fasten } = JSON.parse(await sandbox.firstLine());
    await useMedplum(medplum);
    await followQuickstart(fasten, webhook);
  } finally {
    sandbox.child.kill('SIGTERM');
    await webhook.close();
  }
  const ended = await sandbox.ended;
  expect(ended).toMatchObject({ code: 0 });
});

test('wrong options are told in a line, before the ones it takes; its other commands write records', async () => {
  const wrong = await start(['--parts', 'medplum,mail']).ended;
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(
    /^--parts takes medplum, fasten, redis, not medplum,mail\n\nUsage: fasten-medplum-sandbox/,
  );
  const help = await start(['--help']).ended;
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--webhook-url') });
  const written = await start(['persona', '--persona', 'cerner-heart']).ended;
  expect(written.stdout).toContain('"resourceType":"Patient"');
  const generated = await start(['generate', '--resources', '12']).ended;
  expect(generated.stdout.trim().split('\n')).toHaveLength(12);
});

test('a data folder keeps what is stored, and somebody else’s folder is not taken', { timeout: 120_000 }, async () => {
  const dataDir = join(outside, 'data');
  const arguments_ = ['--parts', 'medplum', '--data', dataDir, '--json', ...anyPort()];
  let id = '';
  for (const isFirst of [true, false]) {
    const sandbox = start(arguments_);
    const client = await signIn(JSON.parse(await sandbox.firstLine()).medplum);
    if (isFirst) ({ id } = await client.createResource({ resourceType: 'Patient', name: [{ family: 'Kept' }] }));
    else expect((await client.readResource('Patient', id)).name).toEqual([{ family: 'Kept' }]);
    sandbox.child.kill('SIGTERM');
    expect((await sandbox.ended).code).toBe(0);
  }
  const refused = await start(['--data', outside, '--fresh']).ended;
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('is no data folder of ours');
  await readFile(join(shipped, 'package.json'));
});

/** As a file of the project outside: checked by its compiler, then run by Node. */
const OWN_CODE = `
import { type ConnectionSpec, exportLines, type SandboxFasten, type SandboxMedplum, startFasten, startMedplum } from '@fasten-medplum/sandbox';

const medplum: SandboxMedplum = await startMedplum({ switches: { delayMs: 1 } });
const fasten: SandboxFasten = await startFasten({ exportDelayMs: 20 });
const spec: ConnectionSpec = { persona: { seed: 3, resources: 20 }, failWith: 'token_refresh_failure' };
const { orgConnectionId }: { orgConnectionId: string } = await fasten.createConnection(spec);
const lines: string = [...exportLines({ seed: 3, resources: 20 })].join('');
console.log(JSON.stringify([medplum.baseUrl, orgConnectionId, lines.trim().split('\\n').length]));
// @ts-expect-error -- would be let through if the types had not been found
medplum.nothing;
await Promise.all([medplum.close(), fasten.close()]);
`;

test('its functions are typed, and start both stand-ins in a process of one’s own', { timeout: 120_000 }, async () => {
  await writeFile(join(outside, 'package.json'), '{"type":"module"}');
  await writeFile(join(outside, 'own-code.ts'), OWN_CODE);
  const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const strict = ['--noEmit', '--strict', '--target', 'esnext', '--module', 'nodenext', '--skipLibCheck'];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  await run(process.execPath, [compiler, ...strict, ...types, 'own-code.ts'], { cwd: outside });
  const { stdout } = await run(process.execPath, ['own-code.ts'], { cwd: outside });
  expect(JSON.parse(stdout)).toEqual([expect.stringMatching(/^http:/), expect.stringMatching(/^[\w-]{36}$/), 20]);
});

interface Started {
  readonly child: ChildProcess;
  firstLine(): Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** The command, as `npx` starts it. Of our environment it gets what every process has. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const command = join(shipped, manifest.bin['fasten-medplum-sandbox'] ?? '');
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [command, ...args], { cwd: outside, env: { PATH, HOME, ...env } });
  const outputs = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const ended = outputs.then(([stdout, stderr, [code]]) => ({ code: code as number | null, stdout, stderr }));
  const firstLine = async (): Promise<string> => {
    const said = once(child.stdout, 'data').then(([chunk]) => `${chunk}`);
    const early = ended.then(({ stderr }) => Promise.reject(new Error(`it ended at once: ${stderr}`)));
    return Promise.race([said, early]);
  };
  return { child, firstLine, ended };
}

function anyPort(): string[] {
  return ['medplum', 'fasten', 'storage'].flatMap((part) => [`--${part}-port`, '0']);
}

interface ToldMedplum {
  readonly baseUrl: string;
  readonly clients: readonly { readonly clientId: string; readonly clientSecret: string; readonly name: string }[];
  readonly users: readonly { readonly email: string; readonly password: string }[];
}

async function signIn({ baseUrl, clients }: ToldMedplum): Promise<MedplumClient> {
  const client = new MedplumClient({ baseUrl });
  const { clientId = '', clientSecret = '' } = clients.find(({ name }) => name.startsWith('Another')) ?? {};
  await client.startClientLogin(clientId, clientSecret);
  return client;
}

async function useMedplum(told: ToldMedplum): Promise<void> {
  const client = await signIn(told);
  const made = await client.createResource({ resourceType: 'Patient', name: [{ family: 'Outside' }] });
  const found = await client.searchResources('Patient', { name: 'outside' });
  expect(found.map(({ id }) => id)).toEqual([made.id]);
  const person = new MedplumClient({ baseUrl: told.baseUrl });
  const { email = '', password = '' } = told.users[0] ?? {};
  const { code = '' } = await person.startLogin({ email, password });
  expect((await person.processCode(code)).resourceType).toBe('Practitioner');
}

interface ToldFasten {
  readonly baseUrl: string;
  readonly adminUrl: string;
  readonly stitchScriptUrl: string;
  readonly publicId: string;
  readonly privateKey: string;
}

/** What github.com/fastenhealth/fasten-connect-quickstart does: a Bearer key, a webhook, a download that is redirected. */
async function followQuickstart(told: ToldFasten, webhook: WebhookReceiver): Promise<void> {
  expect(told.publicId).toBe('public_test_own');
  const script = await fetch(told.stitchScriptUrl);
  expect(await script.text()).toContain('fasten-stitch-element');
  const page = await fetch(told.adminUrl);
  expect(await page.text()).toContain('<html');
  const send = (url: string, body: object, headers = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  await send(`${told.adminUrl}/connections`, { persona: { seed: 5, resources: 40 }, externalId: '1' });
  const connected = await webhook.waitFor('patient.connection_success');
  expect(connected).toMatchObject({ isGenuine: true, data: { external_id: '1', connection_status: 'authorized' } });

  const bearer = { authorization: `Bearer ${told.privateKey}` };
  const { org_connection_id } = connected.data;
  const asked = await send(`${told.baseUrl}/bridge/fhir/ehi-export`, { org_connection_id }, bearer);
  const { data } = (await asked.json()) as { data: { task_id: string } };
  const exported = await webhook.waitFor('patient.ehi_export_success');
  expect(exported).toMatchObject({ isGenuine: true, data: { task_id: data.task_id } });

  const download = await fetch(linkOf(exported), { headers: bearer });
  expect(download.status).toBe(200);
  const lines = (await download.text()).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).resourceType)).toContain('Patient');
  expect(exported.data).toMatchObject({ stats: { total_resources: lines.length } });
}

function linkOf({ data }: ReceivedEvent): string {
  const [link] = data.download_links as [{ url: string }];
  return link.url;
}
