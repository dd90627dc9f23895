import { afterAll, beforeAll, expect, test } from 'vitest';
import { uiConfigSchema } from '../contract/ui-config.ts';
import { signInPerson } from '../medplum/sign-in-person.ts';
import { startWorld, type World } from './start-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

test('a patient who was invited signs in with what the page is told, and would not be found without it', async () => {
  const admin = await world.signIn('admin@example.com');
  const person = { email: 'invited@example.com', password: 'invited-password' };
  const { project } = (await admin.get('auth/me')) as { project: { id: string } };
  const invitation = { resourceType: 'Patient', firstName: 'Ann', lastName: 'Example', sendEmail: false, ...person };
  await admin.post(`admin/projects/${project.id}/invite`, invitation);

  await expect(signInPerson(world.medplum.baseUrl, person)).rejects.toThrow('refused the e-mail address');
  const told = uiConfigSchema.parse(await (await fetch(new URL('/config.json', world.api))).json());
  const projectId = told.medplumProjectId;
  expect(await signInPerson(world.medplum.baseUrl, { ...person, projectId })).toMatch(/\w+\.\w+\.\w+/);
});
