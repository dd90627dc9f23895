import { randomUUID } from 'node:crypto';
import { CLIENT } from '../medplum/open-sandbox.ts';
import { startMedplum } from '../medplum/start-medplum.ts';
import { seed } from '../seed.ts';
import { NotGiven } from './not-given.ts';
import { type Credentials, openParty, type Party } from './open-party.ts';

/** A server under test, and who may do what there. */
export interface World {
  /** Ends in a slash. */
  readonly baseUrl: string;
  /** Carried by everything that this run makes, so that it finds its own and nobody else's. */
  readonly run: string;
  /** An ordinary client of a project with transactions, limited by no policy. */
  readonly member: Party;
  /** The same of a project without transactions. @throws NotGiven */
  readonly plain: Party;
  /** An administrator of the member's project. @throws NotGiven */
  readonly admin: Party;
  close(): Promise<void>;
}

export interface WorldCredentials {
  readonly member: Credentials;
  readonly plain?: Credentials | undefined;
  readonly admin?: Credentials | undefined;
}

/** Signs everyone in who is given. */
export async function openWorld(baseUrl: string, credentials: WorldCredentials): Promise<World> {
  const open = async (one: Credentials | undefined) => (one ? openParty(baseUrl, one) : undefined);
  const [member, plain, admin] = [
    await openParty(baseUrl, credentials.member),
    await open(credentials.plain),
    await open(credentials.admin),
  ];
  return {
    baseUrl,
    run: `likeness-${randomUUID()}`,
    member,
    get plain() {
      return given(plain, 'a client of a project without transactions');
    },
    get admin() {
      return given(admin, 'an admin client');
    },
    async close() {
      for (const party of [member, plain, admin]) await party?.tidy();
    },
  };
}

/** A sandbox of one's own, in this process, with its seed's clients. */
export async function openSandboxWorld(): Promise<World> {
  const server = await startMedplum({ switches: { heartbeatMs: 200, hookBackoffMs: 50 } });
  const { other, withoutTransactions, admin } = CLIENT;
  const world = await openWorld(server.baseUrl, {
    member: clientOf(other),
    plain: clientOf(withoutTransactions),
    admin: clientOf(admin),
  });
  // Spread would read the getters; the sandbox has everything, so they cannot throw.
  return { ...world, close: () => server.close() };
}

function clientOf(position: number): Credentials {
  const { id = '', secret = '' } = seed.clients[position] ?? {};
  return { id, secret };
}

function given(party: Party | undefined, what: string): Party {
  if (!party) throw new NotGiven(what);
  return party;
}
