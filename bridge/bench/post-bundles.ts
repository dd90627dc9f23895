import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Posts what an import writes, built beforehand, by the barest client: what the server takes at most.
 * `post-bundles.ts FILE BASE_URL FLIGHT`, FILE with a transaction or a Binary a line; prints `{"resources", "seconds"}`.
 * MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET say as whom.
 */
const [file = '', baseUrl = '', flight = ''] = process.argv.slice(2);

interface Post {
  readonly path: string;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly resources: number;
}

const token = await signIn();
const posts = await readPosts();
const resources = posts.reduce((sum, post) => sum + post.resources, 0);
const started = performance.now();
await Promise.all(Array.from({ length: Number(flight) }, postAll));
console.log(JSON.stringify({ resources, seconds: (performance.now() - started) / 1000 }));

async function postAll(): Promise<void> {
  for (let post = posts.pop(); post; post = posts.pop()) {
    const { path, contentType, body } = post;
    const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
    const reply = await fetch(new URL(path, baseUrl), { method: 'POST', headers, body: body as string });
    const { entry } = (await reply.json()) as { entry?: unknown[] };
    const isStored = entry ? entry.length === post.resources + 1 : reply.status === 201;
    if (!isStored) throw new Error(`the server answered with ${reply.status}`);
  }
}

/** A bundle's Provenance travels along but is not counted, as in an import. */
async function readPosts(): Promise<Post[]> {
  const found: Post[] = [];
  for await (const body of createInterface({ input: createReadStream(file) })) {
    const { resourceType, contentType, data, entry } = JSON.parse(body);
    if (resourceType === 'Binary') {
      found.push({ path: 'fhir/R4/Binary', contentType, body: Buffer.from(data, 'base64'), resources: 1 });
    } else {
      found.push({ path: 'fhir/R4/', contentType: 'application/fhir+json', body, resources: entry.length - 1 });
    }
  }
  return found.reverse();
}

async function signIn(): Promise<string> {
  const { MEDPLUM_CLIENT_ID: id = '', MEDPLUM_CLIENT_SECRET: secret = '' } = process.env;
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
  const reply = await fetch(new URL('oauth2/token', baseUrl), { method: 'POST', body });
  return ((await reply.json()) as { access_token: string }).access_token;
}
