import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { secretsCommand } from '../../bridge/commands/secrets-command.ts';
import { readAges } from '../../bridge/config.ts';
import { environment } from '../../bridge/environment.ts';
import { type ComposeFile, projectRoot, readCompose, readComposeText, type Service } from './read-compose.ts';

/** The Compose specification's own, as the linter brings it. */
const SCHEMA = join(projectRoot, 'node_modules/dclint/schemas/compose.schema.json');

let folder: string;
let secrets: NodeJS.Dict<string>;
let compose: ComposeFile;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'compose-'));
  secrets = await makeSecrets('--demo');
  compose = readCompose(secrets);
});

afterAll(() => rmSync(folder, { recursive: true }));

async function makeSecrets(...args: string[]): Promise<NodeJS.Dict<string>> {
  const file = join(folder, `${crypto.randomUUID()}.env`);
  const log = console.log;
  console.log = () => undefined;
  await secretsCommand.run(['--env', file, ...args], {});
  console.log = log;
  return parseEnv(readFileSync(file, 'utf8'));
}

const text = readComposeText();
const names = Object.keys(parse(text, { merge: true }).services);
const OWN = ['provision', 'api', 'worker', 'fasten'];

function service(name: string): Service {
  const found = compose.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
}

test('the file is what the published schema of Compose says', () => {
  // Its draft is named by an address that nobody else gives it.
  const { $schema: _, ...schema } = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  validate(compose);
  expect(validate.errors ?? []).toEqual([]);
  // The schema bites: a misspelt key is refused.
  expect(validate({ ...compose, services: { api: { imagee: 'a' } } })).toBe(false);
});

test('the file cannot be used before the secrets are made, and says what to do', () => {
  expect(() => readCompose({ ...secrets, REDIS_PASSWORD: '' })).toThrow(
    'REDIS_PASSWORD is missing, run npm run secrets',
  );
});

test('every secret is generated, differs from run to run, and stands in no file of ours', async () => {
  const again = await makeSecrets();
  const made = Object.entries(await makeSecrets()).filter(([, value = '']) => value.length > 20);
  expect(made.length).toBeGreaterThan(10);
  for (const [name, value = ''] of made) {
    expect([name, again[name] === value, text.includes(value)]).toEqual([name, false, false]);
  }
});

test('no variable that names a secret has a default, and each one is asked for', () => {
  const defaults = [...text.matchAll(/\$\{(\w*(?:SECRET|PASSWORD|PASSPHRASE|PRIVATE_KEY|SIGNING_KEY)\w*):-([^}]*)\}/g)];
  expect(defaults.filter(([, , value]) => value !== '')).toEqual([]);
  const plain = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
  const asked = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
  expect([...plain].filter((name) => !asked.has(name ?? ''))).toEqual([]);
});

test('every setting of the bridge is made by the stack or passed on from .env, unless it would need another stack', () => {
  const made = new Set(['api', 'worker'].flatMap((name) => Object.keys(service(name).environment ?? {})));
  const left = Object.keys(environment.shape).filter((name) => !made.has(name) && !name.startsWith('REDIS_'));
  expect(left).toEqual(['BRIDGE_STOP_SECONDS', 'API_PREFIX']);
});

test('a setting that is passed on arrives, and one that is empty is as if it were not there', () => {
  const told = readCompose({ ...secrets, RETENTION_LEDGER_DAYS: '3000' }).services.worker?.environment;
  expect(told).toMatchObject({ RETENTION_LEDGER_DAYS: '3000', RETENTION_SPOOL_DAYS: '' });
  const DAY_MS = 24 * 3_600_000;
  expect(readAges(told ?? {})).toMatchObject({ ledgerMs: 3000 * DAY_MS, spoolMs: 7 * DAY_MS });
});

test('what may be chosen in .env stands on the page of the configuration', () => {
  const page = readFileSync(join(projectRoot, 'docs/configuration.md'), 'utf8');
  const taken = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
  expect([...taken].filter((name) => !secrets[name] && !page.includes(`\`${name}\``))).toEqual([]);
});

