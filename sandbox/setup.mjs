/**
 * Installs what `npm start` and `npm test` need and this machine lacks, then ends; under a second when nothing is missing.
 *
 * Plain JavaScript without packages: it is what runs before there are any, by whatever Node the machine has (20 or later).
 * Usage: node sandbox/setup.mjs [--test]   (--test: also a Chromium for the browser test of the ui)
 * Every fault is one line on stderr that says what to do, and exit code 1.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const MIN_NODE_MAJOR = 24;
const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A fault that its message explains in full, remedy included. */
class SetupError extends Error {}

function main() {
  installPackages();
  requireNode();
  const missing = [
    ...(process.env.REDIS_URL || onPath('redis-server') ? [] : [redis]),
    ...(process.argv.includes('--test') && !hasChromium() ? [chromium] : []),
  ];
  if (missing.length > 0) {
    installSystemPackages(missing);
  }
}

const redis = {
  aptPackage: 'redis-server',
  isThere: () => onPath('redis-server'),
  remedy:
    'Redis is missing: install redis-server (Debian, Ubuntu: sudo apt-get install redis-server) or set REDIS_URL.',
};

const chromium = {
  aptPackage: 'chromium',
  isThere: () => CHROMIUM_NAMES.some(onPath),
  remedy:
    'Chromium is missing, the browser test of the ui needs it: install it (Debian: sudo apt-get install chromium) or set CHROMIUM_PATH.',
};

function hasChromium() {
  const path = process.env.CHROMIUM_PATH;
  if (path && !existsSync(path)) {
    throw new SetupError(`CHROMIUM_PATH names ${path}, which does not exist: correct it or unset it.`);
  }
  return Boolean(path) || chromium.isThere();
}

/** `npm ci`, unless node_modules already holds what the lock asks for. */
function installPackages() {
  if (packagesMatchLock()) {
    return;
  }
  say('Installing packages (npm ci), a minute or two ...');
  const run = spawnSync('npm', ['ci'], { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.error || run.status !== 0) {
    throw new SetupError(`npm ci failed (${reasonOf(run)}): run it by hand to see more.`);
  }
}

/**
 * npm notes what it installed in node_modules/.package-lock.json, as its last step. Comparing it with the lock finds a
 * changed lock, another branch and an interrupted install, and leaves an install made by hand alone.
 * Optional packages are for other platforms as a rule; those that are there must match too.
 */
function packagesMatchLock() {
  try {
    const wanted = readPackages('package-lock.json');
    const installed = readPackages('node_modules/.package-lock.json');
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.includes('node_modules/') || entry.link) {
        return true;
      }
      const found = installed[path];
      return found ? found.version === entry.version && found.integrity === entry.integrity : Boolean(entry.optional);
    });
  } catch {
    return false;
  }
}

function readPackages(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
}

/** The rest runs TypeScript as it is: by the Node among the locked packages, else by the machine's own. */
function requireNode() {
  const isOwn = existsSync(join(root, 'node_modules/.bin/node'));
  if (!isOwn && Number(process.versions.node.split('.')[0]) < MIN_NODE_MAJOR) {
    throw new SetupError(
      `Node ${process.versions.node} is too old and no Node ${MIN_NODE_MAJOR} is packaged for ${process.platform}-${process.arch}: install Node ${MIN_NODE_MAJOR}.`,
    );
  }
}

/** Through apt-get, when root on a machine that has it; else says what to install. */
function installSystemPackages(missing) {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !onPath('apt-get')) {
    throw new SetupError(missing.map((item) => item.remedy).join(' '));
  }
  const names = missing.map((item) => item.aptPackage);
  say(`Installing ${names.join(' and ')} (apt-get) ...`);
  aptGet(['update', '-q']);
  aptGet(['install', '-q', '-y', '--no-install-recommends', ...names]);
  const absent = missing.filter((item) => !item.isThere());
  if (absent.length > 0) {
    throw new SetupError(absent.map((item) => item.remedy).join(' '));
  }
}

function aptGet(args) {
  // RUNLEVEL=1: Debian starts no service for a package installed in single-user mode. We start a Redis of our own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const run = spawnSync('apt-get', args, { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (run.error || run.status !== 0) {
    throw new SetupError(`apt-get ${args[0]} failed (${reasonOf(run)}): install ${args.at(-1)} by hand.`);
  }
}

/** The first line that names an error in a failed command's output, else how it ended. */
function reasonOf(run) {
  const lines = `${run.stderr ?? ''}\n${run.stdout ?? ''}`.split('\n').map((line) => line.trim());
  const named = lines.find((line) => /^(E:|npm error (?!code))/.test(line));
  return named ?? run.error?.message ?? `exit code ${run.status ?? run.signal}`;
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      const path = join(folder, name);
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

try {
  main();
} catch (error) {
  say(error instanceof SetupError ? error.message : `Setting up failed: ${error.message}`);
  process.exitCode = 1;
}
