import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  badRequest,
  forbidden,
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
import type { Bundle, Parameters, Reference, Resource } from '@medplum/fhirtypes';
import { UNITS } from '../quota.ts';
import type { Change } from '../subscriptions/change-feed.ts';
import { applyAnyPatch } from './apply-any-patch.ts';
import { contentOf, findReadable, isWithin, readCurrent } from './find-stored.ts';
import { readReferred } from './read-references.ts';
import { readOneVersion, readVersions } from './read-versions.ts';
import type { RepositoryCaller, RepositoryWorld } from './repository-world.ts';
import type { StoredResource } from './resource-store.ts';
import { searchResources } from './search-resources.ts';
import { showResource } from './show-resource.ts';
import { checkWritable, type Noted, writeVersion } from './write-version.ts';

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

  /** The project that whatever is written belongs to. */
  get projectId(): string {
    return this.#caller.projectId;
  }

  /** Who speaks: a person, a client or a bot. */
  get profile(): Reference {
    return this.#caller.author;
  }

  /** Whether the caller may search a type at all. */
  maySearch(resourceType: string): boolean {
    return this.#caller.access.allowsType('search', resourceType);
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
      const resource = readCurrent<T>(this.#world, this.#caller, resourceType, id);
      applyAnyPatch(resource, patch);
      if (resource.resourceType !== resourceType) throw refuse('Incorrect resource type');
      if (resource.id !== id) throw refuse('Incorrect ID');
      return repo.#update(resource, options);
    });
  }

  override async deleteResource(resourceType: string, id: string, options?: DeleteResourceOptions): Promise<void> {
    this.#caller.quota.consume(UNITS.write);
    if (this.#findLive(resourceType, id)) {
      this.#world.socketSubscriptions.remove(id);
      return;
    }
    await this.#atomic(async (repo) => {
      const stored = findReadable(this.#world, this.#caller, resourceType, id);
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
      if (stored && isWithin(this.#caller, stored)) this.#world.store.expunge(stored);
    });
  }

  override async readResource<T extends Resource>(resourceType: string, id: string): Promise<WithId<T>> {
    this.#caller.quota.consume(UNITS.read);
    await this.#ready();
    const live = this.#findLive(resourceType, id);
    if (live) return showResource(this.#caller, live as WithId<T>);
    return showResource(this.#caller, contentOf<T>(findReadable(this.#world, this.#caller, resourceType, id)));
  }

  override async readReference<T extends Resource>(reference: Reference<T>): Promise<WithId<T>> {
    const [resourceType, id] = reference.reference?.split('/') ?? [];
    if (!resourceType || !id) throw refuse('Invalid reference');
    return this.readResource<T>(resourceType, id);
  }

  override async readReferences<T extends Resource>(references: readonly Reference<T>[]): Promise<(T | Error)[]> {
    this.#caller.quota.consume(UNITS.read * references.length);
    await this.#ready();
    return references.map((reference) => readReferred<T>(this.#world, this.#caller, reference));
  }

  override async readHistory<T extends Resource>(
    resourceType: string,
    id: string,
    options?: ReadHistoryOptions,
  ): Promise<Bundle<WithId<T>>> {
    this.#caller.quota.consume(UNITS.history);
    await this.#ready();
    if (this.#findLive(resourceType, id)) return { resourceType: 'Bundle', type: 'history', total: 0, entry: [] };
    return readVersions<T>(this.#world, this.#caller, resourceType, id, options);
  }

  override async readVersion<T extends Resource>(resourceType: string, id: string, vid: string): Promise<WithId<T>> {
    this.#caller.quota.consume(UNITS.read);
    await this.#ready();
    return readOneVersion<T>(this.#world, this.#caller, resourceType, id, vid);
  }

  override async search<T extends Resource>(request: SearchRequest<T>): Promise<Bundle<WithId<T>>> {
    this.#caller.quota.consume(UNITS.search);
    await this.#ready();
    return searchResources(this.#world, this.#caller, request, this);
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

  /** `mayConflict`: what only adds rows cannot be in the way of another. */
  async #atomic<T>(work: (repo: SqliteRepository) => Promise<T>, mayConflict = true): Promise<T> {
    const { queue, store } = this.#world;
    // Inside a transaction a failure of any part fails the whole: there is nothing to save.
    if (this.#inTransaction) return work(this);
    if (mayConflict) this.#caller.meetConflict?.();
    const changes: Change[] = [];
    const result = await queue.transaction(
      () => work(new SqliteRepository(this.#world, this.#caller, changes)),
      () => store.forgetUncommitted(),
    );
    this.#world.changes.tell(changes);
    return result;
  }

  /** A Subscription over a websocket, which is in no table. */
  #findLive(resourceType: string, id: string): WithId<Resource> | undefined {
    return this.#world.socketSubscriptions.find(this.#caller, resourceType, id);
  }

  #note(change: Noted | undefined): void {
    if (change) this.#changes?.push({ ...change, projectId: this.#caller.projectId });
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
      () =>
        isFree() || this.#findLive(resourceType, id)
          ? undefined
          : findReadable(this.#world, this.#caller, resourceType, id),
      options,
    );
  }

  async #write<T extends Resource>(
    resource: T,
    interaction: 'create' | 'update',
    existing: () => StoredResource | undefined,
    options?: UpdateResourceOptions,
  ): Promise<WithId<T>> {
    checkWritable(this.#caller, resource, interaction);
    return this.#atomic(async (repo) => {
      const writing = { resource, interaction, stored: existing(), options };
      const { saved, change } = await writeVersion<T>(this.#world, this.#caller, writing, repo);
      repo.#note(change);
      return showResource(this.#caller, saved);
    }, interaction === 'update');
  }
}

function refuse(message: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(message));
}