describe.each(names)('%s', (name) => {
  test('is pinned, limited, and may do no more than it needs', () => {
    const { image, user, read_only, cap_drop, security_opt, deploy, networks } = service(name);
    expect(image).toMatch(/:(?!latest$)[\w.-]+$/);
    expect(cap_drop).toEqual(['ALL']);
    expect(security_opt).toEqual(['no-new-privileges:true']);
    if (name !== 'volumes') {
      expect(deploy?.resources?.limits).toMatchObject({ cpus: expect.any(String), memory: expect.any(String) });
      expect(networks).toBeDefined();
      expect(user).not.toBe('root');
    }
    // It writes the addresses into its own files when it starts; its image is without root by itself.
    if (name !== 'medplum-app') expect([user !== undefined, read_only]).toEqual([true, true]);
  });

  test('tells how it is, or ends', () => {
    const { healthcheck, restart } = service(name);
    expect(healthcheck !== undefined).toBe(restart !== 'no');
  });

  test('waits for nothing that is not there or cannot tell', () => {
    for (const [needed, { condition }] of Object.entries(service(name).depends_on ?? {})) {
      const { healthcheck, profiles } = service(needed);
      expect([needed, condition]).toEqual([needed, healthcheck ? 'service_healthy' : 'service_completed_successfully']);
      expect([needed, profiles ?? service(name).profiles]).toEqual([needed, service(name).profiles]);
    }
  });
});

test('only Caddy is reached from outside, and Grafana from this machine', () => {
  const open = names.filter((name) => service(name).ports);
  expect(open).toEqual(['caddy', 'grafana']);
  expect(service('grafana').ports?.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
});

test('Redis drops no job and keeps what it was given', () => {
  const command = service('redis').command?.join(' ');
  expect(command).toContain('--maxmemory-policy noeviction');
  expect(command).toContain('--appendonly yes');
});

test('Medplum caches in a Redis of its own, which drops what may go when it is full, and no job', () => {
  const command = service('medplum-redis').command?.join(' ');
  expect(command).toContain('--maxmemory-policy volatile-lru');
  expect(command).toContain('--appendonly yes');
  expect(service('medplum-server').environment?.MEDPLUM_REDIS_HOST).toBe('medplum-redis');
  const urls = OWN.flatMap((name) => service(name).environment?.REDIS_URL ?? []);
  expect(new Set(urls.map((url) => new URL(url).hostname))).toEqual(new Set(['redis']));
});

test('whatever Caddy passes on to is there', () => {
  const caddyfile = readFileSync(join(projectRoot, 'deploy/caddy/Caddyfile'), 'utf8');
  const upstreams = [...caddyfile.matchAll(/reverse_proxy ([\w-]+):(\d+)/g)].map(([, host, port]) => [host, port]);
  expect(upstreams).toHaveLength(5);
  for (const [host = ''] of upstreams) expect(names).toContain(host);
  const variables = [...caddyfile.matchAll(/\{\$(\w+)\}/g)].map(([, name = '']) => name);
  expect(variables.filter((name) => service('caddy').environment?.[name] === undefined)).toEqual([]);
});

test('whatever Prometheus asks is there', () => {
  const { scrape_configs } = parse(readFileSync(join(projectRoot, 'deploy/prometheus/prometheus.yml'), 'utf8'));
  const asked = scrape_configs.flatMap(({ dns_sd_configs }: { dns_sd_configs: { names: string[]; port: number }[] }) =>
    dns_sd_configs.flatMap((one) => one.names.map((name) => [name, `${one.port}`])),
  );
  expect(asked).toEqual([
    ['api', service('api').environment?.BRIDGE_PORT],
    ['worker', service('worker').environment?.BRIDGE_STATE_PORT],
  ]);
});

test('our commands start files that the image holds', () => {
  for (const name of OWN) {
    const [program, file = ''] = service(name).command ?? [];
    expect([name, program, readFileSync(join(projectRoot, file)).length > 0]).toEqual([name, 'node', true]);
  }
});
