import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  allOk,
  badRequest,
  DEFAULT_MAX_SEARCH_COUNT,
  deepEquals,
  forbidden,
  getStatus,
  gone,
  isResourceWithId,
  isUUID,
  notFound,
  type Operation,
  OperationOutcomeError,
  Operator,
  preconditionFailed,
  type SearchRequest,
  serverError,
  type WithId,
} from '@medplum/core';
import {
  type CreateResourceOptions,
  type DeleteResourceOptions,
  FhirRepository,
  type ReadHistoryOptions,
  type TransactionOptions,
  type UpdateResourceOptions,
} from '@medplum/fhir-router';
import type { Bundle, BundleEntry, OperationOutcome, Parameters, Reference, Resource } from '@medplum/fhirtypes';
import type { StoreFault } from '../faults/fault-kinds.ts';
import type { Faults } from '../faults/faults.ts';
import type { Access } from './access.ts';
import { applyAnyPatch } from './apply-any-patch.ts';
import type { BinaryStorage } from './binary-storage.ts';
import type { Change, ChangeFeed } from './change-feed.ts';
import { checkSearchable, checkType } from './check-type.ts';
import { asksForOrigin, findDefinitions, isDefinitionType } from './find-definitions.ts';
import { includeResources } from './include-resources.ts';
import type { Definitions } from './load-definitions.ts';
import { prepareResource } from './prepare-resource.ts';
import { type QuotaAccount, UNITS } from './quota.ts';
import type { ResourceStore, StoredResource, StoredVersion } from './resource-store.ts';
import type { BinaryUrls } from './rewrite-attachments.ts';
import { runSearch } from './run-search.ts';
import type { SerializableGate } from './serializable-gate.ts';
import { hideServerMeta, type Writer } from './stamp-meta.ts';
import { subsetFields } from './subset-fields.ts';
import type { Switches } from './switches.ts';
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

/** FHIR storage for one request, as the FhirRouter wants it. Behaves as Medplum's own Repository for an ordinary client. */
export class SqliteRepository extends FhirRepository {
  readonly #world: RepositoryWorld;
  readonly #caller: RepositoryCaller;
  /** What the open transaction has changed so far; undefined: none is open. */
  readonly #changes: Change[] | undefined;

  constructor(world: RepositoryWorld, caller: RepositoryCaller, changes?: Change[]) {
    super();
    this.#world = world;
    this.#caller = caller;
    this.#changes = changes;
  }

