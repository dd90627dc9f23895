import { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import { type Answer, send } from '../medplum/open-sandbox.ts';

export interface Credentials {
  readonly id: string;
  readonly secret: string;
}

/** A client of the server under test, with plain HTTP for what MedplumClient hides. */
export interface Party {
  readonly credentials: Credentials;
  readonly medplum: MedplumClient;
  readonly projectId: string;
  /** `path` begins after `/fhir/R4/` unless it begins with a slash. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Deletes what was made by `call`, the newest first; what is gone already is let be. */
  tidy(): Promise<void>;
}

const DELETIONS_PER_BATCH = 100;

export async function openParty(baseUrl: string, credentials: Credentials): Promise<Party> {
  const medplum = new MedplumClient({ baseUrl, maxRetries: 0, cacheTime: 0 });
  await medplum.startClientLogin(credentials.id, credentials.secret);
  const made = new Set<string>();
  const call: Party['call'] = async (method, path, body, headers) => {
    const answer = await send(baseUrl, medplum.getAccessToken(), method, path, body, headers);
    for (const reference of referencesMade(answer)) made.add(reference);
    return answer;
  };
  return {
    credentials,
    medplum,
    projectId: medplum.getProject()?.id ?? '',
    call,
    async tidy() {
      const urls = [...made].toReversed();
      for (let n = 0; n < urls.length; n += DELETIONS_PER_BATCH) {
        await call('POST', '', batchOf(urls.slice(n, n + DELETIONS_PER_BATCH)));
      }
    },
  };
}

function batchOf(urls: readonly string[]): Bundle {
  const entry = urls.map((url): BundleEntry => ({ request: { method: 'DELETE', url } }));
  return { resourceType: 'Bundle', type: 'batch', entry };
}

/** `Type/id` of what an answer says was created: alone, or entry by entry. */
function referencesMade({ status, headers, json }: Answer): string[] {
  const [, alone] = /\/fhir\/R4\/([A-Za-z]+\/[\w-]+)$/.exec(headers.get('Location') ?? '') ?? [];
  const entries = (json as Bundle | undefined)?.resourceType === 'Bundle' ? ((json as Bundle).entry ?? []) : [];
  const inside = entries.map(({ response }) => (response?.status === '201' ? response.location : undefined));
  return [status === 201 ? alone : undefined, ...inside].filter((reference) => reference !== undefined);
}
