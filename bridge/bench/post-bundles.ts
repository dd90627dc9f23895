import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Posts bundles that were built beforehand, by the barest client: what the server takes at most.
 * `post-bundles.ts FILE BASE_URL FLIGHT`, FILE with one transaction a line; prints `{"resources", "seconds"}`.
 * MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET say as whom.
 */
const [file = '', baseUrl = '', flight = ''] = process.argv.slice(2);
const token = await signIn();
const bundles = await readBundles();
const resources = bundles.reduce((sum, { entries }) => sum + entries, 0);
const started = performance.now();
await Promise.all(Array.from({ length: Number(flight) }, postAll));
console.log(JSON.stringify({ resources, seconds: (performance.now() - started) / 1000 }));

async function postAll(): Promise<void> {
  for (let bundle = bundles.pop(); bundle; bundle = bundles.pop()) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
    const reply = await fetch(new URL('fhir/R4/', baseUrl), { method: 'POST', headers, body: bundle.body });
    const { entry = [] } = (await reply.json()) as { entry?: unknown[] };
    if (entry.length !== bundle.entries + 1) throw new Error(`the server answered a bundle with ${reply.status}`);
  }
}

/** A bundle's resources of the record; its Provenance travels along but is not counted, as in an import. */
async function readBundles(): Promise<{ body: string; entries: number }[]> {
  const found: { body: string; entries: number }[] = [];
  for await (const body of createInterface({ input: createReadStream(file) })) {
    found.push({ body, entries: JSON.parse(body).entry.length - 1 });
  }
  return found.reverse();
}

async function signIn(): Promise<string> {
  const { MEDPLUM_CLIENT_ID: id = '', MEDPLUM_CLIENT_SECRET: secret = '' } = process.env;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
  const reply = await fetch(new URL('oauth2/token', baseUrl), { method: 'POST', body });
  return ((await reply.json()) as { access_token: string }).access_token;
}
