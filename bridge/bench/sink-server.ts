import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, json, text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';

/**
 * A Medplum that stores nothing of the record and answers at once: what the importer takes with it is the importer's own. It knows the
 * requests of an import and no others. `sink-server.ts [FILE]`: FILE is given the documents and the transactions, one a line,
 * these without the fence that ends them, since it names what only this server knows.
 */
const [recording] = process.argv.slice(2);
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`sink listens on http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
process.once('SIGTERM', () => process.exit(0));

const EMPTY: Bundle = { resourceType: 'Bundle', type: 'searchset', entry: [] };
const INVALID: OperationOutcome = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'structure', details: { text: 'Missing required property' } }],
};
/** What is written for itself, not in a bundle: the import's own Task and lanes, which it reads again. */
const kept = new Map<string, Resource>();
const PROFILE = { resourceType: 'ClientApplication', id: randomUUID() };

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://sink');
  if (pathname === '/oauth2/token') return send(response, 200, token(new URLSearchParams(await text(request))));
  if (pathname === '/auth/me') return send(response, 200, { profile: PROFILE });
  if (request.method === 'GET') return send(response, 200, kept.get(pathname.split('/').at(-1) ?? '') ?? EMPTY);
  if (pathname.endsWith('/Binary')) return send(response, 201, await takeBinary(request));
  const body = (await json(request)) as Resource;
  if (body.resourceType !== 'Bundle') return send(response, request.method === 'POST' ? 201 : 200, keep(stored(body)));
  const isProbe = body.type === 'transaction' && body.entry?.length === 1;
  if (isProbe) return send(response, 400, INVALID);
  if (recording && body.type === 'transaction') record(recording, body);
  send(response, 200, { resourceType: 'Bundle', type: `${body.type}-response`, entry: body.entry?.map(answerEntry) });
}

function record(file: string, { entry = [], ...bundle }: Bundle): void {
  const unfenced = entry.filter(({ resource }) => resource?.resourceType !== 'Basic');
  appendFileSync(file, `${JSON.stringify({ ...bundle, entry: unfenced })}\n`);
}

/** As Medplum answers: with the whole resource. */
function answerEntry({ request, resource }: BundleEntry): BundleEntry {
  if (!resource) return { response: { status: '200' }, resource: EMPTY };
  return { response: { status: request?.method === 'POST' ? '201' : '200' }, resource: stored(resource) };
}

function stored(resource: Resource): Resource {
  return { ...resource, id: resource.id ?? randomUUID(), meta: { ...resource.meta, versionId: randomUUID() } };
}

function keep(resource: Resource): Resource {
  kept.set(resource.id ?? '', resource);
  return resource;
}

async function takeBinary(request: IncomingMessage): Promise<Resource> {
  const contentType = request.headers['content-type'] ?? '';
  // The raw export and the ledger are no part of the record.
  if (recording && !contentType.includes('ndjson')) {
    const data = (await buffer(request)).toString('base64');
    appendFileSync(recording, `${JSON.stringify({ resourceType: 'Binary', contentType, data })}\n`);
  } else {
    request.resume();
    await finished(request);
  }
  return stored({ resourceType: 'Binary', contentType });
}

function token(asked: URLSearchParams): object {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { login_id: randomUUID(), client_id: asked.get('client_id'), iat: seconds, exp: seconds + 86_400 };
  const parts = [{ alg: 'none' }, claims, {}].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const profile = { reference: `${PROFILE.resourceType}/${PROFILE.id}` };
  return { token_type: 'Bearer', expires_in: 86_400, access_token: parts.join('.'), project: {}, profile };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
}
