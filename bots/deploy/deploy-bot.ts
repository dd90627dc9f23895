import { deepEquals, type MedplumClient, type WithId } from '@medplum/core';
import type { AccessPolicy, Bot, Meta, ProjectMembership, Reference, Subscription } from '@medplum/fhirtypes';
import type { BotConfig } from '../build.ts';
import { makeSubscription } from './make-subscription.ts';
import { DeployError, type DeploySettings } from './read-settings.ts';

/** What a deployment had to change of a bot; nothing: all was as it should be. */
export type Deployed = readonly ('created' | 'access' | 'settings' | 'code' | 'subscription')[];

export interface DeployTarget {
  readonly medplum: MedplumClient;
  readonly projectId: string;
  readonly settings: Pick<DeploySettings, 'bridgeClientId' | 'runtime' | 'mayEmail'>;
  /** Says what would be changed and changes nothing. */
  readonly isPlan?: boolean;
}

/**
 * Brings one bot on the server to what `medplum.config.json` and its code say: AccessPolicy, Bot, membership, code,
 * and last its Subscriptions, so that it is never started half made. Whatever is right already is not touched, so that it
 * can be run, killed and run again.
 *
 * @param code - See `buildBot`.
 * @throws DeployError with what to do, when the server may not run bots or knows two of this name.
 */
export async function deployBot(target: DeployTarget, config: BotConfig, code: string): Promise<Deployed> {
  const changes: Deployed[number][] = [];
  const policy = await keepPolicy(target, config, changes);
  const bot = await keepBot(target, config, policy, changes);
  if (!bot) return [...new Set<Deployed[number]>([...changes, 'code', 'subscription'])];
  if (policy) await keepMembership(target, bot, policy, changes);
  if ((await readCode(target, bot)) !== code) {
    if (!target.isPlan) await sendCode(target, bot, config, code);
    changes.push('code');
  }
  await keepSubscriptions(target, config, bot, changes);
  if (changes.length > 0 && !target.isPlan) await tryOut(target, bot, config);
  return [...new Set(changes)];
}

async function keepPolicy(target: DeployTarget, { name, access }: BotConfig, changes: Deployed[number][]) {
  const wanted: AccessPolicy = { resourceType: 'AccessPolicy', name: `Bot ${name}`, resource: [...access] };
  const found = await findByName<AccessPolicy>(target, 'AccessPolicy', `Bot ${name}`);
  return keep(target, found, wanted, 'access', changes);
}

/** Undefined: a plan would have to make it. */
async function keepBot(
  target: DeployTarget,
  { name, description }: BotConfig,
  policy: WithId<AccessPolicy> | undefined,
  changes: Deployed[number][],
): Promise<WithId<Bot> | undefined> {
  const { medplum, projectId, settings, isPlan } = target;
  const wanted = { name, description, runtimeVersion: settings.runtime };
  const found = await findByName<Bot>(target, 'Bot', name);
  if (found) {
    if (!differs(found, wanted)) return found;
    changes.push('settings');
    if (isPlan) return found;
    // By JSON Patch: the links to its code are presigned when read, and must not be written back.
    const replace = Object.entries(wanted).map(([field, value]) => ({
      op: found[field as keyof Bot] === undefined ? ('add' as const) : ('replace' as const),
      path: `/${field}`,
      value,
    }));
    return medplum.patchResource('Bot', found.id, replace);
  }
  changes.push('created');
  if (isPlan || !policy) return undefined;
  return medplum.post(`admin/projects/${projectId}/bot`, { ...wanted, accessPolicy: referenceTo(policy) });
}

async function keepMembership(
  { medplum, isPlan, settings }: DeployTarget,
  bot: WithId<Bot>,
  policy: WithId<AccessPolicy>,
  changes: Deployed[number][],
): Promise<void> {
  const query = { profile: `Bot/${bot.id}` };
  const membership = await medplum.searchOne('ProjectMembership', query, { cache: 'reload' });
  if (!membership) throw new DeployError(`the bot ${bot.name} is no member of the project: delete it and deploy again`);
  const isOnly = membership.accessPolicy?.reference === referenceTo(policy).reference && !membership.access?.length;
  const admin = settings.mayEmail?.includes(bot.name ?? '') ?? false;
  if (isOnly && (membership.admin ?? false) === admin) return;
  changes.push('access');
  if (isPlan) return;
  const { access: _, ...rest } = membership;
  await medplum.updateResource<ProjectMembership>({ ...rest, admin, accessPolicy: referenceTo(policy) });
}

