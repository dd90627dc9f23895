import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './command.ts';

/** `parseArgs` whose complaints are UsageErrors. */
export function readOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'bad arguments');
  }
}

/** Throws UsageError for what cannot be a connection's namespace. */
export function checkConnection(connection: string): string {
  if (/^[\w.-]{1,128}$/.test(connection)) return connection;
  throw new UsageError('--connection may hold letters, digits, dot, dash and underscore, at most 128');
}

const OF_AN_IMPORT = {
  connection: { type: 'string' },
  task: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** The arguments of a command about an import that is there: `--connection ID [--task ID] [--json]`, and those of `more`. */
export function readImportOptions<T extends NonNullable<ParseArgsConfig['options']>>(args: string[], more: T) {
  const options: typeof OF_AN_IMPORT & T = { ...OF_AN_IMPORT, ...more };
  const { values } = readOptions({ args, options });
  const { connection, task } = values as { connection?: string; task?: string };
  if (connection === undefined) throw new UsageError('name a connection');
  if (task !== undefined && !/^[0-9a-f-]{36}$/i.test(task)) throw new UsageError("--task must be a Task's id");
  return { ...values, connection: checkConnection(connection), task };
}
