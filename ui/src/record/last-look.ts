/** Looking again within this time goes on with the same look: what was new stays marked. */
const SAME_LOOK_MS = 30 * 60 * 1000;

interface Look {
  /** FHIR instant of the look before this one; absent when there was none. */
  readonly before?: string;
  /** FHIR instant of this look, as of its last page. */
  readonly latest: string;
}

/**
 * Tells when a reader looked at a record before, and notes that they look now. Kept in the browser, under ids only
 * (docs/decisions/0029-last-look.md).
 *
 * @param reader - `Practitioner/<id>` or whoever is signed in.
 * @returns A FHIR instant; undefined the first time.
 */
export function noteLook(storage: Storage, reader: string, patientId: string, now: Date): string | undefined {
  const key = `last-look:${reader}:${patientId}`;
  const known = parse(storage.getItem(key));
  const isSame = known !== undefined && now.getTime() - Date.parse(known.latest) < SAME_LOOK_MS;
  const before = isSame ? known.before : known?.latest;
  const look: Look = { ...(before && { before }), latest: now.toISOString() };
  try {
    storage.setItem(key, JSON.stringify(look));
  } catch {
    // Full or forbidden: then nothing is marked as new.
    return undefined;
  }
  return before;
}

function parse(text: string | null): Look | undefined {
  try {
    const { before, latest } = JSON.parse(text ?? '{}') as Partial<Look>;
    if (Number.isNaN(Date.parse(latest ?? ''))) return undefined;
    return { latest: latest ?? '', ...(before && !Number.isNaN(Date.parse(before)) && { before }) };
  } catch {
    return undefined;
  }
}
