import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, matchesGlob, relative } from 'node:path';
import { projectRoot } from './compose/read-compose.ts';
import { readDockerfile, type Stage, type Step } from './compose/read-dockerfile.ts';

/**
 * `npm run image:check`: the steps of the Dockerfile in plain folders, a folder a stage, where no Docker is at hand. Then what
 * the image would start is started, from what the image would hold and with this machine's Node. Asks the registry for packages.
 */

/** Paths of the image that begin with one of these lie below the folder of a stage. */
const ROOTS = ['/app', '/spool', '/data'];

const ignored = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
const work = mkdtempSync(join(tmpdir(), 'image-'));
const stages = readDockerfile(readFileSync(join(projectRoot, 'Dockerfile'), 'utf8'));

try {
  for (const stage of stages) build(stage);
  check('bridge');
  console.log('the image can be built, and what it starts finds everything it needs');
} finally {
  rmSync(work, { recursive: true, force: true });
}

function build(stage: Stage): void {
  const root = join(work, stage.name);
  const from = join(work, stage.from);
  if (existsSync(from)) cpSync(from, root, { recursive: true, verbatimSymlinks: true });
  else mkdirSync(root);
  for (const step of stage.steps) perform(root, step);
  console.log(`${stage.name}: built`);
}

function perform(root: string, { instruction, rest }: Step): void {
  if (instruction === 'WORKDIR') mkdirSync(join(root, rest), { recursive: true });
  if (instruction === 'COPY') copy(root, rest.split(/\s+/));
  if (instruction === 'RUN') run(inside(root, rest), join(root, 'app'));
}

function inside(root: string, text: string): string {
  return ROOTS.reduce(
    (placed, path) => placed.replaceAll(new RegExp(`(?<=^|\\s)${path}\\b`, 'g'), join(root, path)),
    text,
  );
}

function copy(root: string, words: readonly string[]): void {
  const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const to = paths.at(-1) ?? '';
  for (const path of paths.slice(0, -1)) {
    const source = stage ? join(work, stage, path) : join(projectRoot, path);
    const target = join(
      root,
      'app',
      to.endsWith('/') || to === '.' || to === './' ? join(to, path === '.' ? '' : basename(path)) : to,
    );
    const filter = (file: string) => stage !== undefined || !isIgnored(relative(projectRoot, file));
    mkdirSync(statSync(source).isDirectory() ? target : join(target, '..'), { recursive: true });
    cpSync(source, target, { recursive: true, filter, verbatimSymlinks: true });
  }
}

function isIgnored(path: string): boolean {
  return ignored.some((pattern) => matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`));
}

function run(command: string, cwd: string): void {
  const { status } = spawnSync('sh', ['-c', command], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`RUN ${command} ended with ${status}`);
}

/** Each is told nothing, and has to say so: by then all its modules are loaded. */
function check(name: string): void {
  const root = join(work, name, 'app');
  const expected = [
    [['bridge/main.ts'], 'the environment cannot be used'],
    [['bridge/cli.ts', 'provision'], 'no Medplum server answers'],
    [['bridge/cli.ts', 'import'], 'usage: npm run import'],
  ] as const;
  for (const [args, words] of expected) {
    const env = { PATH: process.env.PATH, SANDBOX_MEDPLUM_PORT: '1' };
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
    if (status === 0 || !stderr.includes(words))
      throw new Error(`node ${args.join(' ')} said: ${stderr.slice(0, 2000)}`);
  }
  for (const file of ['ui/dist/index.html', 'bots/dist/report-import.cjs', 'medplum.config.json']) {
    if (!existsSync(join(root, file))) throw new Error(`the image lacks ${file}`);
  }
  for (const file of ['.env', '.git', 'bridge/test', 'sandbox', 'node_modules/vitest', 'node_modules/rolldown']) {
    if (existsSync(join(root, file))) throw new Error(`the image holds ${file}`);
  }
  const { stdout } = spawnSync('du', ['-sm', root], { encoding: 'utf8' });
  console.log(`${name}: ${stdout.split('\t')[0]} MB above the base image`);
}
