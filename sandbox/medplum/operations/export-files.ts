import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { getReferenceString, type WithId } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { Binary, Parameters, Resource } from '@medplum/fhirtypes';
import type { BinaryStorage } from '../binary-storage.ts';

const NDJSON = 'application/fhir+ndjson';

interface ExportFile {
  readonly binary: WithId<Binary>;
  readonly lines: PassThrough;
  readonly written: Promise<void>;
  readonly seen: Set<string>;
}

/** The files of an export: a Binary of NDJSON for each type, made when the first resource of it comes. */
export class ExportFiles {
  readonly #repo: FhirRepository;
  readonly #binaries: BinaryStorage;
  readonly #files = new Map<string, ExportFile>();

  /** @param repo the caller's: the Binaries are theirs */
  constructor(repo: FhirRepository, binaries: BinaryStorage) {
    this.#repo = repo;
    this.#binaries = binaries;
  }

  /** Adds a resource to the file of its type, once. */
  async write(resource: WithId<Resource>): Promise<void> {
    const { lines, seen } = this.#files.get(resource.resourceType) ?? (await this.#open(resource.resourceType));
    if (seen.has(resource.id)) return;
    seen.add(resource.id);
    if (!lines.write(`${JSON.stringify(resource)}\n`)) await once(lines, 'drain');
  }

  /** Ends every file; where they are, as the AsyncJob keeps it. */
  async close(): Promise<Parameters> {
    for (const { lines } of this.#files.values()) lines.end();
    await Promise.all([...this.#files.values()].map(({ written }) => written));
    const parameter = [...this.#files].map(([type, { binary }]) => ({
      name: 'output',
      part: [
        { name: 'type', valueCode: type },
        { name: 'url', valueUri: getReferenceString(binary) },
      ],
    }));
    return { resourceType: 'Parameters', parameter };
  }

  async #open(resourceType: string): Promise<ExportFile> {
    const binary = await this.#repo.createResource<Binary>({ resourceType: 'Binary', contentType: NDJSON });
    const lines = new PassThrough();
    const written = this.#binaries.write(binary.id, binary.meta?.versionId ?? '', lines);
    const file = { binary, lines, written, seen: new Set<string>() };
    this.#files.set(resourceType, file);
    return file;
  }
}
