/** A stream of numbers that a seed fixes: the same seed gives the same stream on every machine. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<const T>(items: readonly [T, ...T[]]): T;
  /** Normally distributed around 0 with a standard deviation of 1, cut at 3. */
  normal(): number;
}

/**
 * Makes a stream of random numbers out of any text, so that "resource 17 of seed 3" has one of its own and can be made
 * without making the sixteen before it.
 *
 * @param parts - What names the stream, e.g. seed, resource type, index.
 */
export function makeRandom(...parts: readonly (string | number)[]): Random {
  let state = hash(parts.join('\u0000'));
  // mulberry32 by Tommy Ettinger (public domain): 32 bits of state, passes gjrand; plenty for test data.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    normal() {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return Math.max(-3, Math.min(3, radius * Math.cos(2 * Math.PI * next())));
    },
  };
}

/** FNV-1a, 32 bits, over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value;
}