/** The code that the server runs now; undefined when it has none that can be read. */
async function readCode({ medplum }: DeployTarget, { id }: WithId<Bot>): Promise<string | undefined> {
  const { executableCode } = await medplum.readResource('Bot', id, { cache: 'reload' });
  // Read as a presigned link, in whose path the Binary is named.
  const [binary] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(executableCode?.url ?? '') ?? [];
  if (!binary) return undefined;
  const blob = await medplum.download(medplum.fhirUrl('Binary', binary)).catch(() => undefined);
  return blob?.text();
}

async function sendCode({ medplum }: DeployTarget, bot: WithId<Bot>, { name }: BotConfig, code: string): Promise<void> {
  try {
    await medplum.post(medplum.fhirUrl('Bot', bot.id, '$deploy'), { code, filename: `${name}.cjs` });
  } catch (error) {
    if (!messageOf(error).includes('Bots not enabled')) throw error;
    throw new DeployError('the project may not run bots: a super admin has to add `bots` to Project.features');
  }
}

async function keepSubscriptions(
  target: DeployTarget,
  config: BotConfig,
  bot: WithId<Bot>,
  changes: Deployed[number][],
): Promise<void> {
  const { medplum, settings } = target;
  const query = { url: `Bot/${bot.id}`, _count: '100' };
  const left: WithId<Subscription>[] = [...(await medplum.searchResources('Subscription', query, { cache: 'reload' }))];
  for (const one of config.subscriptions) {
    const wanted = makeSubscription(one, config.name, bot.id, settings.bridgeClientId);
    const at = left.findIndex(({ criteria }) => criteria === wanted.criteria);
    const [found] = at < 0 ? [] : left.splice(at, 1);
    await keep(target, found, wanted, 'subscription', changes);
  }
  for (const { id } of left) {
    changes.push('subscription');
    if (!target.isPlan) await medplum.deleteResource('Subscription', id);
  }
}

/** Whether the server runs it: a stock server takes the code and then refuses each run. */
async function tryOut({ medplum }: DeployTarget, bot: WithId<Bot>, { name }: BotConfig): Promise<void> {
  try {
    // A bot that is not concerned by a resource does nothing with it.
    await medplum.executeBot(bot.id, { resourceType: 'Basic', code: { text: 'deployed' } }, 'application/fhir+json');
  } catch (error) {
    const remedy = messageOf(error).includes('VM Context bots not enabled')
      ? 'set `vmContextBotsEnabled` to true in the server’s configuration, or BOT_RUNTIME=awslambda'
      : 'look at its AuditEvents';
    throw new DeployError(`${name} is deployed and does not run (${messageOf(error)}): ${remedy}`);
  }
}

/** Stores a resource, or what differs of it. Undefined: a plan would have to make it. */
async function keep<T extends AccessPolicy | Subscription>(
  { medplum, isPlan }: DeployTarget,
  found: WithId<T> | undefined,
  wanted: T,
  kind: Deployed[number],
  changes: Deployed[number][],
): Promise<WithId<T> | undefined> {
  if (found && !differs(found, wanted)) return found;
  changes.push(kind);
  if (isPlan) return found;
  if (!found) return medplum.createResource(wanted);
  return medplum.updateResource<T>({ ...found, ...wanted, meta: { ...found.meta, ...wanted.meta } });
}

/** Whether the stored resource says anything else in what we say of it; of `meta`, the tags. */
function differs(stored: AccessPolicy | Bot | Subscription, wanted: object): boolean {
  const said = new Map(Object.entries(stored));
  return Object.entries(wanted).some(([field, value]) => {
    if (field === 'meta') return !deepEquals(stored.meta?.tag ?? [], (value as Meta).tag ?? []);
    return !deepEquals(said.get(field), value);
  });
}

async function findByName<T extends AccessPolicy | Bot>(
  { medplum }: DeployTarget,
  type: T['resourceType'],
  name: string,
): Promise<WithId<T> | undefined> {
  const found = await medplum.searchResources(type, { name, _count: '100' }, { cache: 'reload' });
  // The search is by the beginning of a name.
  const [own, another] = (found as unknown as WithId<T>[]).filter((one) => one.name === name);
  if (another) throw new DeployError(`the project has two ${type} named ${name}: delete the one that is not in use`);
  return own;
}

function referenceTo({ id }: WithId<AccessPolicy>): Reference<AccessPolicy> & { reference: string } {
  return { reference: `AccessPolicy/${id}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
