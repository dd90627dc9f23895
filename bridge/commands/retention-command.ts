import { readAges } from '../config.ts';
import { isNewestLedger } from '../ingest/ledger/find-import.ts';
import { type Expired, eachExpired, type KeptBy } from '../retain/find-expired.ts';
import { agedAuditEvents } from '../retain/remove-audit-events.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';
import { SERVER_USAGE, withMedplum } from './with-medplum.ts';

export const retentionCommand: Command = {
  usage: `usage: npm run retention [-- --json]

Lists what the next run of the job \`retention\` would remove, by RETENTION_*; writes nothing. A worker runs it once a day.

  --json   one object a line: {"kind", "task", "binaries"}, at the end the counts

${SERVER_USAGE}`,

  run: async (args, env) => {
    const { values } = readOptions({ args, options: { json: { type: 'boolean' } } });
    const counts = await withMedplum(env, (medplum) => listExpired(medplum, env, values.json === true), {
      isReadOnly: true,
    });
    console.log(values.json ? JSON.stringify(counts) : sumUp(counts));
    return 0;
  },
};

interface Counts {
  readonly wouldRemove: Readonly<Record<Expired['kind'] | 'audit-event', number>>;
  readonly keptFor: Readonly<Partial<Record<KeptBy, number>>>;
}

async function listExpired(
  medplum: Parameters<Parameters<typeof withMedplum>[1]>[0],
  env: NodeJS.ProcessEnv,
  isJson: boolean,
): Promise<Counts> {
  const ages = readAges(env);
  const now = Date.now;
  const wouldRemove = { 'raw-export': 0, ledger: 0, 'audit-event': 0 };
  const keptFor: Partial<Record<KeptBy, number>> = {};
  const deps = { medplum, now, isNewestLedger: (task: Expired['task']) => isNewestLedger(medplum, task) };
  for (const kind of ['raw-export', 'ledger'] as const) {
    const look = async ({ task, binaries }: Expired) => {
      wouldRemove[kind]++;
      console.log(isJson ? JSON.stringify({ kind, task: task.id, binaries }) : `${kind}  Task/${task.id}`);
    };
    await eachExpired(deps, { kind, ages }, look, (by) => {
      keptFor[by] = (keptFor[by] ?? 0) + 1;
    });
  }
  const ownReference = `ClientApplication/${medplum.getProfile()?.id}`;
  const query = agedAuditEvents({ ownReference, ages, now });
  query.set('_summary', 'count');
  wouldRemove['audit-event'] = (await medplum.search('AuditEvent', query, { cache: 'reload' })).total ?? 0;
  return { wouldRemove, keptFor };
}

function sumUp({ wouldRemove, keptFor }: Counts): string {
  const told = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none';
  return `would be removed: ${told(wouldRemove)}; of the age and kept: ${told(keptFor)}`;
}
