import { spawn } from 'node:child_process';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from './user-error.ts';

/** What the built pages are made of. */
const SOURCES = ['src', 'public', 'index.html', 'package.json', 'vite.config.ts'];

/**
 * Builds the ui unless its pages are there and newer than what they are made of.
 *
 * @returns False when there was nothing to do.
 * @throws UserError when the build fails; what it said is in the log.
 */
export async function buildUi(root: string, logDir: string): Promise<boolean> {
  const builtMs = await newestMs(join(root, 'ui/dist/index.html'));
  const changed = await Promise.all(SOURCES.map((source) => newestMs(join(root, 'ui', source))));
  if (builtMs > Math.max(...changed)) {
    return false;
  }
  const logFile = join(logDir, 'ui-build.log');
  const log = await open(logFile, 'w');
  const child = spawn('npm', ['run', '-w', 'ui', 'build'], { cwd: root, stdio: ['ignore', log.fd, log.fd] });
  const code = await new Promise<number | string | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', (error) => resolve(error.message));
  });
  await log.close();
  if (code !== 0) {
    throw new UserError(`The ui could not be built (npm run -w ui build, exit code ${code}). See ${logFile}.`);
  }
  return true;
}

/** When a file, or the newest file in a folder, was last changed; 0 when there is none. */
async function newestMs(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) {
    return found?.mtimeMs ?? 0;
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).mtimeMs));
  return Math.max(0, ...times);
}
