import type { Resource } from '@medplum/fhirtypes';
import type { Story } from './story.ts';
import { type Site, tellPeople } from './tell-people.ts';
import { tellResults } from './tell-results.ts';
import { tellTreatment } from './tell-treatment.ts';
import { tellProblems, tellVisits } from './tell-visits.ts';
import { beginTelling } from './telling.ts';

/**
 * A story as FHIR R4, ids and references still neutral (`Encounter/visit-3`): what every source would tell if it told all.
 * Alphabetical by type, as exports come.
 */
export function tellStory(story: Story, site: Site): Resource[] {
  const telling = beginTelling(story);
  const resources = [
    ...tellPeople(telling, site),
    ...tellProblems(telling),
    ...tellVisits(telling),
    ...tellResults(telling),
    ...tellTreatment(telling),
  ];
  return resources.toSorted((a, b) => a.resourceType.localeCompare(b.resourceType, 'en'));
}
