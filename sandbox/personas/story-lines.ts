import { NOTES } from '../generator/codes/care.ts';
import type { Demographics } from '../generator/make-record.ts';
import { type CcdaHeader, writeCcda } from '../generator/write-ccda.ts';
import { athena } from './dialects/athena.ts';
import { cerner } from './dialects/cerner.ts';
import { type Dialect, dress } from './dialects/dialect.ts';
import { epic } from './dialects/epic.ts';
import { medplum } from './dialects/medplum.ts';
import { payer } from './dialects/payer.ts';
import { asConverted, tefca } from './dialects/tefca.ts';
import { SITES, type SiteName } from './sites.ts';
import type { Story } from './story.ts';
import { tellClaims } from './tell-claims.ts';
import { tellStory } from './tell-story.ts';
import { beginTelling } from './telling.ts';

const DIALECTS = { epic, cerner, athena, medplum, payer, tefca } as const satisfies Record<
  string,
  (seed: number) => Dialect
>;

/** What kind of system a record comes from; Fasten's word for it where it has one (`platform_type`). */
export type SourceKind = keyof typeof DIALECTS;

/** A story as one health system tells it: JSON texts, one FHIR resource each, without line ends. */
export function storyLines(
  story: Story,
  kind: SourceKind,
  site: SiteName,
  person: Demographics = story.person,
): string[] {
  const told = { ...story, person };
  const resources = tellStory(told, SITES[site]);
  const dialect = DIALECTS[kind](story.seed);
  switch (kind) {
    case 'payer':
      return dress(byType([...resources, ...tellClaims(beginTelling(told))]), dialect);
    case 'tefca':
      return dress(asConverted(resources, writeCcda(summaryOf(person), resources)), dialect);
    default:
      return dress(resources, dialect);
  }
}

function summaryOf(person: Demographics): CcdaHeader {
  const personId = { root: '2.16.840.1.113883.3.0.2', extension: 'IAS' };
  const title = 'Continuity of Care Document';
  return { person, personId, id: 'summary', code: NOTES.summary, title, writtenAt: '2026-10-18T09:00:00Z' };
}

function byType<T extends { resourceType: string }>(resources: readonly T[]): T[] {
  return resources.toSorted((a, b) => a.resourceType.localeCompare(b.resourceType, 'en'));
}
