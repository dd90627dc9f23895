import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STORE_FAULTS, type StoreFault } from '../faults/fault-kinds.ts';
import { Faults } from '../faults/faults.ts';
import { seed as defaultSeed, type Seed, type SeedUser } from '../seed.ts';
import { Logins } from './auth/logins.ts';
import { People } from './auth/people.ts';
import { StoredMembers } from './auth/stored-members.ts';
import { loadSigningKey, Tokens } from './auth/tokens.ts';
import { BinaryStorage } from './binary-storage.ts';
import { buildApp } from './build-app.ts';
import { QuotaBook } from './quota.ts';
import { loadDefinitions } from './repository/load-definitions.ts';
import { Database } from './repository/open-database.ts';
import { plantClients, plantPolicies, plantProjects, plantUsers } from './repository/plant-seed.ts';
import type { RepositoryWorld } from './repository/repository-world.ts';
import { ResourceStore } from './repository/resource-store.ts';
import { SerializableGate } from './repository/serializable-gate.ts';
import { WriteQueue } from './repository/write-queue.ts';
import { ChangeFeed } from './subscriptions/change-feed.ts';
import { SubscriptionRunner } from './subscriptions/run-subscriptions.ts';
import { SubscriptionSockets } from './subscriptions/serve-sockets.ts';
import { SocketSubscriptions } from './subscriptions/socket-subscriptions.ts';
import { defaultSwitches, type Switches } from './switches.ts';

export interface SandboxMedplumOptions {
  /** Default 0: any free port. Always on 127.0.0.1. */
  readonly port?: number;
  /** Database, binaries and signing key live here and survive a restart. Absent: nothing survives `close`. */
  readonly dataDir?: string;
  readonly seed?: Seed;
  readonly switches?: Partial<Switches>;
}

export interface SandboxMedplum {
  /** Ends in a slash, as MedplumClient wants it. */
  readonly baseUrl: string;
  /** Change any of them while the server runs. */
  readonly switches: Switches;
  /** What goes wrong at a rate; over HTTP at `sandbox/faults`. */
  readonly faults: Faults<StoreFault>;
  /** A further person of one of the seed's projects, who can sign in from now on. */
  addUser(user: SeedUser): void;
  /** Versions written since the start, deletions too: tells whether anything was done in between. */
  countWrites(): number;
  /** Changes that bots have yet to be told of, or are being told of. */
  countBotRuns(): number;
  close(): Promise<void>;
}

/**
 * Starts a Medplum-compatible server in this process.
 * @throws Error when the port is taken (code EADDRINUSE) or the data folder is of another version
 */
export async function startMedplum(options: SandboxMedplumOptions = {}): Promise<SandboxMedplum> {
  const { dataDir, seed = defaultSeed } = options;
  const switches: Switches = { ...defaultSwitches, ...options.switches };
  const server = createServer();
  // As there: Node's own five seconds cut connections that a client is about to use again.
  server.keepAliveTimeout = 90_000;
  const baseUrl = `http://127.0.0.1:${await listen(server, options.port ?? 0)}/`;
  if (dataDir) mkdirSync(dataDir, { recursive: true });
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'sandbox-medplum-'));
  const db = new Database(dataDir ? join(dataDir, 'medplum.sqlite') : ':memory:');
  const tokens = new Tokens(loadSigningKey(dataDir), baseUrl);
  const urls = { fhirBase: `${baseUrl}fhir/R4/`, storageBase: `${baseUrl}storage/` };
  const world: RepositoryWorld = {
    store: new ResourceStore(db),
    queue: new WriteQueue(db),
    definitions: loadDefinitions(),
    switches,
    urls,
    binaries: new BinaryStorage(join(folder, 'binary'), tokens, urls.storageBase),
    gate: new SerializableGate(),
    faults: new Faults(STORE_FAULTS),
    changes: new ChangeFeed(),
    socketSubscriptions: new SocketSubscriptions(),
  };
  plantProjects(world.store, world.definitions, seed.projects);
  plantPolicies(world.store, world.definitions, seed.policies ?? [], seed.projects[0]?.id ?? '');
  plantClients(world.store, world.definitions, seed.clients);
  plantUsers(world.store, world.definitions, seed.users);
  const stored = new StoredMembers(world.store, seed.clients);
  const people = new People(world.store, stored);
  const auth = { logins: new Logins(db), stored, people, tokens, quotas: new QuotaBook(switches) };
  const sockets = new SubscriptionSockets(server, auth, world);
  const subscriptions = new SubscriptionRunner(world, auth, sockets);
  world.changes.listen((changes) => subscriptions.take(changes));
  server.on('request', buildApp(auth, world));
  return {
    baseUrl,
    switches,
    faults: world.faults,
    addUser(user) {
      const project = seed.projects.find(({ id }) => id === user.projectId);
      if (!project) throw new Error(`The seed has no project ${user.projectId}`);
      plantUsers(world.store, world.definitions, [user]);
    },
    countWrites: () => world.store.writes,
    countBotRuns: () => subscriptions.waiting,
    async close() {
      await subscriptions.close();
      sockets.close();
      await stop(server);
      db.close();
      if (!dataDir) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Open connections are cut: a client that keeps one alive must not hold up the end. */
async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
