import { createMedplum, type MedplumConnection } from '../../medplum/client/create-medplum.ts';
import { deployWatcher } from './deploy-watcher.ts';
import { openSeenQueues, type SeenQueues } from './drain-stack.ts';
import type { SourcePatch } from './patch-text.ts';
import type { Outcome } from './read-outcome.ts';
import { type ChaosStack, startChaosStack } from './start-chaos-stack.ts';

/** A stack, the means to look into it past everything of the product, and what is known of undisturbed journeys. */
export interface Lab {
  readonly stack: ChaosStack;
  readonly queues: SeenQueues;
  readonly reader: MedplumConnection;
  /** Id of the bot that is fed after imports. */
  readonly botId: string;
  /** By journey. */
  readonly calm: Map<string, Outcome>;
  /** Gives what did not end in order. */
  close(): Promise<string[]>;
}

/** A client of the sandbox (sandbox/seed.ts) whom no policy limits. */
const READER = { clientId: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d23', clientSecret: 'sandbox-other-secret' };

export async function openLab(mutations: readonly SourcePatch[] = [], calm = new Map<string, Outcome>()): Promise<Lab> {
  const stack = await startChaosStack(mutations);
  const queues = openSeenQueues(stack);
  const botId = await deployWatcher(stack.storeUrl);
  const reader = await createMedplum({ baseUrl: stack.storeUrl, ...READER });
  return {
    stack,
    queues,
    reader,
    botId,
    calm,
    close: async () => {
      await reader.close();
      await Promise.all(queues.map((queue) => queue.close()));
      return stack.close();
    },
  };
}
