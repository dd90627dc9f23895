import { resourceMatchesSubscriptionCriteria, type WithId } from '@medplum/core';
import type { Bot, Resource, Subscription } from '@medplum/fhirtypes';
import type { AuthWorld } from './authenticate.ts';
import type { Change } from './change-feed.ts';
import type { RepositoryWorld } from './repository-world.ts';
import { runBot } from './run-bot.ts';

/** A bot that is to run with a version of a resource. */
interface Notice {
  readonly change: Change;
  readonly subscription: WithId<Subscription>;
}

/**
 * Starts bots when what they subscribed to changes: rest-hooks whose endpoint is `Bot/<id>`, as in
 * packages/server/src/workers/subscription.ts. Criteria are looked at when the change is committed, with what only the
 * server sees of it (`meta.author`); the bots run afterwards, one at a time. A bot that fails is not run again: the real
 * server's retries are for hooks that it cannot reach.
 */
export class SubscriptionRunner {
  readonly #world: RepositoryWorld;
  readonly #auth: AuthWorld;
  /** Active ones by project; forgotten when one of them changes. */
  readonly #active = new Map<string, WithId<Subscription>[]>();
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;
  #waiting = 0;

  constructor(world: RepositoryWorld, auth: AuthWorld) {
    this.#world = world;
    this.#auth = auth;
  }

  /** How many bot runs wait or are under way. */
  get waiting(): number {
    return this.#waiting;
  }

  take(changes: readonly Change[]): void {
    for (const change of changes) this.#take(change);
  }

  /** Nothing more is begun; resolves when what runs has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
  }

  #take(change: Change): void {
    if (change.resourceType === 'Subscription') this.#active.delete(change.projectId);
    // As there: a record of what was done sets nothing off.
    if (change.resourceType === 'AuditEvent') return;
    const concerned = this.#activeOf(change.projectId).filter(({ criteria, channel }) => {
      const [type] = criteria?.split('?') ?? [];
      return type === change.resourceType && channel?.endpoint?.startsWith('Bot/');
    });
    if (concerned.length === 0) return;
    this.#waiting++;
    this.#work = this.#work
      .then(() => this.#look(change, concerned))
      .finally(() => {
        this.#waiting--;
      });
  }

  async #look(change: Change, subscriptions: readonly WithId<Subscription>[]): Promise<void> {
    if (this.#isClosed) return;
    // A deletion has no version to show; the real server shows the one before it.
    const shown = this.#version(change, change.versionId) ?? this.#version(change, change.previousVersionId);
    if (!shown) return;
    for (const subscription of subscriptions) {
      if (await this.#matches(change, shown, subscription)) await this.#run({ change, subscription }, shown);
    }
  }

  async #matches(change: Change, resource: Resource, subscription: Subscription): Promise<boolean> {
    const { interaction } = change;
    const getPreviousResource = async () => this.#version(change, change.previousVersionId);
    try {
      return await resourceMatchesSubscriptionCriteria({
        resource,
        subscription,
        context: { interaction },
        getPreviousResource,
      });
    } catch {
      // As there: criteria that cannot be evaluated match nothing.
      return false;
    }
  }

  async #run({ change, subscription }: Notice, resource: Resource): Promise<void> {
    const botId = subscription.channel?.endpoint?.slice('Bot/'.length) ?? '';
    const content = this.#world.store.find('Bot', botId)?.content;
    const runAs = this.#auth.stored.ofProfile(`Bot/${botId}`);
    if (!content || !runAs) return;
    const bot: WithId<Bot> = JSON.parse(content);
    const input = change.interaction === 'delete' ? { deletedResource: resource } : resource;
    const headers = { 'X-Medplum-Subscription': subscription.id, 'X-Medplum-Interaction': change.interaction };
    const requester = resource.meta?.author;
    const contentType = 'application/fhir+json';
    await runBot(this.#world, this.#auth, { bot, runAs, requester, input, contentType, headers, subscription }).catch(
      (error: unknown) => {
        // Without this a bot that cannot even be started would end the server.
        process.stderr.write(`sandbox medplum: a bot could not run: ${error}\n`);
      },
    );
  }

  #activeOf(projectId: string): WithId<Subscription>[] {
    const known = this.#active.get(projectId);
    if (known) return known;
    const all = this.#world.store.current('Subscription').map((content): WithId<Subscription> => JSON.parse(content));
    const active = all.filter(({ status, meta }) => status === 'active' && meta?.project === projectId);
    this.#active.set(projectId, active);
    return active;
  }

  #version(change: Change, versionId: string | undefined): Resource | undefined {
    const { store } = this.#world;
    const rid = store.find(change.resourceType, change.id)?.rid;
    const content = rid !== undefined && versionId ? store.version(rid, versionId)?.content : undefined;
    return content ? JSON.parse(content) : undefined;
  }
}
