import type { WithId } from '@medplum/core';
import type { Resource, Subscription } from '@medplum/fhirtypes';
import type { Access } from '../access/access.ts';

/** Who asks. */
interface Viewer {
  readonly projectId: string;
  readonly access: Access;
}

/** Subscriptions over websockets live in memory only, as on the real server in its cache only: no search, no history. */
export class SocketSubscriptions {
  readonly #all = new Map<string, WithId<Subscription>>();

  keep(subscription: WithId<Subscription>): void {
    // A copy: what the server alone sees of it is taken out of the one that is answered.
    this.#all.set(subscription.id, structuredClone(subscription));
  }

  /** One that the caller may see. */
  find({ projectId, access }: Viewer, resourceType: string, id: string): WithId<Resource> | undefined {
    const found = resourceType === 'Subscription' ? this.#all.get(id) : undefined;
    return found?.meta?.project === projectId && access.allows('read', found) ? structuredClone(found) : undefined;
  }

  remove(id: string): void {
    this.#all.delete(id);
  }

  ofProject(projectId: string): WithId<Subscription>[] {
    return [...this.#all.values()].filter(({ meta, status }) => meta?.project === projectId && status === 'active');
  }
}

export function isSocketSubscription(resource: Resource): boolean {
  return resource.resourceType === 'Subscription' && resource.channel?.type === 'websocket';
}
