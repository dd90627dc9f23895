import { MEASUREMENTS, type Measurement, type MeasurementName } from '../generator/codes/measurements.ts';
import { makeRandom, type Random } from '../generator/make-random.ts';
import type { Course, Story } from './story.ts';

/** How far a single value strays from its course, and from a person's own level, in deviations of the measurement. */
const [COURSE_NOISE, OWN_NOISE] = [0.25, 0.4];

/**
 * What a measurement of this person gives at a time: near its course where the story has one, else near a level of the
 * person's own. Rounded as the laboratory prints it, never beyond what is possible.
 */
export function valueAt({ seed, courses }: Story, name: MeasurementName, timeMs: number, random: Random): number {
  const item: Measurement = MEASUREMENTS[name];
  const course = courses[name];
  const own = item.mean + makeRandom(seed, 'level', name).normal() * 0.6 * item.deviation;
  const level = course ? onCourse(course, timeMs) : own;
  // A height does not stray: people do not grow and shrink.
  const noise = name === 'height' ? 0 : (course ? COURSE_NOISE : OWN_NOISE) * item.deviation;
  const [least, most] = item.possible;
  return round(Math.min(Math.max(level + random.normal() * noise, least), most), item.digits);
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function onCourse(course: Course, timeMs: number): number {
  const points = course.map(([day, value]) => ({ atMs: Date.parse(day), value }));
  const next = points.findIndex(({ atMs }) => atMs > timeMs);
  const [before, after] = [points.at(next - 1), points[next]];
  if (next === -1 || after === undefined) return points.at(-1)?.value ?? 0;
  if (next === 0 || before === undefined) return after.value;
  const share = (timeMs - before.atMs) / (after.atMs - before.atMs);
  return before.value + (after.value - before.value) * share;
}
