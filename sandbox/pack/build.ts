import { execFileSync } from 'node:child_process';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Run by `npm pack -w sandbox` before it packs: Node strips no types inside node_modules, so an outside project gets
 * JavaScript. The compiler follows the imports of index.ts and cli/main.ts, into bridge/provision too, and keeps the
 * layout of the repository under dist/: every relative path, `stitch/` beside its server included, stays true.
 */
const sandbox = join(import.meta.dirname, '..');
const dist = join(sandbox, 'dist');

/** Of the packing itself, or not of the sandbox. */
const NOT_SHIPPED = new Set(['dist', 'node_modules', 'pack']);

await rm(dist, { recursive: true, force: true });
const compiler = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
execFileSync(process.execPath, [compiler, '-p', join(import.meta.dirname, 'tsconfig.json')], { stdio: 'inherit' });

for (const entry of await readdir(sandbox, { withFileTypes: true })) {
  if (!entry.isDirectory() || NOT_SHIPPED.has(entry.name)) continue;
  const filter = (path: string) => !/\.tsx?$/.test(path);
  await cp(join(sandbox, entry.name), join(dist, 'sandbox', entry.name), { recursive: true, filter });
}
await cp(join(sandbox, '../LICENSE'), join(dist, 'LICENSE'));