  get #inTransaction(): boolean {
    return this.#changes !== undefined;
  }

  override setMode(): void {
    // There is one database, for reading and for writing.
  }

  override generateId(): string {
    return randomUUID();
  }

  override async createResource<T extends Resource>(resource: T, options?: CreateResourceOptions): Promise<WithId<T>> {
    this.#caller.quota.consume(UNITS.write);
    const id = options?.assignedId && resource.id ? resource.id : this.generateId();
    return this.#write<T>({ ...resource, id }, 'create', () => undefined);
  }

  override async updateResource<T extends Resource>(resource: T, options?: UpdateResourceOptions): Promise<WithId<T>> {
    this.#caller.quota.consume(UNITS.write);
    return this.#update(resource, options);
  }

  override async patchResource<T extends Resource>(
    resourceType: T['resourceType'],
    id: string,
    patch: Operation[] | Parameters,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    this.#caller.quota.consume(UNITS.write);
    return this.#atomic(async (repo) => {
      const resource = repo.#readCurrent<T>(resourceType, id);
      applyAnyPatch(resource, patch);
      if (resource.resourceType !== resourceType) throw refuse('Incorrect resource type');
      if (resource.id !== id) throw refuse('Incorrect ID');
      return repo.#update(resource, options);
    });
  }

  override async deleteResource(resourceType: string, id: string, options?: DeleteResourceOptions): Promise<void> {
    this.#caller.quota.consume(UNITS.write);
    await this.#atomic(async (repo) => {
      const stored = this.#findReadable(resourceType, id);
      if (stored.content === undefined) return;
      const resource: Resource = JSON.parse(stored.content);
      this.#caller.access.require('delete', resource);
      const { meta } = resource;
      if (options?.ifMatch && meta?.versionId !== options.ifMatch) throw new OperationOutcomeError(preconditionFailed);
      const versionId = randomUUID();
      this.#world.store.delete(stored, versionId, new Date().toISOString());
      repo.#note({ interaction: 'delete', resourceType, id, versionId, previousVersionId: meta?.versionId });
    });
  }

  /**
   * `$expunge`: for admins of the project, charged to no quota. The real server neither minds an id that it does not know nor
   * looks at whose it is; here it stays within the project. The bytes of a Binary stay on disk, as they do there.
   */
  async expungeResource(resourceType: string, id: string): Promise<void> {
    if (!this.#caller.admin) throw new OperationOutcomeError(forbidden);
    await this.#atomic(async () => {
      const stored = this.#world.store.find(resourceType, id);
      if (stored && this.#isWithin(stored)) this.#world.store.expunge(stored);
    });
  }

  override async readResource<T extends Resource>(resourceType: string, id: string): Promise<WithId<T>> {
    this.#caller.quota.consume(UNITS.read);
    await this.#ready();
    this.#caller.access.requireType('read', checkedType(resourceType, id, this.#caller.admin));
    return this.#show(this.#readCurrent<T>(resourceType, id));
  }

  override async readReference<T extends Resource>(reference: Reference<T>): Promise<WithId<T>> {
    const [resourceType, id] = reference.reference?.split('/') ?? [];
    if (!resourceType || !id) throw refuse('Invalid reference');
    return this.readResource<T>(resourceType, id);
  }

  override async readReferences<T extends Resource>(references: readonly Reference<T>[]): Promise<(T | Error)[]> {
    const results = await Promise.allSettled(references.map((reference) => this.#readReferred<T>(reference)));
    return results.map((r) => (r.status === 'fulfilled' ? r.value : new OperationOutcomeError(notFound)));
  }

  /** Several at once come from the real server's cache, where a rule for `*` with criteria finds nothing. */
  async #readReferred<T extends Resource>(reference: Reference<T>): Promise<WithId<T>> {
    const resource = await this.readReference<T>(reference);
    if (!this.#caller.access.allows('read', this.#readCurrent(resource.resourceType, resource.id))) {
      throw new OperationOutcomeError(notFound);
    }
    return resource;
  }

  override async readHistory<T extends Resource>(
    resourceType: string,
    id: string,
    options?: ReadHistoryOptions,
  ): Promise<Bundle<WithId<T>>> {
    this.#caller.quota.consume(UNITS.history);
    await this.#ready();
    const { rid, content } = this.#findReadable(resourceType, id);
    if (content) this.#caller.access.require('history', JSON.parse(content));
    // As there: none at all is asked for as all of them.
    const limit = clamp(options?.limit ?? 100, 0, DEFAULT_MAX_SEARCH_COUNT) || Number.MAX_SAFE_INTEGER;
    const versions = this.#world.store.versions(rid, limit, Math.max(0, options?.offset ?? 0));
    return {
      resourceType: 'Bundle',
      type: 'history',
      total: this.#world.store.countVersions(rid),
      entry: versions.map((version) => this.#historyEntry<T>(`${resourceType}/${id}`, version)),
    };
  }

  override async readVersion<T extends Resource>(resourceType: string, id: string, vid: string): Promise<WithId<T>> {
    this.#caller.quota.consume(UNITS.read);
    await this.#ready();
    const { rid, content: current } = this.#findReadable(resourceType, id);
    if (current) this.#caller.access.require('vread', JSON.parse(current));
    const version = this.#world.store.version(rid, vid);
    if (!version) throw new OperationOutcomeError(notFound);
    const { content } = version;
    // As there: what a deletion leaves is no JSON.
    if (content === undefined) throw refuse('Unexpected end of JSON input');
    return this.#show(JSON.parse(content));
  }

  override async search<T extends Resource>(request: SearchRequest<T>): Promise<Bundle<WithId<T>>> {
    this.#caller.quota.consume(UNITS.search);
    await this.#ready();
    const { admin, access, superAdmin } = this.#caller;
    const projectId = superAdmin ? undefined : this.#caller.projectId;
    for (const type of request.types ?? [request.resourceType]) {
      checkSearchable(type, admin);
      access.requireType('search', type);
    }
    const { store, urls, definitions } = this.#world;
    if (isDefinitionType(request.resourceType) && !asksForOrigin(request)) {
      return findDefinitions(definitions, request) as Bundle<WithId<T>>;
    }
    const page = runSearch(store, request, { projectId, access }, urls.fhirBase);
    const matches = page.contents.map((content): WithId<T> => JSON.parse(content));
    const entry: BundleEntry<WithId<T>>[] = matches.map((resource) => this.#searchEntry(resource, 'match'));
    const included = await includeResources(this, request, matches as WithId<Resource>[]);
    for (const resource of included) entry.push(this.#searchEntry(resource as WithId<T>, 'include'));
    for (const { resource } of entry) {
      if (resource) subsetFields(this.#show(resource), request);
    }
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      ...(entry.length > 0 ? { entry } : {}),
      ...(page.total === undefined ? {} : { total: page.total }),
      link: page.links,
    };
  }

  override async searchByReference<T extends Resource>(
    request: SearchRequest<T>,
    referenceField: string,
    references: string[],
  ): Promise<Record<string, WithId<T>[]>> {
    const found: Record<string, WithId<T>[]> = {};
    for (const value of references) {
      const filter = { code: referenceField, operator: Operator.EQUALS, value };
      found[value] = await this.searchResources<T>({ ...request, filters: [...(request.filters ?? []), filter] });
    }
    return found;
  }

  /**
   * Everything the callback does happens, or nothing. A serializable transaction (conditional writes) that overlaps
   * another is tried once more and then refused with 409, as Postgres would.
   */
  override async withTransaction<T>(callback: (repo: this) => Promise<T>, options?: TransactionOptions): Promise<T> {
    if (this.#inTransaction) return this.#atomic((repo) => callback(repo as this));
    await this.#pending();
    const { gate, store, switches } = this.#world;
    if (!options?.serializable || !switches.serializationConflicts)
      return this.#atomic((repo) => callback(repo as this));
    return gate.run(options.resourceTypes, (check, commit) =>
      this.#atomic(async (repo) => {
        check();
        const before = store.writes;
        const result = await callback(repo as this);
        if (store.writes !== before) commit();
        return result;
      }),
    );
  }

  /** The time between the arrival of a transaction and its effect, in which its client may go away. */
  async #pending(): Promise<void> {
    const { commitDelayMs, zombieCommits } = this.#world.switches;
    if (commitDelayMs > 0) await pause(commitDelayMs);
    if (!zombieCommits && this.#caller.isGone()) throw new OperationOutcomeError(serverError(new Error('Client gone')));
  }

  async #atomic<T>(work: (repo: SqliteRepository) => Promise<T>): Promise<T> {
    const { queue, store } = this.#world;
    // Inside a transaction a failure of any part fails the whole: there is nothing to save.
    if (this.#inTransaction) return work(this);
    this.#caller.meetConflict?.();
    const changes: Change[] = [];
    const result = await queue.transaction(
      () => work(new SqliteRepository(this.#world, this.#caller, changes)),
      () => store.forgetUncommitted(),
    );
    this.#world.changes.tell(changes);
    return result;
  }

  #note(change: Omit<Change, 'projectId'>): void {
    this.#changes?.push({ ...change, projectId: this.#caller.projectId });
  }

  async #ready(): Promise<void> {
    if (!this.#inTransaction) await this.#world.queue.idle();
  }

  async #update<T extends Resource>(resource: T, options?: UpdateResourceOptions): Promise<WithId<T>> {
    const { resourceType, id = '' } = resource;
    // Only a super admin may choose an id, by writing to one that nobody has.
    const isFree = () => this.#caller.superAdmin === true && !this.#world.store.find(resourceType, id);
    return this.#write(
      resource,
      'update',
      () => (isFree() ? undefined : this.#findReadable(resourceType, id)),
      options,
    );
  }

  #isWithin({ project }: StoredResource): boolean {
    return this.#caller.superAdmin === true || project === this.#caller.projectId;
  }

  /** The caller as one of the project that a resource belongs to, which only a super admin may say. */
  #writerOf(resource: Resource, stored: StoredResource | undefined): RepositoryCaller {
    if (!this.#caller.superAdmin) return this.#caller;
    const own = resource.resourceType === 'Project' ? resource.id : resource.meta?.project;
    return { ...this.#caller, projectId: own ?? stored?.project ?? this.#caller.projectId };
  }

  /** Steps in the order of the real server, so that the first fault named is the same. */
  async #write<T extends Resource>(
    resource: T,
    interaction: 'create' | 'update',
    existing: () => StoredResource | undefined,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    if (!isResourceWithId(resource)) throw refuse('Missing id');
    if (!isUUID(resource.id)) throw refuse('Invalid id');
    const { access, admin } = this.#caller;
    checkType(resource.resourceType, admin);
    access.requireType(interaction, resource.resourceType);
    return this.#atomic(async (repo) => {
      const { store } = this.#world;
      const stored = existing();
      const current: T | undefined = stored?.content ? JSON.parse(stored.content) : undefined;
      if (current) access.require(interaction, current);
      // A deleted resource is restored whatever version is expected: the real server looks only at a living one.
      if (current && options?.ifMatch && current.meta?.versionId !== options.ifMatch) {
        throw new OperationOutcomeError(preconditionFailed);
      }
      const allowed = access.restore(resource, current);
      const writer = this.#writerOf(resource, stored);
      const saved = await prepareResource(this.#world, writer, allowed, (r) => repo.searchResources(r));
      if (current && deepEquals(current, saved)) return this.#show(current as WithId<T>);
      access.requireWritable(interaction, current, saved);
      if (stored) store.replace(stored, saved);
      else store.insert(saved, writer.projectId);
      const { resourceType, id, meta } = saved;
      const versions = { versionId: meta?.versionId ?? '', previousVersionId: current?.meta?.versionId };
      repo.#note({ interaction: current ? 'update' : 'create', resourceType, id, ...versions });
      this.#world.binaries.keepInline(saved, current);
      return this.#show(saved);
    });
  }

  /** The row of a resource of a type that the caller may read. */
  #findReadable(resourceType: string, id: string): StoredResource {
    this.#caller.access.requireType('read', checkedType(resourceType, id, this.#caller.admin));
    return this.#find(resourceType, id);
  }

  /** The row of a resource of the caller's project that their policy lets them see, living or deleted. */
  #find(resourceType: string, id: string): StoredResource {
    const { access, admin } = this.#caller;
    const { store } = this.#world;
    const stored = store.find(checkedType(resourceType, id, admin), id);
    if (!stored || !this.#isWithin(stored)) throw new OperationOutcomeError(notFound);
    const condition = access.conditionFor(resourceType, (type, code) => store.paramNumber(type, code));
    if (condition && !store.matches(stored.rid, condition)) throw new OperationOutcomeError(notFound);
    return stored;
  }

  #readCurrent<T extends Resource>(resourceType: string, id: string): WithId<T> {
    const { content } = this.#find(resourceType, id);
    if (content === undefined) throw new OperationOutcomeError(gone);
    return JSON.parse(content);
  }

  #show<T extends Resource>(resource: T): T {
    this.#caller.access.hide(resource);
    if (!this.#caller.extended) hideServerMeta(resource);
    return resource;
  }

  #searchEntry<T extends Resource>(resource: WithId<T>, mode: 'match' | 'include'): BundleEntry<WithId<T>> {
    const fullUrl = `${this.#world.urls.fhirBase}${resource.resourceType}/${resource.id}`;
    return { fullUrl, search: { mode }, resource };
  }

  #historyEntry<T extends Resource>(reference: string, version: StoredVersion): BundleEntry<WithId<T>> {
    const outcome = version.content ? allOk : deletedOutcome(version.lastUpdated);
    return {
      fullUrl: `${this.#world.urls.fhirBase}${reference}`,
      request: { method: 'GET', url: `${reference}/_history/${version.versionId}` },
      response: { status: String(getStatus(outcome)), outcome },
      ...(version.content ? { resource: this.#show(JSON.parse(version.content)) } : {}),
    };
  }
}

function checkedType(resourceType: string, id: string, admin: boolean): string {
  if (!isUUID(id)) throw new OperationOutcomeError(notFound);
  checkType(resourceType, admin);
  return resourceType;
}

function deletedOutcome(lastUpdated: string): OperationOutcome {
  const text = `Deleted on ${lastUpdated}`;
  return {
    resourceType: 'OperationOutcome',
    id: 'gone',
    issue: [{ severity: 'error', code: 'deleted', details: { text } }],
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(least, value), most);
}

function refuse(message: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(message));
}
