import { LANE_SYSTEM } from '../../contract/identifiers.ts';

/** By namespace: the runs that wrote into it, each time another one than before. */
export type Writers = Map<string, string[]>;

/** A lane's update, alone or as the last entry of a bundle, names the run that sends it. */
const LANE_TEXT_LENGTH = 2_000;
const RUN = /"url":"run","valueString":"([^"]+)"/;
const LANE = new RegExp(`"system":"${LANE_SYSTEM}","value":"(.+?)/\\d+"`);

/**
 * A bundle of records ends with its lane, fenced or not; a batch of searches and the probe whether there are transactions have
 * none.
 */
export function isBundleOfRecords(body: string): boolean {
  return /"type":"(transaction|batch)"/.test(body.slice(0, 100)) && body.includes(LANE_SYSTEM);
}

/** Notes which run sends this request, if it moves a lane. */
export function noteWriters(writers: Writers, body: string): void {
  const text = body.slice(-LANE_TEXT_LENGTH);
  const [run, namespace] = [RUN.exec(text)?.[1], LANE.exec(text)?.[1]];
  if (run === undefined || namespace === undefined) return;
  const known = writers.get(namespace) ?? [];
  writers.set(namespace, known);
  if (known.at(-1) !== run) known.push(run);
}

/** Namespaces of which a run has written again after another one had begun to. */
export function findInterleaved(writers: Writers): string[] {
  return [...writers].filter(([, runs]) => new Set(runs).size < runs.length).map(([namespace]) => namespace);
}
