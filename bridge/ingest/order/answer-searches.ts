import { identifierOfQuery, type ParsedReference } from '../parse-reference.ts';
import { isObject, type JsonObject } from '../walk-references.ts';
import { Column } from './column.ts';
import { KeyTable } from './key-table.ts';

/** An `identifier` of a resource that says whose it is. */
export interface Identifier {
  readonly system: string;
  readonly value: string;
}

/** Who, where and with what: types that exports refer to by identifier. Naming those of every Observation would cost memory. */
const SOUGHT: ReadonlySet<string> = new Set([
  'CareTeam',
  'Device',
  'HealthcareService',
  'Location',
  'Medication',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'RelatedPerson',
]);

const [NOBODY, SEVERAL] = [-1, -2];

/** The identifiers by which a conditional reference may ask for this resource. */
export function soughtIdentifiers(resource: JsonObject): Identifier[] {
  if (!SOUGHT.has(String(resource.resourceType))) return [];
  return [resource.identifier ?? []].flat().flatMap((one) => {
    const { system, value } = isObject(one) ? one : {};
    return typeof system === 'string' && typeof value === 'string' ? [{ system, value }] : [];
  });
}

/**
 * Which resource of the export a conditional reference (`Type?identifier=system|value`) means: the one that answers it, if
 * just one does (R4 http.html#trules). Kept as digests, since the searches come before their answers as often as behind.
 */
export class SearchAnswers {
  /** Searches, numbered. */
  readonly #numbers = new KeyTable();
  /** By number: the row that answers, NOBODY or SEVERAL. */
  readonly #rows = new Column('int32');
  #claimed = new Column('int32');
  #claimants = new Column('int32');

  /** The number of this search; undefined for what asks for anything but one identifier with its system. */
  numberOf(parsed: ParsedReference): number | undefined {
    const name = nameOfSearch(parsed);
    return name === undefined ? undefined : this.#number(name);
  }

  /** The row's resource has this identifier. */
  claim(resourceType: string, identifier: Identifier, row: number): void {
    this.#claimed.push(this.#number(nameOf(resourceType, identifier)));
    this.#claimants.push(row);
  }

  /** Decides, once every line is known; rows that gave way to a repeat of their key answer nothing. */
  settle(isShaded: (row: number) => boolean): void {
    for (let claim = 0; claim < this.#claimed.length; claim++) {
      const [search, row] = [this.#claimed.at(claim), this.#claimants.at(claim)];
      if (isShaded(row)) continue;
      const holder = this.#rows.at(search);
      this.#rows.set(search, holder === NOBODY || holder === row ? row : SEVERAL);
    }
    this.#claimed = new Column('int32');
    this.#claimants = new Column('int32');
  }

  /** The row that answers the search with this number, -1 when none does or several do. */
  at(number: number): number {
    return Math.max(this.#rows.at(number), NOBODY);
  }

  /** The same for a search that may never have been met. */
  rowOf(parsed: ParsedReference): number {
    const name = nameOfSearch(parsed);
    const number = name === undefined ? -1 : this.#numbers.get(name);
    return number === -1 ? NOBODY : this.at(number);
  }

  #number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== -1) return known;
    const number = this.#rows.length;
    this.#rows.push(NOBODY);
    this.#numbers.set(name, number);
    return number;
  }
}

function nameOfSearch(parsed: ParsedReference): string | undefined {
  if (parsed.kind !== 'conditional' || !SOUGHT.has(parsed.resourceType)) return undefined;
  const { system, value = '' } = identifierOfQuery(parsed.query) ?? {};
  return system === undefined ? undefined : nameOf(parsed.resourceType, { system, value });
}

/** JSON, so that no system or value can look like the border between them. */
function nameOf(resourceType: string, { system, value }: Identifier): string {
  return JSON.stringify([resourceType, system, value]);
}
