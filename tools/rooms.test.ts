import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const workspaces = ['bridge', 'bots', 'ui', 'sandbox'];

/** A small house: each file with what it imports. Those of `tidy` keep the rules, each of `broken` breaks the rule named. */
const tidy: Record<string, string[]> = {
  'bridge/app.ts': ['./ingest/load.ts', './export/ask.ts', './queue/specs.ts'],
  'bridge/cli.ts': ['./commands/load-command.ts', './config.ts'],
  'bridge/commands/load-command.ts': ['../ingest/load.ts', '../medplum/client.ts'],
  'bridge/config.ts': ['zod'],
  'bridge/contract/names.ts': ['zod', './other-names.ts'],
  'bridge/contract/other-names.ts': [],
  'bridge/export/ask.ts': ['../queue/specs.ts', '../fasten/client.ts', './plan.ts'],
  'bridge/export/plan.ts': [],
  'bridge/fasten/client.ts': ['undici'],
  'bridge/ingest/load.ts': ['../contract/names.ts'],
  'bridge/ingest/load.test.ts': ['../export/ask.ts', '../../sandbox/start.ts', 'vitest'],
  'bridge/medplum/client.ts': ['@medplum/core'],
  'bridge/observe/open-telemetry.ts': ['@opentelemetry/api'],
  'bridge/queue/specs.ts': ['bullmq'],
  'bots/greet.ts': ['@medplum/core'],
  'sandbox/start.ts': ['express'],
  'ui/src/main.tsx': ['react', './page.tsx'],
  'ui/src/page.tsx': ['react'],
};

const broken: [rule: string, file: string, imported: string][] = [
  ['rooms-never-import-each-other', 'bridge/export/peek.ts', '../ingest/load.ts'],
  ['foundations-import-no-room', 'bridge/queue/peek.ts', '../ingest/load.ts'],
  ['foundations-import-no-room', 'bridge/fasten/peek.ts', '../app.ts'],
  ['only-app-imports-rooms', 'bridge/main.ts', './ingest/load.ts'],
  ['commands-import-ingest-only', 'bridge/commands/peek.ts', '../export/ask.ts'],
  ['contract-is-browser-safe', 'bridge/contract/read-file.ts', 'node:fs'],
  ['contract-is-browser-safe', 'bridge/contract/call.ts', '@medplum/core'],
  ['contract-is-browser-safe', 'bridge/contract/configure.ts', '../config.ts'],
  ['ui-and-bots-see-only-the-contract', 'ui/src/peek.ts', '../../bridge/config.ts'],
  ['ui-and-bots-see-only-the-contract', 'bots/peek.ts', '../ui/src/page.tsx'],
  ['the-contract-is-imported-by-its-package-name', 'bots/near.ts', '../bridge/contract/names.ts'],
  ['production-never-imports-sandbox', 'bridge/serve/peek.ts', '../../sandbox/start.ts'],
  ['bullmq-only-in-queue', 'bridge/ingest/peek.ts', 'bullmq'],
  ['http-clients-only-at-the-edges', 'bridge/webhook/call.ts', 'undici'],
  ['http-clients-only-at-the-edges', 'bridge/webhook/call-too.ts', 'node:https'],
  ['opentelemetry-only-when-asked-for', 'bridge/queue/trace.ts', '@opentelemetry/api'],
  ['opentelemetry-only-when-asked-for', 'bridge/observe/eager.ts', './open-telemetry.ts'],
  ['exports-only-through-the-spool', 'bridge/ingest/peek-file.ts', 'node:fs'],
  ['exports-only-through-the-spool', 'bridge/medplum/peek-file.ts', 'node:fs/promises'],
  ['production-uses-production-packages', 'bridge/connect/peek.ts', 'fast-check'],
  ['packages-are-declared', 'bots/undeclared.ts', 'zod'],
  ['no-cycles', 'ui/src/round.ts', './round.ts'],
  ['no-unresolvable', 'ui/src/lost.ts', './nowhere.ts'],
];

let house: string;

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'rooms-'));
  await symlink(join(root, 'node_modules'), join(house, 'node_modules'));
  for (const file of ['package.json', 'tsconfig.json', ...workspaces.map((name) => `${name}/package.json`)]) {
    await cp(join(root, file), join(house, file), { recursive: true });
  }
});

afterAll(() => rm(house, { recursive: true }));

async function build(files: Record<string, string[]>): Promise<void> {
  for (const [file, imports] of Object.entries(files)) {
    const lines = imports.map((name) => `import '${name}';`);
    await mkdir(dirname(join(house, file)), { recursive: true });
    await writeFile(join(house, file), `${lines.join('\n')}\nexport const name = '${file}';\n`);
  }
}

interface Cruise {
  readonly summary: {
    readonly violations: { readonly rule: { readonly name: string }; readonly from: string }[];
    readonly ruleSetUsed: { readonly forbidden: { readonly name: string }[] };
  };
}

/** Checks the house as it stands: its violations as `rule: file`, and the names of all rules. */
async function checkHouse(): Promise<{ violations: string[]; rules: string[] }> {
  const config = join(root, '.dependency-cruiser.mjs');
  const binary = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [binary, '--config', config, '--output-type', 'json', ...workspaces];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: house, maxBuffer: 64_000_000 });
  const { summary } = JSON.parse(stdout) as Cruise;
  return {
    violations: summary.violations.map((violation) => `${violation.rule.name}: ${violation.from}`),
    rules: summary.ruleSetUsed.forbidden.map((rule) => rule.name),
  };
}

test('a house that keeps the rules passes', async () => {
  await build(tidy);
  expect((await checkHouse()).violations).toEqual([]);
});

test('each rule finds the file that breaks it, and none is without such a file here', async () => {
  await build({ ...tidy, ...Object.fromEntries(broken.map(([, file, imported]) => [file, [imported]])) });
  const { violations, rules } = await checkHouse();
  expect(violations).toEqual(expect.arrayContaining(broken.map(([rule, file]) => `${rule}: ${file}`)));
  expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(rules));
});
