import { readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';

/** What figures are worth nothing without. The load average is that of the minute before: at the start it says who else works. */
export async function describeMachine() {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const [cpu] = cpus();
  return {
    versions: { bridge: manifest.version, node: process.version, medplum: manifest.dependencies['@medplum/core'] },
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      memoryMb: Math.round(totalmem() / 2 ** 20),
      loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
    },
  };
}
