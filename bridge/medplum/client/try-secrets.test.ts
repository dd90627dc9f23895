import { afterEach, expect, test } from 'vitest';
import { type SandboxMedplum, startMedplum } from '../../../sandbox/medplum/start-medplum.ts';
import { seed } from '../../../sandbox/seed.ts';
import { createMedplum, type MedplumConnection } from './create-medplum.ts';

let server: SandboxMedplum;
let connection: MedplumConnection | undefined;

afterEach(async () => {
  await connection?.close();
  connection = undefined;
  await server.close();
});

/** A server whose first client has a secret that can be changed while it runs. */
async function start() {
  const [first, ...others] = seed.clients;
  if (!first) throw new Error('the sandbox has no client');
  const client = { ...first, secret: 'former' };
  server = await startMedplum({ seed: { ...seed, clients: [client, ...others] } });
  return {
    client,
    open: (clientSecret: string) => createMedplum({ baseUrl: server.baseUrl, clientId: client.id, clientSecret }),
  };
}

test('a client goes on through the rotation of its secret: whichever of two Medplum takes at the time', async () => {
  const { client, open } = await start();
  connection = await open('former  next');
  const signInAgain = () => connection?.client.startClientLogin(client.id, 'former');
  client.secret = 'next';
  await signInAgain();
  client.secret = 'former';
  await signInAgain();
  expect(await connection.client.searchResources('Patient', '')).not.toEqual([]);
});

test('two wrong ones are refused as one is', async () => {
  const { open } = await start();
  await expect(open('wrong other')).rejects.toMatchObject({ code: 'medplum-credentials' });
});
