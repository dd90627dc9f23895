import { gzipSync } from 'node:zlib';
import type { Binary, DocumentReference } from '@medplum/fhirtypes';
import type { Answer } from '../../medplum/open-sandbox.ts';
import { likeness } from '../likeness.ts';
import { newSource, newUrn, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, said, withoutIds } from '../said.ts';

const PDF = { 'Content-Type': 'application/pdf' };
const JSON_WANTED = { Accept: 'application/fhir+json' };

async function upload({ member }: World, text = 'bytes', headers: Record<string, string> = PDF): Promise<string> {
  return resourceOf<Binary>(await member.call('POST', 'Binary', text, headers)).id;
}

/** A DocumentReference whose content is a Binary of its own. */
async function document(world: World): Promise<DocumentReference & { readonly id: string; readonly binary: string }> {
  const binary = await upload(world);
  const made = await world.member.call('POST', 'DocumentReference', {
    resourceType: 'DocumentReference',
    status: 'current',
    meta: { source: newSource(world) },
    content: [{ attachment: { contentType: 'application/pdf', url: `Binary/${binary}` } }],
  });
  return { ...resourceOf<DocumentReference>(made), binary };
}

const urlOf = ({ content }: DocumentReference) => content[0]?.attachment.url ?? '';

/** A link without the token; `change` may spoil it. */
async function follow(link: string, change: (url: URL) => void = () => undefined): Promise<string> {
  const url = new URL(link);
  change(url);
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

const bytesOf = ({ status, headers, text }: Answer) => [status, headers.get('Content-Type'), text];

/** Bytes, and the links by which they are read. */
export const binary = [
  likeness(
    'raw bytes are stored as they come, whatever their type',
    [
      [201, 'application/pdf', 200, 'application/pdf', 'bytes'],
      [201, 'text/plain', 200, 'text/plain; charset=utf-8', 'bytes'],
      [201, 'application/octet-stream', 200, 'application/octet-stream', 'bytes'],
      [201, 'image/png', 200, 'image/png', 'bytes'],
    ],
    async (world) => {
      const answers: unknown[] = [];
      for (const type of ['application/pdf', 'text/plain', 'application/octet-stream', 'image/png']) {
        const made = await world.member.call('POST', 'Binary', 'bytes', { 'Content-Type': type });
        const { id, contentType } = resourceOf<Binary>(made);
        answers.push([made.status, contentType, ...bytesOf(await world.member.call('GET', `Binary/${id}`))]);
      }
      return answers;
    },
  ),

  likeness(
    'what the answer to an upload holds',
    [['contentType', 'id', 'meta', 'resourceType'], '/storage/<id>/<id>', true],
    async ({ member }) => {
      const { json, headers } = await member.call('POST', 'Binary', 'bytes', PDF);
      const { url = '', ...more } = json as Binary;
      return [Object.keys(more).toSorted(), withoutIds(new URL(url, 'http://none').pathname), headers.has('Location')];
    },
  ),

  likeness(
    'read as JSON, it is the resource without the bytes',
    [200, ['contentType', 'id', 'meta', 'resourceType']],
    async (world) => {
      const answer = await world.member.call('GET', `Binary/${await upload(world)}`, undefined, JSON_WANTED);
      return [answer.status, Object.keys(answer.json as Binary).toSorted()];
    },
  ),

  likeness('bytes may come gzipped', [200, 'application/pdf', 'bytes'], async (world) => {
    const headers = { ...PDF, 'Content-Encoding': 'gzip' };
    const made = await world.member.call('POST', 'Binary', gzipSync('bytes'), headers);
    return bytesOf(await world.member.call('GET', `Binary/${resourceOf<Binary>(made).id}`));
  }),

  likeness('an encoding that it does not know is 400', '400 Unsupported content encoding', async ({ member }) =>
    said(await member.call('POST', 'Binary', 'bytes', { ...PDF, 'Content-Encoding': 'zstd' })),
  ),

  likeness('X-Security-Context ties it to a resource', true, async (world) => {
    const { id } = resourceOf(await world.member.call('POST', 'Patient', patientOf(newSource(world))));
    const made = await world.member.call('POST', 'Binary', 'bytes', { ...PDF, 'X-Security-Context': `Patient/${id}` });
    return resourceOf<Binary>(made).securityContext?.reference === `Patient/${id}`;
  }),

  likeness(
    'what can be executed is refused, by type and by name',
    ['400 Invalid content type', '400 Invalid file extension', '201'],
    async ({ member }) => [
      said(await member.call('POST', 'Binary', 'MZ', { 'Content-Type': 'application/x-msdownload' })),
      said(await member.call('POST', 'Binary?_filename=a.exe', 'MZ', PDF)),
      said(await member.call('POST', 'Binary?_filename=a.pdf', 'MZ', PDF)),
    ],
  ),

  likeness(
    'a JSON Binary gives its data as bytes',
    [['contentType', 'id', 'meta', 'resourceType'], 200, 'text/plain; charset=utf-8', 'bytes'],
    async ({ member }) => {
      const body = { resourceType: 'Binary', contentType: 'text/plain', data: Buffer.from('bytes').toString('base64') };
      const made = await member.call('POST', 'Binary', body, { 'Content-Type': 'application/fhir+json' });
      const { id } = resourceOf<Binary>(made);
      return [Object.keys(made.json as Binary).toSorted(), ...bytesOf(await member.call('GET', `Binary/${id}`))];
    },
  ),

  likeness('PUT replaces the bytes, and makes a version', [200, 'other bytes', 200, 1], async (world) => {
    const id = await upload(world);
    const put = await world.member.call('PUT', `Binary/${id}`, 'other bytes', PDF);
    const { status, json } = await world.member.call('GET', `Binary/${id}/_history`, undefined, JSON_WANTED);
    const total = (json as { total?: number }).total;
    return [put.status, (await world.member.call('GET', `Binary/${id}`)).text, status, total];
  }),

  likeness('a Range is not answered', [200, 'application/pdf', 'bytes'], async (world) => {
    const range = { Range: 'bytes=0-1' };
    return bytesOf(await world.member.call('GET', `Binary/${await upload(world)}`, undefined, range));
  }),

  likeness(
    'an attachment is read as a link that needs no token',
    ['/storage/<binary>/<id>', ['Expires', 'Signature'], '200 bytes'],
    async (world) => {
      const { id, binary: binaryId } = await document(world);
      const url = new URL(urlOf(resourceOf(await world.member.call('GET', `DocumentReference/${id}`))));
      const path = url.pathname.replace(binaryId, '<binary>');
      return [withoutIds(path), [...url.searchParams.keys()].toSorted(), await follow(url.href)];
    },
  ),

  likeness(
    'a link that is spoilt, unsigned or too old',
    ['401 Invalid signature', '401 Unauthorized', '410 URL has expired'],
    async (world) => {
      const { id } = await document(world);
      const link = urlOf(resourceOf(await world.member.call('GET', `DocumentReference/${id}`)));
      return [
        await follow(link, ({ searchParams }) => searchParams.set('Signature', 'AAAA')),
        await follow(link, ({ searchParams }) => searchParams.delete('Signature')),
        await follow(link, ({ searchParams }) => searchParams.set('Expires', '1')),
      ];
    },
  ),

  likeness(
    'written back as it was read, a link is the reference again and no version is made',
    ['200', true],
    async (world) => {
      const { id, meta } = await document(world);
      const read = resourceOf<DocumentReference>(await world.member.call('GET', `DocumentReference/${id}`));
      const put = await world.member.call('PUT', `DocumentReference/${id}`, read);
      return [said(put), resourceOf<DocumentReference>(put).meta?.versionId === meta?.versionId];
    },
  ),

  likeness('a link in a search is presigned too', true, async (world) => {
    const { id } = await document(world);
    const { text } = await world.member.call('GET', `DocumentReference?_id=${id}`);
    return /"url":"[^"]*\/storage\//.test(text);
  }),

  likeness('an attachment of a Binary that is not there stays as it is', ['201', true], async (world) => {
    const url = `Binary/${newUrn().slice('urn:uuid:'.length)}`;
    const made = await world.member.call('POST', 'DocumentReference', {
      resourceType: 'DocumentReference',
      status: 'current',
      content: [{ attachment: { url } }],
    });
    return [said(made), urlOf(resourceOf(made)) === url];
  }),

  likeness('in one bundle, an attachment by urn:uuid becomes the Binary', ['200', '200 bytes'], async (world) => {
    const fullUrl = newUrn();
    const answer = await world.member.call('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl,
          request: { method: 'POST', url: 'Binary' },
          resource: {
            resourceType: 'Binary',
            contentType: 'text/plain',
            data: Buffer.from('bytes').toString('base64'),
          },
        },
        {
          request: { method: 'POST', url: 'DocumentReference' },
          resource: {
            resourceType: 'DocumentReference',
            status: 'current',
            content: [{ attachment: { url: fullUrl } }],
          },
        },
      ],
    });
    const { entry } = answer.json as { entry?: { resource?: { id?: string } }[] };
    const read = await world.member.call('GET', `DocumentReference/${entry?.[1]?.resource?.id}`);
    return [said(answer), await follow(urlOf(resourceOf(read)))];
  }),

  likeness('after DELETE it is gone, and the link with it', ['200 All OK', '410 Gone', '410'], async (world) => {
    const { id, binary: binaryId } = await document(world);
    const link = urlOf(resourceOf(await world.member.call('GET', `DocumentReference/${id}`)));
    const deleted = await world.member.call('DELETE', `Binary/${binaryId}`);
    const read = await world.member.call('GET', `Binary/${binaryId}`);
    return [said(deleted), said(read), (await follow(link)).slice(0, 3)];
  }),
];
