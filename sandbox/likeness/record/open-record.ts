import type { Bundle } from '@medplum/fhirtypes';
import { type Answer, CLIENT, type OpenSandbox, openSandbox } from '../../medplum/open-sandbox.ts';
import type { SandboxMedplumOptions } from '../../medplum/start-medplum.ts';
import { type Planted, plantRecord } from './plant-record.ts';

export interface OpenRecord extends OpenSandbox {
  readonly planted: Planted;
  readonly run: string;
  /** `Patient/{kim}` with the id in place of the name. */
  at(text: string): string;
  /** Names of a bundle's resources, sorted, with `+` before what was included. */
  found(answer: Answer): string[];
  /** As `signInWithin`, with ids in place of names. */
  within(scope: string): Promise<OpenSandbox['call']>;
}

/** For tests: a sandbox with the planted record in it. */
export async function openRecord(options: SandboxMedplumOptions = {}): Promise<OpenRecord> {
  const run = 'sandboxrun';
  const sandbox = await openSandbox(options, CLIENT.other);
  const planted = await plantRecord(
    {
      create: async (resource) => (await sandbox.medplum.createResource(resource)).id,
      remove: async (reference) => {
        await sandbox.call('DELETE', reference);
      },
    },
    run,
  );
  const names = new Map([...planted].map(([name, id]) => [id, name]));
  const at = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => planted.get(name) ?? name);
  return {
    ...sandbox,
    planted,
    run,
    at,
    found({ json }) {
      const entries = (json as Bundle).entry ?? [];
      const name = (id = '') => names.get(id) ?? id;
      return entries.map((e) => `${e.search?.mode === 'include' ? '+' : ''}${name(e.resource?.id)}`).sort();
    },
    within: (scope) => sandbox.signInWithin(at(scope)),
  };
}
