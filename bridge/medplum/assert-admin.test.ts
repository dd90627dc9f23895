import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLIENT, type OpenSandbox, openSandbox, signIn } from '../../sandbox/medplum/open-sandbox.ts';
import { assertAdmin } from './assert-admin.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

test('an ordinary client is no admin', async () => {
  await expect(assertAdmin(sandbox.medplum)).rejects.toMatchObject({ code: 'not-an-admin' });
  await assertAdmin(await signIn(sandbox.server.baseUrl, CLIENT.admin));
});
