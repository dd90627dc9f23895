import { personaOf } from '../personas/catalogue.ts';
import type { PersonaChoice } from '../personas/persona-pieces.ts';
import { SITES, type SiteName } from '../personas/sites.ts';

/** A health system of the stand-in's catalog; ids are fixed, so that a second sign-in at one is at the same place. */
export interface Portal {
  readonly name: string;
  readonly portalId: string;
  readonly brandId: string;
  readonly endpointId: string;
  readonly platformType: string;
  /** Of its logo. */
  readonly color: string;
  readonly site: SiteName;
}

/** One that is found through TEFCA's record locator, not by a search of the catalog: a directory's entry is all its ids. */
export interface TefcaSite {
  readonly name: string;
  readonly tefcaDirectoryId: string;
  readonly platformType: string;
  readonly site: SiteName;
}

export const PORTALS: readonly Portal[] = [
  portal(1, 'greenValley', 'epic', '#1e6e2f'),
  portal(2, 'lakeside', 'cerner', '#0b5cad'),
  portal(3, 'sunrise', 'cigna', '#a33e00'),
  portal(4, 'harbor', 'athena', '#6b2fa0'),
  portal(5, 'fooClinic', 'medplum', '#7a4b00'),
];

export const TEFCA_SITES: readonly TefcaSite[] = [
  tefcaSite(1, 'exchange', 'tefca_direct'),
  tefcaSite(2, 'greenValley', 'tefca-epic'),
];

function portal(number: number, site: SiteName, platformType: string, color: string): Portal {
  const id = (kind: number) => `c0ffee0${kind}-0000-4000-8000-00000000000${number}`;
  return { name: SITES[site].name, portalId: id(1), brandId: id(2), endpointId: id(3), platformType, color, site };
}

function tefcaSite(number: number, site: SiteName, platformType: string): TefcaSite {
  return { name: SITES[site].name, tefcaDirectoryId: `urn:oid:2.16.840.1.113883.3.0.9.${number}`, platformType, site };
}

/** Where a persona signs in: a portal of the catalog, or a site of TEFCA's; undefined when it has no such sign-in. */
export function placeOfPersona({ id, connection = 0 }: PersonaChoice): Portal | TefcaSite | undefined {
  const chosen = personaOf(id).connections[connection];
  const places: readonly (Portal | TefcaSite)[] = chosen?.kind === 'tefca' ? TEFCA_SITES : PORTALS;
  return places.find(({ site }) => site === chosen?.site);
}
