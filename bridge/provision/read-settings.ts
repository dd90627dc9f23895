import { z } from 'zod';
import { SANDBOX_CLIENT } from '../config.ts';
import { configError, describeIssue, type Environment, withoutEmpty } from '../environment.ts';

const text = z.string().min(1).optional();

/** What `npm run provision` is told, one comment a variable; the bridge itself reads none but its client's. */
export const provisionEnvironment = z.object({
  /** Where Medplum answers. */
  MEDPLUM_BASE_URL: z.url({ protocol: /^https?$/ }),
  /** The bridge's ClientApplication; without them one is made and handed over. */
  MEDPLUM_CLIENT_ID: text,
  /** Its secret; one that the server does not have yet becomes its new one. */
  MEDPLUM_CLIENT_SECRET: text,
  /** An admin of the project, as a client. */
  MEDPLUM_ADMIN_CLIENT_ID: text,
  /** The secret of that admin’s client. */
  MEDPLUM_ADMIN_CLIENT_SECRET: text,
  /** An admin of the project, as a person. */
  MEDPLUM_ADMIN_EMAIL: text,
  /** The password of that person. */
  MEDPLUM_ADMIN_PASSWORD: text,
  /** A super admin of the server, as a client: makes the project, sets its features and its quota. */
  MEDPLUM_SUPER_ADMIN_CLIENT_ID: text,
  /** The secret of that super admin’s client. */
  MEDPLUM_SUPER_ADMIN_CLIENT_SECRET: text,
  /** A super admin of the server, as a person. */
  MEDPLUM_SUPER_ADMIN_EMAIL: text,
  /** The password of that person. */
  MEDPLUM_SUPER_ADMIN_PASSWORD: text,
  /** Which project; without it a super admin finds or makes it by its name. */
  MEDPLUM_PROJECT_ID: text,
  /** The name by which a super admin finds or makes the project. */
  MEDPLUM_PROJECT_NAME: z.string().min(1).default('Fasten bridge'),
  /** FHIR interaction units a minute and member. A stored resource costs 100, so this is 50,000 resources a minute. */
  MEDPLUM_FHIR_QUOTA: z.coerce.number().int().min(50_000).default(5_000_000),
  /** Where the server runs bots: `vmcontext` or `awslambda`. */
  BOT_RUNTIME: z.enum(['vmcontext', 'awslambda']).default('vmcontext'),
});

type Variables = z.output<typeof provisionEnvironment>;

/** Credentials of a client, or of a person. */
export type AdminLogin =
  | { readonly clientId: string; readonly clientSecret: string }
  | { readonly email: string; readonly password: string };

/** What the sandbox is seeded with; worth nothing anywhere else. */
const SANDBOX = {
  ...SANDBOX_CLIENT,
  MEDPLUM_ADMIN_CLIENT_ID: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d24',
  MEDPLUM_ADMIN_CLIENT_SECRET: 'sandbox-eraser-secret',
  MEDPLUM_SUPER_ADMIN_CLIENT_ID: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d25',
  MEDPLUM_SUPER_ADMIN_CLIENT_SECRET: 'sandbox-super-secret',
  MEDPLUM_PROJECT_NAME: 'Sandbox',
};

/**
 * Reads who provisions which Medplum; without MEDPLUM_BASE_URL the running sandbox.
 *
 * @throws ConfigError naming every variable that is missing or unusable, all at once.
 */
export function readProvisionSettings(env: Environment) {
  const sandbox = { MEDPLUM_BASE_URL: `http://127.0.0.1:${env.SANDBOX_MEDPLUM_PORT || '8103'}/`, ...SANDBOX };
  const given = env.MEDPLUM_BASE_URL ? withoutEmpty(env) : { ...withoutEmpty(env), ...sandbox };
  const parsed = provisionEnvironment.safeParse(given);
  if (!parsed.success) throw configError(parsed.error.issues.map((issue) => describeIssue(issue, given)));
  const { data } = parsed;
  const [admin, superAdmin] = [adminOf(data), superAdminOf(data)];
  if (!admin && !superAdmin) {
    throw configError([
      'MEDPLUM_ADMIN_* or MEDPLUM_SUPER_ADMIN_* is missing: CLIENT_ID and CLIENT_SECRET, or EMAIL and PASSWORD',
    ]);
  }
  return {
    baseUrl: data.MEDPLUM_BASE_URL.replace(/\/?$/, '/'),
    project: { id: data.MEDPLUM_PROJECT_ID, name: data.MEDPLUM_PROJECT_NAME, quota: data.MEDPLUM_FHIR_QUOTA },
    bridge: { id: data.MEDPLUM_CLIENT_ID, secret: data.MEDPLUM_CLIENT_SECRET },
    adminClient: { id: data.MEDPLUM_ADMIN_CLIENT_ID, secret: data.MEDPLUM_ADMIN_CLIENT_SECRET },
    admin,
    superAdmin,
    runtime: data.BOT_RUNTIME,
  };
}

export type ProvisionSettings = ReturnType<typeof readProvisionSettings>;

function adminOf(data: Variables): AdminLogin | undefined {
  return loginOf(
    data.MEDPLUM_ADMIN_CLIENT_ID,
    data.MEDPLUM_ADMIN_CLIENT_SECRET,
    data.MEDPLUM_ADMIN_EMAIL,
    data.MEDPLUM_ADMIN_PASSWORD,
  );
}

function superAdminOf(data: Variables): AdminLogin | undefined {
  return loginOf(
    data.MEDPLUM_SUPER_ADMIN_CLIENT_ID,
    data.MEDPLUM_SUPER_ADMIN_CLIENT_SECRET,
    data.MEDPLUM_SUPER_ADMIN_EMAIL,
    data.MEDPLUM_SUPER_ADMIN_PASSWORD,
  );
}

function loginOf(clientId?: string, clientSecret?: string, email?: string, password?: string): AdminLogin | undefined {
  if (clientId && clientSecret) return { clientId, clientSecret };
  return email && password ? { email, password } : undefined;
}
