import { about, type Finding } from './finding.ts';

const clock = about('clock');

/** A webhook is refused at five minutes; its way and theirs count in. */
const FAULT_MS = 4 * 60_000;
const WARNING_MS = 30_000;

/** Compares our clock with those of the servers we talk to; they are not asked again, so a second of theirs is lost. */
export function checkClock(nowMs: number, theirs: Readonly<Record<string, number | undefined>>): Finding[] {
  const known = Object.entries(theirs).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return known.map(([name, theirMs]) => {
    const skewMs = Math.abs(nowMs - theirMs);
    const seconds = Math.round(skewMs / 1000);
    if (skewMs > FAULT_MS)
      return clock.fault(`${seconds} s apart from ${name}: webhooks are refused; run NTP on this machine`);
    if (skewMs > WARNING_MS) return clock.warning(`${seconds} s apart from ${name}: run NTP on this machine`);
    return clock.ok(`as ${name}’s`);
  });
}
