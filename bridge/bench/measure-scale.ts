import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MedplumClient } from '@medplum/core';
import { countsFromTask, storedLines } from '../contract/import-task.ts';
import { BRIDGE_CLIENT } from '../test/import-world.ts';
import { type Stack, startStack } from '../test/start-stack.ts';

/**
 * `npm run bench:fleet [-- --workers 1,2,4 --connections 8 --resources 3000]`: many imports at once, over so many worker
 * processes, each with a spool of its own, against one Redis and one sandbox. Prints resources a second for each number. What it
 * shows is whether workers get in each other's way; the sandbox's own limit is the row `limit` of `npm run bench`.
 */
const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2,4' },
    connections: { type: 'string', default: '8' },
    resources: { type: 'string', default: '3000' },
  },
});

const KIM = { given: 'Kim', family: 'Example', birthDate: '1980-05-17', gender: 'female' } as const;

for (const workers of values.workers.split(',').map(Number)) {
  const stack = await startStack();
  try {
    const { stored, seconds } = await loadAll(stack, workers, Number(values.connections), Number(values.resources));
    console.log(JSON.stringify({ workers, stored, seconds, perSecond: Math.round(stored / seconds) }));
  } finally {
    await stack.close();
  }
}

/** From the first event to the last completed Task. */
async function loadAll(stack: Stack, workers: number, connections: number, resources: number) {
  const medplum = new MedplumClient({ baseUrl: stack.medplum.baseUrl, cacheTime: 0 });
  await medplum.startClientLogin(BRIDGE_CLIENT.clientId, BRIDGE_CLIENT.clientSecret);
  await stack.fasten.setWebhook({ url: `${stack.api.origin}/api/fasten-health/webhook`, connectionEvents: false });
  for (let name = 0; name < workers; name++) await stack.makeWorker(`spool-${name}`).start();
  const startedAt = performance.now();
  for (let seed = 1; seed <= connections; seed++) await connect(stack, medplum, seed, resources);
  for (;;) {
    const tasks = await medplum.searchResources('Task', 'status=completed&_count=1000', { cache: 'reload' });
    if (tasks.length >= connections) {
      const stored = tasks.reduce((sum, task) => sum + storedLines(countsFromTask(task)), 0);
      return { stored, seconds: Number(((performance.now() - startedAt) / 1000).toFixed(1)) };
    }
    await wait(500);
  }
}

async function connect(stack: Stack, medplum: MedplumClient, seed: number, resources: number): Promise<void> {
  const { given, family, ...rest } = KIM;
  const patient = await medplum.createResource({
    resourceType: 'Patient',
    name: [{ given: [given], family }],
    ...rest,
  });
  const { orgConnectionId } = await stack.fasten.createConnection({ persona: { seed, resources, patient: KIM } });
  const answer = await fetch(`${stack.api.origin}/api/fasten-health/connections/complete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${medplum.getAccessToken()}` },
    body: JSON.stringify({ patientId: patient.id, org_connection_id: orgConnectionId }),
  });
  if (!answer.ok) throw new Error(`connections/complete answered ${answer.status}`);
}
