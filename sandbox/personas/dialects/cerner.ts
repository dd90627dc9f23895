import type { Binary, DocumentReference, Resource } from '@medplum/fhirtypes';
import { makeRandom } from '../../generator/make-random.ts';
import { writePdf } from '../write-pdf.ts';
import type { Dialect } from './dialect.ts';

const BASE = 'https://fhir.cerner.example.org/r4/ec2458f2';

/**
 * As Cerner's sandbox answers: short numbers as ids, `meta` with version and time, a narrative on everything, documents by
 * absolute address, and each of them twice: as PDF and as XML.
 */
export function cerner(seed: number): Dialect {
  return {
    id(type, key) {
      const number = makeRandom(seed, type, key).int(10_000_000, 999_999_999);
      return type === 'Condition' ? `p${number}` : type === 'Observation' ? `L-${number}` : `${number}`;
    },
    reference: (type, id) => `${type}/${id}`,
    attachment: (id) => `${BASE}/Binary/${id}`,
    sends: () => true,
    shape(resource) {
      switch (resource.resourceType) {
        case 'Binary':
          return inBothForms(resource);
        case 'DocumentReference':
          return [withMeta(namesBothForms(resource), seed)];
        default:
          return [withMeta(resource, seed)];
      }
    },
  };
}

function withMeta(resource: Resource, seed: number): Resource {
  const revision = makeRandom(seed, 'revision', resource.resourceType, resource.id ?? '').int(0, 4);
  return {
    ...resource,
    meta: { versionId: `${revision}`, lastUpdated: `2026-10-${10 + revision}T08:15:30.000Z` },
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml"><p><b>${resource.resourceType}</b></p></div>`,
    },
  } as Resource;
}

function namesBothForms(document: DocumentReference): DocumentReference {
  const title = document.type?.text ?? 'Note';
  const form = (contentType: string, key: string) => ({ attachment: { contentType, url: `Binary/${key}`, title } });
  return {
    ...document,
    content: [form('application/pdf', `${document.id}`), form('application/xml', `${document.id}-xml`)],
  };
}

function inBothForms({ id, data = '' }: Binary): Binary[] {
  const text = Buffer.from(data, 'base64')
    .toString()
    .replaceAll(/<[^>]+>/g, ' ')
    .trim();
  const xml = `<?xml version="1.0" encoding="UTF-8"?><note><text>${text}</text></note>`;
  return [
    { resourceType: 'Binary', id: `${id}`, contentType: 'application/pdf', data: writePdf(text).toString('base64') },
    {
      resourceType: 'Binary',
      id: `${id}-xml`,
      contentType: 'application/xml',
      data: Buffer.from(xml).toString('base64'),
    },
  ];
}
