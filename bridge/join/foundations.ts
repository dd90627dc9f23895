import type { Express } from 'express';
import type { Redis } from 'ioredis';
import type { DestinationStream } from 'pino';
import type { Auditor } from '../audit/audit.ts';
import type { Config } from '../config.ts';
import type { FastenGateway } from '../fasten/client.ts';
import type { MedplumConnection } from '../medplum/client/create-medplum.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { createLock } from '../queue/hold-lock.ts';
import type { Receipts } from '../queue/keep-receipts.ts';
import type { Queues } from '../queue/open-queues.ts';
import type { WorkerSigns } from '../queue/show-alive.ts';
import { waitForLock } from '../queue/wait-for-lock.ts';

/** What whoever runs the service is told, and what a test may put in place of the real thing. */
export interface Overrides {
  /** Where log lines go instead of standard output. */
  readonly logTo?: DestinationStream;
  /** Sees the HTTP side before it listens. */
  readonly seeServer?: (server: Express) => void;
  /** The built ui; that of this clone without it. */
  readonly pageFolder?: string;
  /** Called once when a queue stands still in this process, which only another process cures. */
  readonly onStandstill?: () => void;
  /** What retention takes for the time; milliseconds since 1970. */
  readonly now?: () => number;
}

/** What every part of the service stands on. */
export interface Foundations {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly redis: Redis;
  readonly queues: Queues;
  readonly workerSigns: WorkerSigns;
  readonly auditor: Auditor;
  readonly medplum: MedplumConnection;
  /** A client that may `$expunge`, when there is one. */
  readonly eraser: MedplumConnection | undefined;
  readonly receipts: Receipts;
  readonly fasten: FastenGateway;
  readonly now: () => number;
}

/** What binds a connection, for whoever tells of it first: the browser or Fasten's event. */
export function connectingParts({ config, log, redis, queues, auditor, medplum, fasten }: Foundations) {
  const runAlone = waitForLock(createLock(redis, { prefix: config.redis.prefix }));
  const { readConnection, readSourceName } = fasten;
  const { audit } = auditor;
  return {
    medplum: medplum.client,
    readConnection,
    readSourceName,
    addJob: queues.add,
    audit,
    runAlone,
    mode: config.fasten.mode,
    log,
  };
}
