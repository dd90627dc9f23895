import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createReference, getExtension, getExtensionValue, type WithId } from '@medplum/core';
import type { AuditEvent, Resource, Subscription } from '@medplum/fhirtypes';
import type { QuotaBook } from '../quota.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import { systemRepository } from '../repository/system-repository.ts';
import type { Change } from './change-feed.ts';
import { entitiesOf } from './run-bot.ts';
import { withSystemLinks } from './with-system-links.ts';

const TIMEOUT_MS = 120_000;
const DEFAULT_RETRIES = 4;
/** Medplum has had two names for it, and takes both. */
const SECRET_URLS = [
  'https://www.medplum.com/fhir/StructureDefinition/subscription-secret',
  'https://www.medplum.com/fhir/StructureDefinition-subscriptionSecret',
];
const RETRIES_URL = 'https://medplum.com/fhir/StructureDefinition/subscription-max-attempts';
const SUCCESS_URL = 'https://medplum.com/fhir/StructureDefinition/subscription-success-codes';

/** A version of a resource that a Subscription wants to be told of. */
export interface Hook {
  readonly change: Change;
  readonly subscription: WithId<Subscription>;
  readonly resource: WithId<Resource>;
}

/**
 * Calls rest-hooks that are addresses, each on its own, and again when one fails: after one second, two, four and eight
 * (packages/server/src/workers/subscription.ts). Each attempt leaves an AuditEvent.
 */
export class HookSender {
  readonly #world: RepositoryWorld;
  readonly #quotas: QuotaBook;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(world: RepositoryWorld, quotas: QuotaBook) {
    this.#world = world;
    this.#quotas = quotas;
  }

  get waiting(): number {
    return this.#underWay.size;
  }

  send(hook: Hook): void {
    const sending = this.#send(hook).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** What waits is lost; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay);
  }

  async #send(hook: Hook): Promise<void> {
    const retries = getExtension(hook.subscription, RETRIES_URL)?.valueInteger ?? DEFAULT_RETRIES;
    for (let attempt = 0; attempt <= retries && this.#isWanted(hook, attempt); attempt++) {
      if (await this.#attempt(hook, attempt)) return;
      if (attempt === retries || !(await this.#rest(attempt))) return;
    }
  }

  /** A Subscription may have ended meanwhile, and a retry is for the newest version only. */
  #isWanted({ change, subscription }: Hook, attempt: number): boolean {
    const { store } = this.#world;
    const content = store.find('Subscription', subscription.id)?.content;
    if (!content || (JSON.parse(content) as Subscription).status !== 'active') return false;
    if (change.interaction === 'delete') return true;
    const current = store.find(change.resourceType, change.id)?.content;
    if (!current) return false;
    return attempt === 0 || (JSON.parse(current) as Resource).meta?.versionId === change.versionId;
  }

  /** False: the server stops. */
  async #rest(attempt: number): Promise<boolean> {
    const { signal } = this.#stopping;
    return pause(this.#world.switches.hookBackoffMs * 2 ** attempt, undefined, { signal }).then(
      () => true,
      () => false,
    );
  }

  async #attempt(hook: Hook, attempt: number): Promise<boolean> {
    const { change, subscription, resource } = hook;
    const start = new Date().toISOString();
    const linked = await withSystemLinks(this.#world, this.#quotas, change.projectId, resource);
    const body = change.interaction === 'delete' ? '{}' : JSON.stringify(linked);
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const [isGood, said] = await fetch(subscription.channel.endpoint ?? '', {
      method: 'POST',
      headers: headersFor(hook, body),
      body,
      signal,
    }).then(
      ({ status }): [boolean, string] => [isSuccess(subscription, status), `status ${status}`],
      (error: unknown): [boolean, string] => [false, `error ${error}`],
    );
    if (this.#stopping.signal.aborted) return true;
    await this.#record(hook, start, isGood, `Attempt ${attempt} received ${said}`);
    return isGood;
  }

  async #record({ change, subscription, resource }: Hook, start: string, isGood: boolean, outcomeDesc: string) {
    const end = new Date().toISOString();
    await systemRepository(this.#world, this.#quotas, change.projectId).createResource<AuditEvent>({
      resourceType: 'AuditEvent',
      period: { start, end },
      recorded: end,
      type: { code: 'transmit' },
      agent: [{ type: { text: 'Subscription' }, requestor: false }],
      source: { observer: createReference(subscription) as NonNullable<AuditEvent['source']['observer']> },
      entity: entitiesOf([resource, subscription]),
      outcome: isGood ? '0' : '4',
      outcomeDesc,
    });
  }
}

/** What every hook is called with; a bot gets the same as its event's headers. */
export function headersFor({ change, subscription, resource }: Hook, body: string): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Type': 'application/fhir+json',
    'X-Medplum-Subscription': subscription.id,
    'X-Medplum-Interaction': change.interaction,
  };
  if (change.interaction === 'delete') {
    headers['X-Medplum-Deleted-Resource'] = `${resource.resourceType}/${resource.id}`;
  }
  for (const header of subscription.channel.header ?? []) {
    const [key = '', value = ''] = header.split(':');
    headers[key.trim()] = value.trim();
  }
  const secret = SECRET_URLS.map((url) => getExtensionValue(subscription, url)).find((value) => value);
  if (typeof secret === 'string') headers['X-Signature'] = createHmac('sha256', secret).update(body).digest('hex');
  return headers;
}

/** `200,201,300-399` of an extension; otherwise whatever is no error. */
function isSuccess(subscription: Subscription, status: number): boolean {
  const codes = getExtension(subscription, SUCCESS_URL)?.valueString?.replaceAll(' ', '');
  if (!codes || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(codes)) return status >= 200 && status < 400;
  return codes.split(',').some((code) => {
    const [from = 0, to = from] = code.split('-').map(Number);
    return status >= from && status <= to;
  });
}
