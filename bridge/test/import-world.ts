import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { type ImportRequest, type ImportResult, importExport } from '../ingest/import-export.ts';
import { createMedplum, type MedplumConnection } from '../medplum/client/create-medplum.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';

/** The bridge's client on the sandbox (sandbox/seed.ts). */
export const BRIDGE_CLIENT = {
  clientId: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d21',
  clientSecret: 'sandbox-bridge-secret',
};

/** The same, as the environment tells it. */
export const BRIDGE_CLIENT_VARIABLES = {
  MEDPLUM_CLIENT_ID: BRIDGE_CLIENT.clientId,
  MEDPLUM_CLIENT_SECRET: BRIDGE_CLIENT.clientSecret,
};

/** A FHIR resource as a source wrote it, defects included. */
export type SourceLine = object | string;

/** The ingest engine over the sandbox Medplum, with a connection between them that can be cut. */
export interface ImportWorld {
  readonly medplum: MedplumClient;
  readonly server: SandboxMedplum;
  readonly proxy: CuttingProxy;
  writeFile(lines: readonly SourceLine[]): Promise<string>;
  /** Imports these lines as one export of the namespace. */
  load(namespace: string, lines: readonly SourceLine[], more?: Partial<ImportRequest>): Promise<ImportResult>;
  /** Every resource of a type that carries the namespace's tag. */
  stored<T extends Resource>(type: T['resourceType'], namespace: string): Promise<T[]>;
  close(): Promise<void>;
}

export async function startImportWorld(): Promise<ImportWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'ingest-'));
  const server = await startMedplum();
  const proxy = await startCuttingProxy(server.baseUrl);
  const connection: MedplumConnection = await createMedplum({ baseUrl: proxy.baseUrl, ...BRIDGE_CLIENT });
  const medplum = connection.client;
  let files = 0;
  const write = async (lines: readonly SourceLine[]): Promise<string> => {
    const file = join(folder, `${files++}.jsonl`);
    await writeFile(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
    return file;
  };
  return {
    medplum,
    server,
    proxy,
    writeFile: write,
    load: async (namespace, lines, more) =>
      importExport(medplum, {
        namespace,
        exportId: `${namespace}-export`,
        files: [await write(lines)],
        retrieved: new Date('2026-11-01T12:00:00Z'),
        ...more,
      }),
    stored: async <T extends Resource>(type: T['resourceType'], namespace: string) => {
      const query = `_tag=${encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${namespace}`)}&_count=1000`;
      return (await medplum.searchResources(type, query)) as unknown as T[];
    },
    close: async () => {
      await connection.close();
      await proxy.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
