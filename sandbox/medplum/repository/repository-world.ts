import type { StoreFault } from '../../faults/fault-kinds.ts';
import type { Faults } from '../../faults/faults.ts';
import type { Access } from '../access/access.ts';
import type { BinaryStorage } from '../binary-storage.ts';
import type { QuotaAccount } from '../quota.ts';
import type { ChangeFeed } from '../subscriptions/change-feed.ts';
import type { SocketSubscriptions } from '../subscriptions/socket-subscriptions.ts';
import type { Switches } from '../switches.ts';
import type { Definitions } from './load-definitions.ts';
import type { ResourceStore } from './resource-store.ts';
import type { BinaryUrls } from './rewrite-attachments.ts';
import type { SerializableGate } from './serializable-gate.ts';
import type { Writer } from './stamp-meta.ts';
import type { WriteQueue } from './write-queue.ts';

/** What all requests share. */
export interface RepositoryWorld {
  readonly store: ResourceStore;
  readonly binaries: BinaryStorage;
  readonly queue: WriteQueue;
  readonly definitions: Definitions;
  readonly switches: Switches;
  readonly urls: BinaryUrls;
  readonly gate: SerializableGate;
  readonly faults: Faults<StoreFault>;
  readonly changes: ChangeFeed;
  readonly socketSubscriptions: SocketSubscriptions;
}

/** Who asks. */
export interface RepositoryCaller extends Writer {
  readonly quota: QuotaAccount;
  readonly admin: boolean;
  /** A member of the server's own project: sees every project, and may say which one a resource belongs to. */
  readonly superAdmin?: boolean;
  readonly access: Access;
  /** `X-Medplum: extended`: show what the server adds to `meta`. */
  readonly extended: boolean;
  /** True once the client has hung up. */
  readonly isGone: () => boolean;
  /** Throws when a transaction that begins now is to end in a conflict. Absent: none does. */
  readonly meetConflict?: () => void;
}
