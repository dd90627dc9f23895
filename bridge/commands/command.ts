/** A command of `npm run`. */
export interface Command {
  /** Printed behind what is wrong with the arguments. */
  readonly usage: string;
  /** Gives the exit code. Throws {@link UsageError} for wrong arguments, and whatever the rooms throw. */
  run(args: string[], env: NodeJS.ProcessEnv): Promise<number>;
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}
