import { resourceMatchesSubscriptionCriteria, satisfiedAccessPolicy, type WithId } from '@medplum/core';
import type { Bot, Resource, Subscription } from '@medplum/fhirtypes';
import { buildAccessPolicy } from '../access/build-access-policy.ts';
import type { AuthWorld } from '../auth/authenticate.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import type { Change } from './change-feed.ts';
import { runBot } from './run-bot.ts';
import { type Hook, HookSender, headersFor } from './send-hooks.ts';
import type { SubscriptionSockets } from './serve-sockets.ts';
import { isSocketSubscription } from './socket-subscriptions.ts';
import { withSystemLinks } from './with-system-links.ts';

/**
 * Tells whoever subscribed what changes, as packages/server/src/workers/subscription.ts: websockets, rest-hooks to an address,
 * and bots (rest-hooks to `Bot/<id>`). Criteria are looked at when the change is committed, with what only the server sees of
 * it (`meta.author`). Bots run afterwards, one at a time; one that fails is not run again: retries are for hooks that
 * cannot be reached.
 */
export class SubscriptionRunner {
  readonly #world: RepositoryWorld;
  readonly #auth: AuthWorld;
  readonly #sockets: SubscriptionSockets;
  readonly #hooks: HookSender;
  /** Active ones by project; forgotten when one of them changes. */
  readonly #active = new Map<string, WithId<Subscription>[]>();
  /** In order of the changes: looking, and telling sockets. */
  #looking: Promise<void> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;
  #waiting = 0;

  constructor(world: RepositoryWorld, auth: AuthWorld, sockets: SubscriptionSockets) {
    this.#world = world;
    this.#auth = auth;
    this.#sockets = sockets;
    this.#hooks = new HookSender(world, auth.quotas);
  }

  /** How many bot runs and hooks wait or are under way. */
  get waiting(): number {
    return this.#waiting + this.#hooks.waiting;
  }

  take(changes: readonly Change[]): void {
    for (const change of changes) this.#take(change);
  }

  /** Nothing more is begun; resolves when what runs has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#hooks.close();
    await this.#looking;
    await this.#running;
  }

  #take(change: Change): void {
    const { resourceType, projectId } = change;
    if (resourceType === 'Subscription') this.#active.delete(projectId);
    // As there: a record of what was done sets nothing off.
    if (resourceType === 'AuditEvent') return;
    const all = [...this.#activeOf(projectId), ...this.#world.socketSubscriptions.ofProject(projectId)];
    const concerned = all.filter(({ criteria }) => criteria?.split('?')[0] === resourceType);
    if (concerned.length === 0) return;
    this.#waiting++;
    this.#looking = this.#looking
      .then(() => this.#look(change, concerned))
      .finally(() => {
        this.#waiting--;
      });
  }

  async #look(change: Change, subscriptions: readonly WithId<Subscription>[]): Promise<void> {
    if (this.#isClosed) return;
    // A deletion has no version to show; the real server shows the one before it.
    const resource: WithId<Resource> | undefined = change.content
      ? JSON.parse(change.content)
      : this.#version(change, change.previousVersionId);
    if (!resource) return;
    for (const subscription of subscriptions) {
      const hook = { change, subscription, resource };
      if (await this.#matches(hook)) await this.#tell(hook);
    }
  }

  async #matches({ change, subscription, resource }: Hook): Promise<boolean> {
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

  async #tell(hook: Hook): Promise<void> {
    const { subscription, resource } = hook;
    if (isSocketSubscription(subscription)) {
      if (this.#maySee(subscription, resource)) await this.#sockets.tell(subscription, resource);
    } else if (subscription.channel.endpoint?.startsWith('Bot/')) this.#queueBot(hook);
    else this.#hooks.send(hook);
  }

  /** Of sockets only, as there: by the policy of whoever made the Subscription. */
  #maySee({ meta }: Subscription, resource: Resource): boolean {
    const author = this.#auth.stored.ofProfile(meta?.author?.reference ?? '');
    if (!author) return false;
    return satisfiedAccessPolicy(resource, 'read', buildAccessPolicy(this.#world.store, author)) !== undefined;
  }

  #queueBot(hook: Hook): void {
    this.#waiting++;
    this.#running = this.#running
      .then(() => (this.#isClosed ? undefined : this.#run(hook)))
      .catch((error: unknown) => {
        // Without this a bot that cannot even be started would end the server.
        process.stderr.write(`sandbox medplum: a bot could not run: ${error}\n`);
      })
      .finally(() => {
        this.#waiting--;
      });
  }

  async #run(hook: Hook): Promise<void> {
    const { change, subscription, resource } = hook;
    const botId = subscription.channel.endpoint?.slice('Bot/'.length) ?? '';
    const content = this.#world.store.find('Bot', botId)?.content;
    const runAs = this.#auth.stored.ofProfile(`Bot/${botId}`);
    if (!content || !runAs) return;
    const bot: WithId<Bot> = JSON.parse(content);
    const shown = await withSystemLinks(this.#world, this.#auth.quotas, change.projectId, resource);
    const input = change.interaction === 'delete' ? { deletedResource: shown } : shown;
    const headers = headersFor(hook, JSON.stringify(input));
    const requester = resource.meta?.author;
    const contentType = 'application/fhir+json';
    await runBot(this.#world, this.#auth, { bot, runAs, requester, input, contentType, headers, subscription });
  }

  #activeOf(projectId: string): WithId<Subscription>[] {
    const known = this.#active.get(projectId);
    if (known) return known;
    const all = this.#world.store.current('Subscription').map((content): WithId<Subscription> => JSON.parse(content));
    const active = all.filter(({ status, meta }) => status === 'active' && meta?.project === projectId);
    this.#active.set(projectId, active);
    return active;
  }

  #version(change: Change, versionId: string | undefined): WithId<Resource> | undefined {
    const { store } = this.#world;
    const rid = store.find(change.resourceType, change.id)?.rid;
    const content = rid !== undefined && versionId ? store.version(rid, versionId)?.content : undefined;
    return content ? JSON.parse(content) : undefined;
  }
}
