import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { likeness } from '../likeness.ts';
import { newSource, patientOf } from '../make-resources.ts';
import { said } from '../said.ts';

const large = () => patientOf('urn:likeness:large', { name: [{ text: 'x'.repeat(1_048_576) }] });
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** What is too large, and how that is said. */
export const limits = [
  likeness(
    'a body over 1 MB is 400, plain or gzipped',
    ['400 File too large', '400 File too large'],
    async ({ member }) => [
      said(await member.call('POST', 'Patient', large())),
      said(await member.call('POST', 'Patient', gzipSync(JSON.stringify(large())), { 'Content-Encoding': 'gzip' })),
    ],
  ),

  likeness('a string just below is taken', 201, async (world) => {
    const extension = [{ url: 'urn:x', valueString: 'x'.repeat(1_000_000) }];
    return (await world.member.call('POST', 'Patient', patientOf(newSource(world), { extension }))).status;
  }),

  likeness(
    'a name, an address and a text of 5,000 characters that cannot be compressed',
    [201, 201, 201, 201, 201, 201],
    async (world) => {
      const text = randomBytes(3750).toString('base64');
      const bodies = [
        patientOf(newSource(world), { name: [{ text }] }),
        patientOf(newSource(world), { address: [{ text }] }),
        patientOf(newSource(world), { identifier: [{ value: text }] }),
        { resourceType: 'Observation', status: 'final', code: { text }, meta: { source: newSource(world) } },
        { resourceType: 'Organization', name: text, meta: { source: newSource(world) } },
        { resourceType: 'Observation', status: 'final', code: { text: 'x' }, valueString: text },
      ];
      const answers = bodies.map((body) => world.member.call('POST', body.resourceType, body));
      return (await Promise.all(answers)).map(({ status }) => status);
    },
  ),

  likeness('a form over 100 KB is 400', '400 File too large', async ({ member }) =>
    said(await member.call('POST', 'Patient/_search', `_source=${'x'.repeat(110_000)}`, FORM)),
  ),

  likeness('an address of 20,000 characters is 431', '431', async ({ member }) =>
    said(await member.call('GET', `Patient?_source=${'x'.repeat(20_000)}`)),
  ),

  likeness('a search of 60,000 characters fits into an entry of a batch', '200', async ({ member }) => {
    const url = `Patient?_source=${Array.from({ length: 600 }, () => 'x'.repeat(100)).join(',')}`;
    const bundle = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url } }] };
    const { json } = await member.call('POST', '', bundle);
    return (json as { entry?: { response?: { status: string } }[] }).entry?.[0]?.response?.status;
  }),

  likeness(
    'a body of another type is refused',
    ['400 Invalid resource type', '400 Invalid resource type', '200 All OK', '200 All OK'],
    async ({ member }) => {
      const types = ['text/plain', 'application/xml', 'application/json', 'application/fhir+json; charset=utf-8'];
      const answers = types.map((type) =>
        member.call('POST', 'Patient/$validate', JSON.stringify({ resourceType: 'Patient' }), { 'Content-Type': type }),
      );
      return (await Promise.all(answers)).map(said);
    },
  ),
];
