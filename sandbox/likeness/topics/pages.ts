import type { Bundle, Patient } from '@medplum/fhirtypes';
import { familiesOf, storePatients, threePatients } from '../find-patients.ts';
import { likeness } from '../likeness.ts';
import { resourcesOf, said } from '../said.ts';

/** How much of what a search finds is answered: pages, counts, order, and which elements. */
export const pages = [
  likeness(
    'a page holds twenty, or as many as are asked for, up to a thousand',
    {
      '': { entries: 20, links: ['self', 'first', 'next'], count: '20' },
      '_count=5': { entries: 5, links: ['self', 'first', 'next'], count: '5' },
      '_count=0': { entries: null, links: ['self'], count: '0' },
      '_count=5000': { entries: 25, links: ['self', 'first'], count: '1000' },
      '_count=-1': { entries: null, links: ['self'], count: '-1' },
      '_count=x': { entries: null, links: ['self'], count: 'NaN' },
    },
    async (world) => {
      const source = await storePatients(
        world,
        Array.from({ length: 25 }, () => ({})),
      );
      const pages: Record<string, unknown> = {};
      for (const query of ['', '_count=5', '_count=0', '_count=5000', '_count=-1', '_count=x']) {
        const answer = await world.member.call('GET', `Patient?_source=${source}&${query}`);
        const { entry, total, link = [] } = answer.json as Bundle;
        const self = new URL(link.find(({ relation }) => relation === 'self')?.url ?? 'http://none');
        pages[query] =
          answer.status === 200
            ? {
                entries: entry?.length ?? null,
                total,
                links: link.map(({ relation }) => relation),
                count: self.searchParams.get('_count'),
              }
            : said(answer);
      }
      return pages;
    },
  ),

  likeness('the next page is where the link points, until there is none', [3, 3, 1], async (world) => {
    const source = await storePatients(
      world,
      Array.from({ length: 7 }, () => ({})),
    );
    const pages: number[] = [];
    let url: string | undefined = `${world.baseUrl}fhir/R4/Patient?_source=${source}&_count=3`;
    while (url) {
      const { pathname, search: query } = new URL(url);
      const answer = await world.member.call('GET', `${pathname}${query}`);
      pages.push(resourcesOf(answer).length);
      url = (answer.json as Bundle).link?.find(({ relation }) => relation === 'next')?.url;
    }
    return pages;
  }),

  likeness(
    '_total=accurate and _summary=count count',
    [
      ['_total=accurate', 3, 3],
      ['_total=estimate', true, 3],
      ['_total=none', null, 3],
      ['_summary=count', 3, null],
      ['', null, 3],
    ],
    async (world) => {
      const source = await storePatients(world, threePatients);
      const totals: unknown[] = [];
      for (const query of ['_total=accurate', '_total=estimate', '_total=none', '_summary=count', '']) {
        const { json } = await world.member.call('GET', `Patient?_source=${source}&${query}`);
        const { total = null, entry } = json as Bundle;
        totals.push([query, query === '_total=estimate' ? total !== null : total, entry?.length ?? null]);
      }
      return totals;
    },
  ),

  likeness(
    'an _offset over 10,000 is refused, unless sorted by time',
    [
      '200',
      '400 Search offset exceeds maximum (got 10001, max 10000)',
      '400 Search offset exceeds maximum (got 10001, max 10000)',
      '400 Search offset exceeds maximum (got 10001, max 10000)',
    ],
    async (world) => {
      const queries = [
        '_offset=10000',
        '_offset=10001',
        '_offset=10001&_sort=_lastUpdated',
        '_offset=10001&_sort=name',
      ];
      const answers = queries.map((query) => world.member.call('GET', `Patient?_source=${world.run}&${query}`));
      return (await Promise.all(answers)).map(said);
    },
  ),

  likeness(
    '_sort orders, a minus turns it round',
    {
      name: ['Ant', 'Bee', 'Cat'],
      '-name': ['Cat', 'Bee', 'Ant'],
      birthdate: ['Ant', 'Bee', 'Cat'],
      '-birthdate': ['Cat', 'Bee', 'Ant'],
      _lastUpdated: 3,
      'gender,-name': 3,
      nonsense: ['400 Unknown search parameter: nonsense'],
    },
    async (world) => {
      const source = await storePatients(world, threePatients);
      const sorts = ['name', '-name', 'birthdate', '-birthdate', '_lastUpdated', 'gender,-name', 'nonsense'];
      const found: Record<string, readonly string[]> = {};
      for (const sort of sorts) found[sort] = await familiesOf(world, `_source=${source}&_sort=${sort}`);
      // What was stored by one batch has no order by time that could be relied on.
      return { ...found, _lastUpdated: found._lastUpdated?.length, 'gender,-name': found['gender,-name']?.length };
    },
  ),

  likeness(
    '_fields and _elements leave the rest out, and say so by a tag',
    {
      '_fields=meta': [['id', 'meta', 'resourceType'], ['SUBSETTED']],
      '_fields=name': [['id', 'meta', 'name', 'resourceType'], ['SUBSETTED']],
      '_elements=gender': [['gender', 'id', 'meta', 'resourceType'], ['SUBSETTED']],
      '_summary=true': [['active', 'birthDate', 'gender', 'id', 'meta', 'name', 'resourceType'], ['SUBSETTED']],
      '_summary=text': [['id', 'meta', 'resourceType'], ['SUBSETTED']],
      '_summary=data': [['active', 'birthDate', 'gender', 'id', 'meta', 'name', 'resourceType'], ['SUBSETTED']],
    },
    async (world) => {
      const source = await storePatients(world, threePatients.slice(0, 1));
      const shapes: Record<string, unknown> = {};
      for (const query of [
        '_fields=meta',
        '_fields=name',
        '_elements=gender',
        '_summary=true',
        '_summary=text',
        '_summary=data',
      ]) {
        const [patient] = resourcesOf<Patient>(await world.member.call('GET', `Patient?_source=${source}&${query}`));
        shapes[query] = [Object.keys(patient ?? {}).toSorted(), patient?.meta?.tag?.map(({ code }) => code)];
      }
      return shapes;
    },
  ),
];
