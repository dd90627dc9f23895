/** Which Medplum bots are deployed to, and who deploys. */
export interface DeploySettings {
  /** Ends in a slash. */
  readonly baseUrl: string;
  /** A client whose membership is admin of the project: only such a one may make bots. */
  readonly adminClientId: string;
  readonly adminClientSecret: string;
  /** The bridge's client: what it writes are loads. */
  readonly bridgeClientId: string;
  /** Where the server runs bots. */
  readonly runtime: 'awslambda' | 'vmcontext';
  /** Names of bots that may send e-mail, which Medplum lets admins of the project only: they are made such. */
  readonly mayEmail?: readonly string[];
}

/** What the sandbox is seeded with; worth nothing anywhere else. */
const SANDBOX = {
  MEDPLUM_ADMIN_CLIENT_ID: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d24',
  MEDPLUM_ADMIN_CLIENT_SECRET: 'sandbox-eraser-secret',
  MEDPLUM_CLIENT_ID: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d21',
};

const REQUIRED = [
  'MEDPLUM_BASE_URL',
  'MEDPLUM_ADMIN_CLIENT_ID',
  'MEDPLUM_ADMIN_CLIENT_SECRET',
  'MEDPLUM_CLIENT_ID',
] as const;

/** Something that whoever deploys has to put right; told without a stack. */
export class DeployError extends Error {}

/**
 * Reads them from the environment; without MEDPLUM_BASE_URL the running sandbox.
 *
 * @throws DeployError that names every variable that is missing or unusable.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): DeploySettings {
  const sandbox = { MEDPLUM_BASE_URL: `http://127.0.0.1:${env.SANDBOX_MEDPLUM_PORT || '8103'}/`, ...SANDBOX };
  const given: Readonly<Record<string, string | undefined>> = env.MEDPLUM_BASE_URL ? env : { ...env, ...sandbox };
  const faults = REQUIRED.filter((name) => !given[name]).map((name) => `${name} is missing`);
  const runtime = given.BOT_RUNTIME || 'vmcontext';
  if (runtime !== 'vmcontext' && runtime !== 'awslambda') faults.push('BOT_RUNTIME must be vmcontext or awslambda');
  const baseUrl = given.MEDPLUM_BASE_URL ?? '';
  if (baseUrl && !URL.canParse(baseUrl)) faults.push('MEDPLUM_BASE_URL must be a URL');
  if (faults.length > 0) throw new DeployError(`the environment cannot be used:\n  ${faults.join('\n  ')}`);
  return {
    baseUrl: baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`,
    adminClientId: given.MEDPLUM_ADMIN_CLIENT_ID ?? '',
    adminClientSecret: given.MEDPLUM_ADMIN_CLIENT_SECRET ?? '',
    bridgeClientId: given.MEDPLUM_CLIENT_ID ?? '',
    runtime: runtime === 'awslambda' ? runtime : 'vmcontext',
    mayEmail: (given.BOTS_MAY_EMAIL ?? '').split(/[\s,]+/).filter((name) => name !== ''),
  };
}
