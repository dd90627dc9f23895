import type { MedplumClient } from '@medplum/core';
import type { AccessPolicy, Project } from '@medplum/fhirtypes';
import type { Config } from '../config.ts';
import { PermanentError } from '../errors.ts';
import { createMedplum } from '../medplum/client/create-medplum.ts';
import { readHealth } from '../medplum/read-health.ts';
import { about, type Finding } from './finding.ts';

const medplum = about('medplum');
const quota = about('quota');

const PROVISION = 'npm run provision does it';
const LEAST_VERSION = 5;

export interface MedplumChecks {
  /** Whether transactions are transactions; see `probeTransactions` of ingest. */
  readonly probeTransactions: (client: MedplumClient) => Promise<boolean>;
  /** Resources that are expected on a day. */
  readonly resourcesPerDay: number;
}

/** Whether Medplum answers, is new enough, lets the bridge in as what it should be, and has room for what is expected. */
export async function checkMedplum(
  config: Pick<Config, 'medplum' | 'eraser'>,
  checks: MedplumChecks,
): Promise<{ found: Finding[]; clockMs?: number | undefined }> {
  const { baseUrl } = config.medplum;
  const health = await readHealth(baseUrl).catch(() => undefined);
  const { origin, protocol, hostname } = new URL(baseUrl);
  if (!health) return { found: [medplum.fault(`${origin} does not answer: start it, or set MEDPLUM_BASE_URL`)] };
  const { clockMs, version = '' } = health;
  const found = [checkVersion(version)];
  if (protocol === 'http:' && !/^(127\.|localhost$|.*\.localhost$)/.test(hostname)) {
    found.push(medplum.warning(`health data goes to ${origin} without TLS: set an https address in MEDPLUM_BASE_URL`));
  }
  try {
    const { client, close } = await createMedplum(config.medplum);
    try {
      found.push(...(await checkRights(client)), await checkTransactions(client, checks), checkQuota(client, checks));
    } finally {
      await close();
    }
    if (config.eraser) found.push(await checkAdmin(config.eraser));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    found.push(medplum.fault(error.message));
  }
  return { found, clockMs };
}

function checkVersion(version: string): Finding {
  const major = Number.parseInt(version, 10);
  if (major < LEAST_VERSION)
    return medplum.fault(`version ${version} is too old: ${LEAST_VERSION}.0 or newer is needed`);
  return medplum.ok(`version ${version || 'unknown'}`);
}

interface Me {
  readonly membership?: { readonly admin?: boolean };
  readonly project?: { readonly superAdmin?: boolean };
  readonly accessPolicy?: AccessPolicy;
}

/** An ordinary client with a policy of its own. */
async function checkRights(client: MedplumClient): Promise<Finding[]> {
  const { membership, project, accessPolicy }: Me = await client.get('auth/me');
  if (membership?.admin || project?.superAdmin) {
    return [medplum.fault(`MEDPLUM_CLIENT_ID is an admin, and the bridge must not be one: ${PROVISION}`)];
  }
  if (!accessPolicy?.resource || accessPolicy.resource.some(({ resourceType }) => resourceType === '*')) {
    return [
      medplum.fault(`MEDPLUM_CLIENT_ID may read everything and make bots: give it its AccessPolicy; ${PROVISION}`),
    ];
  }
  const lacking = ['Consent', 'Task', 'Basic', 'Binary', 'AuditEvent', 'Subscription', 'Bot'].filter(
    (type) => !accessPolicy.resource?.some(({ resourceType }) => resourceType === type),
  );
  if (lacking.length > 0) return [medplum.fault(`MEDPLUM_CLIENT_ID may not use ${lacking.join(', ')}: ${PROVISION}`)];
  return [medplum.ok('the bridge’s client is limited to what it needs'), await checkBots(client)];
}

async function checkBots(client: MedplumClient): Promise<Finding> {
  const bots = await client.searchResources('Bot', { _count: '1' }, { cache: 'reload' });
  return bots.length > 0
    ? medplum.ok('bots are deployed')
    : medplum.warning(`no bot is deployed, nothing happens when records have come: ${PROVISION}`);
}

async function checkTransactions(client: MedplumClient, { probeTransactions }: MedplumChecks): Promise<Finding> {
  return (await probeTransactions(client))
    ? medplum.ok('transactions are on')
    : medplum.fault(
        `transactions are off, imports are slower: add the Project feature transaction-bundles; ${PROVISION}`,
      );
}

/** A stored resource costs 100 units; matching, documents and the proof beside it a fifth more. */
const UNITS_A_RESOURCE = 120;
const MINUTES_A_DAY = 24 * 60;
/** Records do not come evenly: the busiest hour brings about four times as much as the average. */
const PEAK = 4;

/** What is left at the beginning of a minute is about all there is. */
function checkQuota(client: MedplumClient, { resourcesPerDay }: MedplumChecks): Finding {
  const limit = client.rateLimitStatus().find(({ name }) => name === 'fhirInteractions');
  if (!limit) return quota.ok('the server names none');
  const needed = Math.ceil((resourcesPerDay * UNITS_A_RESOURCE * PEAK) / MINUTES_A_DAY);
  const has = `${limit.remainingUnits} units a minute, ${needed} are needed for ${resourcesPerDay} resources a day`;
  if (limit.remainingUnits >= needed) return quota.ok(has);
  return quota.fault(`${has}: raise userFhirQuota of the Project (MEDPLUM_FHIR_QUOTA); ${PROVISION}`);
}

/** The second client, for erasing: an admin, and one who sees what the project may do. */
async function checkAdmin(eraser: NonNullable<Config['eraser']>): Promise<Finding> {
  const signedIn = await createMedplum(eraser).catch((error: unknown) => {
    if (error instanceof PermanentError) return undefined;
    throw error;
  });
  if (!signedIn) return medplum.fault(`Medplum refuses MEDPLUM_ADMIN_CLIENT_ID and its secret: ${PROVISION}`);
  const { client, close } = signedIn;
  try {
    const { membership }: Me = await client.get('auth/me');
    if (!membership?.admin) return medplum.fault(`MEDPLUM_ADMIN_CLIENT_ID is no admin of its project: ${PROVISION}`);
    const project: Project = await client.readResource('Project', client.getProject()?.id ?? '');
    const missing = ['bots', 'transaction-bundles'].filter(
      (feature) => !project.features?.some((one) => one === feature),
    );
    if (missing.length === 0) return medplum.ok('the project has its features');
    return medplum.fault(`the project lacks ${missing.join(' and ')}: a super admin adds them; ${PROVISION}`);
  } finally {
    await close();
  }
}
