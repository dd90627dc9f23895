import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { text as readText } from 'node:stream/consumers';
import vm from 'node:vm';
import {
  ContentType,
  createReference,
  Hl7Message,
  MedplumClient,
  normalizeErrorString,
  normalizeOperationOutcome,
  resolveId,
  type WithId,
} from '@medplum/core';
import type { AuditEvent, Bot, Coding, Reference, Resource, Subscription } from '@medplum/fhirtypes';
import type { AuthWorld } from '../auth/authenticate.ts';
import type { Member } from '../auth/logins.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import { systemRepository } from '../repository/system-repository.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
/** How much of a bot's log the AuditEvent keeps: its end. */
const MAX_LOG_LENGTH = 10 * 1024;

export interface BotRun {
  readonly bot: WithId<Bot>;
  readonly runAs: Member;
  readonly requester: Reference | undefined;
  readonly input: unknown;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly subscription?: WithId<Subscription>;
}

export interface BotResult {
  readonly success: boolean;
  readonly log: string;
  readonly returnValue?: unknown;
}

/**
 * Runs a bot as the real server's `vmcontext` does (packages/server/src/bots/vmcontext.ts): with the globals that it gives
 * and no others, a token of the bot's own membership, and an AuditEvent afterwards, however it ends.
 */
export async function runBot(world: RepositoryWorld, auth: AuthWorld, run: BotRun): Promise<BotResult> {
  const start = new Date().toISOString();
  const result = await execute(world, auth, run);
  await record(world, auth, run, start, result);
  return result;
}

async function execute(world: RepositoryWorld, auth: AuthWorld, run: BotRun): Promise<BotResult> {
  const { bot, runAs, input, contentType, requester, headers } = run;
  if (!runAs.project.features.includes('bots')) return { success: false, log: 'Bots not enabled' };
  if (bot.runtimeVersion !== 'vmcontext') return { success: false, log: 'Unsupported bot runtime' };
  if (!world.switches.vmContextBots) return { success: false, log: 'VM Context bots not enabled on this server' };
  const code = await readCode(world, bot);
  if (code === undefined) return { success: false, log: 'No executable code' };
  const lines: string[] = [];
  const login = auth.logins.create({
    userId: bot.id,
    membershipId: runAs.membershipId,
    method: 'client',
    granted: true,
  });
  const { access_token: accessToken } = await auth.tokens.issue(login, runAs);
  const sandbox = {
    console: consoleTo(lines),
    fetch,
    require: createRequire(import.meta.url),
    ContentType,
    Hl7Message,
    MedplumClient,
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    event: {
      bot: createReference(bot),
      baseUrl: new URL('../../', world.urls.fhirBase).href,
      accessToken,
      requester,
      input,
      contentType,
      secrets: {},
      traceId: randomUUID(),
      headers,
    },
  };
  try {
    const timeout = bot.timeout ? bot.timeout * 1000 : DEFAULT_TIMEOUT_MS;
    const returnValue: unknown = await vm.runInNewContext(wrap(code), sandbox, { timeout });
    return { success: true, log: lines.join('\n'), returnValue };
  } catch (error) {
    lines.push(`Error ${normalizeErrorString(error)}`);
    return { success: false, log: lines.join('\n'), returnValue: normalizeOperationOutcome(error) };
  }
}

/** The text around a bot's code: what it finds beside the sandbox's globals. */
function wrap(code: string): string {
  return `
  const exports = {};
  const module = { exports };
  ${code}
  (async () => {
    const { baseUrl, accessToken, ...given } = event;
    const medplum = new MedplumClient({ baseUrl, fetch });
    medplum.setAccessToken(accessToken);
    try {
      return await exports.handler(medplum, given);
    } catch (error) {
      const isPlain = typeof error === 'object' && !(error instanceof Error);
      const told = isPlain ? JSON.stringify(error, undefined, 2) : error?.stack ? error.message + '\\n' + error.stack : error;
      console.log('Unhandled error: ' + told);
      throw error;
    }
  })();`;
}

async function readCode(world: RepositoryWorld, bot: Bot): Promise<string | undefined> {
  const reference = bot.executableCode?.url;
  const id = reference?.startsWith('Binary/') ? resolveId({ reference }) : undefined;
  const content = id && world.store.find('Binary', id)?.content;
  if (!id || !content) return undefined;
  return readText(world.binaries.read(id, (JSON.parse(content) as Resource).meta?.versionId ?? ''));
}

/** `log` is all that a bot finds there, and objects are told as poorly as by the real server. */
function consoleTo(lines: string[]) {
  return {
    log: (...values: unknown[]): void => {
      lines.push(values.join(' '));
    },
  };
}

async function record(world: RepositoryWorld, auth: AuthWorld, run: BotRun, start: string, result: BotResult) {
  const { bot, runAs, requester, input, subscription } = run;
  const end = new Date().toISOString();
  const event: AuditEvent = {
    resourceType: 'AuditEvent',
    period: { start, end },
    recorded: end,
    type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
    agent: [
      { ...(requester && { who: requester as AuditWho }), requestor: true },
      { who: { reference: runAs.profile, display: runAs.display } as AuditWho, requestor: false },
    ],
    source: { observer: createReference(bot) as AuditWho },
    entity: entitiesOf([bot, input, subscription]),
    outcome: result.success ? '0' : '4',
    outcomeDesc: result.log.slice(-MAX_LOG_LENGTH),
  };
  await systemRepository(world, auth.quotas, runAs.project.id).createResource(event);
}

type AuditWho = NonNullable<AuditEvent['agent'][number]['who']>;

/** What an AuditEvent is about: those of the values that are resources. */
export function entitiesOf(values: readonly unknown[]): NonNullable<AuditEvent['entity']> {
  const resources = values.filter((one): one is WithId<Resource> => {
    return typeof one === 'object' && one !== null && 'resourceType' in one && 'id' in one;
  });
  return resources.map((one) => ({ what: createReference(one), role: roleOf(one) }));
}

function roleOf({ resourceType }: Resource): Coding {
  if (resourceType === 'Patient') return { code: '1', display: 'Patient' };
  return resourceType === 'Subscription' ? { code: '9', display: 'Subscriber' } : { code: '4', display: 'Domain' };
}
