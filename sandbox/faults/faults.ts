import { z } from 'zod';
import { makeRandom, type Random } from '../generator/make-random.ts';
import type { FaultGroup, FaultKind, Measures } from './fault-kinds.ts';

const SETTING = z.strictObject({
  /** The share of occasions on which it strikes. */
  rate: z.number().min(0).max(1).default(1),
  /** Fixes on which occasions it strikes, and how. */
  seed: z.int().default(1),
  /** It strikes so many times and no more; 1: once. */
  times: z.int().min(1).optional(),
  ms: z.int().min(0).max(600_000).optional(),
  copies: z.int().min(2).max(10).optional(),
  bytes: z.int().min(1).max(1000).optional(),
  path: z.string().min(1).refine(isRegExp, 'no regular expression').optional(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
});

/** How often a fault strikes, and how; all of it may be left out. */
export type FaultSetting = z.input<typeof SETTING>;
type Armed = z.output<typeof SETTING>;
type Wanted<N extends string> = Partial<Record<N, Armed | null>>;

/** Which faults are switched on, and off by null; those that are not named stay as they are. */
export type FaultChange<N extends string> = { readonly [name in N]?: FaultSetting | null };

/** A fault as it stands. */
export interface FaultState<N extends string = string> extends FaultKind {
  readonly name: N;
  /** Null: switched off. */
  readonly setting: Armed | null;
  /** Occasions since it was switched on, and on how many of them it struck. */
  readonly asked: number;
  readonly struck: number;
}

/** A fault strikes: what is set of it, and numbers that decide the rest. */
export interface Strike extends Required<Omit<Measures, 'path'>> {
  readonly random: Random;
}

/** What an HTTP fault is decided by. */
export interface Occasion {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

interface Standing {
  readonly setting: Armed;
  asked: number;
  struck: number;
}

/**
 * The faults of one server. Whether one strikes is decided by its seed and by how many occasions it has had since it was
 * switched on, and by nothing else: the same seed strikes at the same ones again.
 */
export class Faults<N extends string> {
  readonly #kinds: readonly (FaultKind & { readonly name: N })[];
  readonly #standing = new Map<string, Standing>();
  readonly #changes: z.ZodType<Wanted<N>>;

  constructor(kinds: readonly (FaultKind & { readonly name: N })[]) {
    this.#kinds = kinds;
    const names = z.enum(kinds.map(({ name }) => name));
    this.#changes = z.partialRecord(names, SETTING.nullable()) as z.ZodType as z.ZodType<Wanted<N>>;
  }

  /**
   * Switches faults on and off; one that is on begins anew. Gives all of them.
   * @throws ZodError for names that are not known, and for what cannot be said of a fault
   */
  change(change: FaultChange<N>): FaultState<N>[] {
    const wanted = this.#changes.parse(change);
    for (const kind of this.#kinds) requireHeeded(kind, wanted[kind.name] ?? {});
    for (const { name } of this.#kinds) {
      const setting = wanted[name];
      if (setting === null) this.#standing.delete(name);
      else if (setting !== undefined) this.#standing.set(name, { setting, asked: 0, struck: 0 });
    }
    return this.state();
  }

  /** Switches all of them off. */
  reset(): void {
    this.#standing.clear();
  }

  state(): FaultState<N>[] {
    return this.#kinds.map((kind) => {
      const { setting = null, asked = 0, struck = 0 } = this.#standing.get(kind.name) ?? {};
      return { ...kind, setting, asked, struck };
    });
  }

  /** Whether any of a group is switched on. */
  isAny(group: FaultGroup): boolean {
    return this.#kinds.some((kind) => kind.group === group && this.#standing.has(kind.name));
  }

  /** To be called on every occasion; undefined: nothing happens. `about` is the request, if there is one. */
  strike(name: N, about?: Occasion): Strike | undefined {
    const standing = this.#standing.get(name);
    const defaults = this.#kinds.find((kind) => kind.name === name)?.defaults;
    if (!standing || !suits({ ...defaults, ...standing.setting }, about)) return undefined;
    const { seed, rate, times = Number.POSITIVE_INFINITY } = standing.setting;
    const random = makeRandom(seed, name, standing.asked++);
    if (!random.chance(rate) || standing.struck >= times) return undefined;
    standing.struck++;
    const { ms = 0, copies = 1, bytes = 0 } = { ...defaults, ...standing.setting };
    return { ms, copies, bytes, random };
  }
}

/** What a fault does not heed is a mistake of whoever says it. */
function requireHeeded({ name, defaults }: FaultKind, setting: object): void {
  const heeded = ['rate', 'seed', 'times', ...Object.keys(defaults), ...('path' in defaults ? ['method'] : [])];
  const [stray] = Object.keys(setting).filter((key) => !heeded.includes(key));
  if (stray === undefined) return;
  throw new z.ZodError([
    { code: 'custom', path: [name, stray], message: 'this fault does not heed it', input: setting },
  ]);
}

function suits(
  { path, method }: { path?: string | undefined; method?: string | undefined },
  about?: Occasion,
): boolean {
  if (about === undefined) return true;
  return (method ?? about.method) === about.method && new RegExp(path ?? '').test(about.path);
}

function isRegExp(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
