#!/usr/bin/env node
/**
 * `npx fasten-medplum-sandbox`, the command of the package. Nothing of ours is loaded before this Node is known to have an
 * SQLite: with an older one the first import would fail, naming a module that nobody can install.
 */

if (process.getBuiltinModule?.('node:sqlite') === undefined) {
  console.error(`Node ${process.versions.node} has no SQLite of its own: install Node 24, or 22.18 and later.`);
  process.exitCode = 1;
} else if (process.argv[2] === 'generate' || process.argv[2] === 'persona') {
  const [command] = process.argv.splice(2, 1);
  await (command === 'persona' ? import('../personas/main.ts') : import('../generator/main.ts'));
} else {
  const { runSandbox } = await import('./run-sandbox.ts');
  process.exitCode = await runSandbox(process.argv.slice(2));
}
