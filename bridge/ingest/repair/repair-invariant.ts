import { type Host, itemSpots, locateHosts, locateSpots, type Spot } from './locate-spots.ts';
import { markAbsent } from './mark-absent.ts';
import { moveAside, nearestOptional } from './move-out.ts';
import type { RepairRun } from './repair-run.ts';

interface Cure {
  /** Elements that must not be there beside what else the resource says, below the object that breaks the rule. */
  readonly aside?: readonly string[];
  /** Elements that the rule demands. */
  readonly absent?: readonly string[];
}

/** What cures a broken invariant of a resource with the least said anew; keys are FHIR's own names for the rules. */
const CURES: Record<string, Cure> = {
  'ait-1': { absent: ['clinicalStatus'] },
  'ait-2': { aside: ['clinicalStatus'] },
  'app-2': { absent: ['start', 'end'] },
  'app-3': { absent: ['start', 'end'] },
  'app-4': { aside: ['cancelationReason'] },
  'cmp-2': { aside: ['emptyReason'] },
  'con-4': { aside: ['abatement[x]'] },
  'con-5': { aside: ['clinicalStatus'] },
  'cpl-3': { aside: ['detail'] },
  'dom-2': { aside: ['contained.contained'] },
  'dom-4': { aside: ['contained.meta.versionId', 'contained.meta.lastUpdated'] },
  'dom-5': { aside: ['contained.meta.security'] },
  'fhs-1': { aside: ['age[x]'] },
  'fhs-2': { aside: ['estimatedAge'] },
  'gol-1': { absent: ['measure'] },
  'lst-1': { aside: ['emptyReason'] },
  'lst-2': { aside: ['entry.deleted'] },
  'lst-3': { aside: ['entry.date'] },
  'mad-1': { absent: ['dose'] },
  'mdd-1': { aside: ['whenPrepared'] },
  'obs-6': { aside: ['dataAbsentReason'] },
  'org-2': { aside: ['use'] },
  'org-3': { aside: ['use'] },
  'ppc-1': { absent: ['policyRule'] },
  'prr-1': { absent: ['code'] },
  'qrs-1': { aside: ['item'] },
  'sev-1': { aside: ['query'] },
  'tim-1': { absent: ['durationUnit'] },
  'tim-2': { absent: ['periodUnit'] },
};

/**
 * Makes the objects at `expression` obey the invariant `key`: by the table, else by moving the nearest element that may be
 * missing into an extension. False when only the whole resource could go.
 */
export function repairInvariant(run: RepairRun, root: Host, expression: string, key: string): boolean {
  const cure = CURES[key];
  if (cure)
    return locateHosts(root, expression)
      .map((host) => applyCure(run, host, cure))
      .includes(true);
  const places = locateSpots(root, expression).flatMap(itemSpots).map(nearestOptional);
  const spots = places.filter((spot): spot is Spot => spot !== undefined);
  return spots.map((spot) => moveAside(run, spot)).includes(true);
}

function applyCure(run: RepairRun, host: Host, { aside = [], absent = [] }: Cure): boolean {
  // Named from the host on, as locateSpots wants it: the first step is the host itself.
  const moved = aside.flatMap((name) => locateSpots(host, `_.${name}`)).map((spot) => moveAside(run, spot));
  const marked = absent
    .flatMap((name) => locateSpots(host, `_.${name}`))
    .map((spot) => !isThere(spot) && markAbsent(run, spot));
  return [...moved, ...marked].includes(true);
}

function isThere({ host, key }: Spot): boolean {
  return Object.hasOwn(host.object, key) || Object.hasOwn(host.object, `_${key}`);
}
