import type { Bundle } from '@medplum/fhirtypes';
import { type Answer, send } from '../../medplum/open-sandbox.ts';
import type { World } from '../open-world.ts';
import { resourceOf } from '../said.ts';
import { type Planted, plantRecord } from './plant-record.ts';

/** The planted record of a world, and how to speak of it by names. */
export interface WorldRecord {
  readonly planted: Planted;
  /** The world's run without its hyphens, at which Postgres would part a name. */
  readonly run: string;
  /** `Patient/{kim}` with the id in place of the name. */
  at(text: string): string;
  /** Names of a bundle's resources, sorted, `+` before what was included; what an answer says when it is none. */
  found(answer: Answer): string;
  /** A GET of the member signed in within SMART scopes. */
  within(scope: string, method: string, path: string, body?: unknown): Promise<Answer>;
}

const records = new WeakMap<World, Promise<WorldRecord>>();

/** Planted with the first question about it. */
export function recordOf(world: World): Promise<WorldRecord> {
  const record = records.get(world) ?? plantIn(world);
  records.set(world, record);
  return record;
}

async function plantIn(world: World): Promise<WorldRecord> {
  const { member, baseUrl } = world;
  const run = world.run.replaceAll('-', '');
  const planted = await plantRecord(
    {
      create: async (resource) => resourceOf(await member.call('POST', resource.resourceType, resource)).id,
      remove: async (reference) => {
        await member.call('DELETE', reference);
      },
    },
    run,
  );
  const names = new Map([...planted].map(([name, id]) => [id, name]));
  const at = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => planted.get(name) ?? name);
  return {
    planted,
    run,
    at,
    found({ json, status }) {
      const bundle = json as Bundle;
      if (bundle.resourceType !== 'Bundle') return String(status);
      const entries = (bundle.entry ?? []).map(({ search, resource }) => {
        return `${search?.mode === 'include' ? '+' : ''}${names.get(resource?.id ?? '') ?? resource?.resourceType}`;
      });
      return entries.sort().join(' ');
    },
    async within(scope, method, path, body) {
      const token = await narrowToken(world, at(scope));
      return send(baseUrl, token, method, at(path), body);
    },
  };
}

async function narrowToken({ baseUrl, member }: World, scope: string): Promise<string> {
  const { id, secret } = member.credentials;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret, scope });
  const reply = await fetch(`${baseUrl}oauth2/token`, { method: 'POST', body });
  return ((await reply.json()) as { access_token: string }).access_token;
}
