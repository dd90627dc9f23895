/** What a provisioning changed, or would change; and what somebody else has to do. */
export interface Provisioned {
  /** In order; empty when everything was as it should be. */
  readonly changes: readonly string[];
  /** What this login may not do, with what to do. */
  readonly todo: readonly string[];
  /** Variables of the environment that the bridge needs from now on, and whose values this run made. */
  readonly made: Readonly<Record<string, string>>;
}

/** The book of one run. With `isPlan` every change is written down and none is made. */
export class Steps {
  readonly isPlan: boolean;
  readonly #changes: string[] = [];
  readonly #todo: string[] = [];
  readonly #made: Record<string, string> = {};

  constructor(isPlan: boolean) {
    this.isPlan = isPlan;
  }

  /** Makes a change and writes it down. Undefined: this is a plan, nothing was made. */
  async change<T>(what: string, make: () => Promise<T>): Promise<T | undefined> {
    const made = this.isPlan ? undefined : await make();
    this.#changes.push(what);
    return made;
  }

  /** Something that has to be done and cannot be done with this login. */
  leave(what: string): void {
    this.#todo.push(what);
  }

  /** A credential that nobody knows yet but the server. */
  hand(name: string, value: string): void {
    this.#made[name] = value;
  }

  result(): Provisioned {
    return { changes: this.#changes, todo: this.#todo, made: this.#made };
  }
}
