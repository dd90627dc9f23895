import { once } from 'node:events';
import { readEnvironment } from '../fasten/read-environment.ts';
import { seed } from '../seed.ts';
import { UserError } from '../supervise/user-error.ts';
import { type CliOptions, readOptions, USAGE } from './read-options.ts';
import { type Parts, startParts } from './start-parts.ts';

/**
 * Starts what the arguments ask for, says where it is, and stops it on Ctrl-C or SIGTERM.
 *
 * @returns The exit code: 0 after it was stopped or for help, 1 for a fault, which stands on stderr.
 */
export async function runSandbox(args: readonly string[]): Promise<number> {
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.abort());
  try {
    const options = readOptions(args, process.env);
    if (options === undefined) {
      console.log(USAGE);
      return 0;
    }
    const parts = await startParts(options, process.env);
    try {
      const told = describe(parts);
      console.log(options.json ? JSON.stringify(told) : welcome(told, options));
      return await untilStopped(parts, stopped.signal);
    } finally {
      await parts.close();
    }
  } catch (error) {
    console.error(error instanceof UserError ? error.message : error);
    return 1;
  }
}

async function untilStopped({ redis }: Parts, signal: AbortSignal): Promise<number> {
  const asked = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  // Only Redis is a process of its own, which can end without us.
  const lost = await Promise.race([asked.then(() => false), ...(redis ? [redis.exited.then(() => true)] : [])]);
  if (lost && !signal.aborted) throw new UserError('Redis ended by itself.');
  return 0;
}

/** Addresses, keys and people; what `--json` prints. */
function describe({ medplum, fasten, redis }: Parts) {
  const { publicId, privateKey } = readEnvironment(process.env);
  return {
    ...(medplum && {
      medplum: {
        baseUrl: medplum.baseUrl,
        clients: seed.clients.map(({ id, secret, name }) => ({ name, clientId: id, clientSecret: secret })),
        users: seed.users.map(({ email, password }) => ({ email, password })),
      },
    }),
    ...(fasten && {
      fasten: {
        baseUrl: fasten.baseUrl,
        storageOrigin: fasten.storageOrigin,
        stitchScriptUrl: fasten.stitchScriptUrl,
        adminUrl: fasten.adminUrl,
        publicId,
        privateKey,
        webhookUrl: fasten.webhook().url,
        webhookSecret: fasten.webhook().secret,
      },
    }),
    ...(redis && { redis: { url: redis.url } }),
  };
}

type Told = ReturnType<typeof describe>;

function welcome({ medplum, fasten, redis }: Told, { dataDir }: CliOptions): string {
  const lines = ['The sandbox is up. Its keys and passwords are public: keep no real record in it.', ''];
  if (medplum) {
    lines.push(`  Medplum     ${medplum.baseUrl}`);
    for (const { name, clientId, clientSecret } of medplum.clients)
      lines.push(`              client ${clientId}  ${clientSecret}  (${name})`);
    for (const { email, password } of medplum.users) lines.push(`              person ${email}  ${password}`);
    lines.push('');
  }
  if (fasten) {
    lines.push(
      `  Fasten API  ${fasten.baseUrl}    downloads at ${fasten.storageOrigin}`,
      `  Stitch      ${fasten.stitchScriptUrl}`,
      `  keys        ${fasten.publicId}  ${fasten.privateKey}`,
      `  webhooks    to ${fasten.webhookUrl ?? 'nowhere yet (--webhook-url)'}, signed with ${fasten.webhookSecret}`,
      `  control     ${fasten.adminUrl}  (connections, events, clock, faults: a page, and by HTTP)`,
      '',
    );
  }
  if (redis) lines.push(`  Redis       ${redis.url}`, '');
  lines.push(
    `  ${dataDir ? `Data lives in ${dataDir}` : 'Nothing outlives this process (--data DIR)'}. Ctrl-C stops it.`,
  );
  return lines.join('\n');
}
