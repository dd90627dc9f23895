import type { MedplumClient } from '@medplum/core';
import type { Consent } from '@medplum/fhirtypes';
import type { Audit } from '../audit/audit.ts';
import { type CompleteConnection, withNamespace } from '../contract/connection.ts';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { HttpError } from '../errors.ts';
import type { OrgConnection } from '../fasten/answers.ts';
import { FastenError } from '../fasten/fasten-error.ts';
import type { ApiMode } from '../fasten/read-key-mode.ts';
import { byIdentifier } from '../medplum/by-identifier.ts';
import type { Caller } from '../medplum/callers.ts';
import { findConnection, findNamespaces, type StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { AddJob } from '../queue/specs.ts';
import type { RunAlone } from '../queue/wait-for-lock.ts';
import { planExpiry } from './expire-connection.job.ts';
import { makeConsent } from './make-consent.ts';

export interface CompleteDeps {
  /** The bridge's own client: a patient's policy need not let them write a Consent. */
  readonly medplum: Pick<
    MedplumClient,
    'searchOne' | 'searchResources' | 'readResource' | 'createResourceIfNoneExist' | 'updateResource'
  >;
  readonly readConnection: (orgConnectionId: string) => Promise<OrgConnection>;
  readonly readSourceName: (connection: OrgConnection) => Promise<string | undefined>;
  readonly mode: ApiMode | undefined;
  readonly runAlone: RunAlone;
  readonly addJob: AddJob;
  readonly audit: Audit;
  readonly log: Log;
}

/** `refreshing` is transient; Fasten renews the health system's token. */
const USABLE = ['authorized', 'refreshing'];

/** A connection that is to become a Patient's. */
export interface Binding {
  /** Id of the app's Patient; the caller's right to act for it has been checked. */
  readonly patientId: string;
  /** Reference to whoever completes it. */
  readonly profile: string;
  /** As the browser was given it; believed when Fasten confirms it. */
  readonly orgConnectionId: string;
  /** The Consent of the attempt; a pending one becomes the connection's. */
  readonly attempt?: StoredConsent;
}

/**
 * Binds a connection by its id alone. For people who work with charts: a patient completes the attempt that they began.
 *
 * @param caller - Must be allowed to read the Patient.
 * @throws HttpError 403 for a patient, 404 for a Patient that the caller does not see, and those of `bindConnection`.
 */
export async function completeConnection(
  deps: CompleteDeps,
  caller: Caller,
  wanted: CompleteConnection,
): Promise<StoredConsent> {
  const { id: patientId = wanted.patientId } = await caller.read('Patient', wanted.patientId);
  const { profile } = caller;
  if (/^(Patient|RelatedPerson)\//.test(profile)) {
    throw new HttpError(403, 'forbidden', 'begin with connections/initiate and send its external_state');
  }
  return bindConnection(deps, { patientId, profile, orgConnectionId: wanted.org_connection_id });
}

/**
 * Binds a connection of Fasten to a Patient and asks for its export. Doing it again changes nothing; after a revocation it
 * revives the same Consent.
 *
 * @returns The stored Consent.
 * @throws HttpError 409 for a connection of another Patient, 422 for one that Fasten does not confirm, 502 when Fasten
 *   cannot be asked.
 */
export async function bindConnection(deps: CompleteDeps, binding: Binding): Promise<StoredConsent> {
  const { patientId, profile, orgConnectionId } = binding;
  assertSamePatient(await findConnection(deps.medplum, orgConnectionId), patientId);
  const connection = await confirm(deps, orgConnectionId);
  const named = { ...connection, name: await deps.readSourceName(connection) };
  const wish = withAgreement(makeConsent(named, patientId, profile, new Date()), binding.attempt);
  // Alone: of two connections to one portal at once the later finds the earlier's namespace, and Fasten's event and the
  // browser's, which tell of the same connection at the same time, do not write over each other.
  const consent = await deps.runAlone(`connect:${patientId}`, async () => {
    const stored = await store(deps, wish, binding);
    assertSamePatient(stored, patientId);
    return refresh(deps, stored, wish);
  });
  const { id: consentId, meta } = consent;
  const wanted = { consentId, orgConnectionId, wantedAt: new Date().toISOString() };
  await deps.addJob('export-request', [consentId, meta?.versionId ?? ''], wanted);
  await planExpiry(deps.addJob, consent, orgConnectionId);
  // The same version again is the same act.
  const told = { who: profile || undefined, patient: `Patient/${patientId}`, consent: `Consent/${consentId}` };
  deps.audit({ what: 'consent-given', ...told }, [consentId, consent.dateTime ?? '']);
  deps.log.info('connection.completed', { connectionId: consentId });
  return consent;
}

/** What the person agreed to before the attempt holds for every connection that it brings. */
function withAgreement(wish: Consent, attempt: StoredConsent | undefined): Consent {
  const { policy, sourceAttachment } = attempt ?? {};
  return policy && sourceAttachment ? { ...wish, policy, sourceAttachment } : wish;
}

/** Connecting a portal again continues the namespace of the first time: its record is not doubled. */
async function store(deps: CompleteDeps, wish: Consent, { orgConnectionId, attempt }: Binding): Promise<StoredConsent> {
  const [namespace] = await findNamespaces(deps.medplum, wish);
  const consent = namespace === undefined ? wish : withNamespace(wish, namespace);
  const pending = await findPending(deps, attempt, orgConnectionId);
  if (pending) {
    const identifier = [...(pending.identifier ?? []), ...(consent.identifier ?? [])];
    const headers = { 'If-Match': `W/"${pending.meta?.versionId}"` };
    return deps.medplum.updateResource({ ...pending, ...consent, identifier } as StoredConsent, { headers });
  }
  // Conditional, so that two tabs at once make one Consent: the later of them is given the earlier's.
  return deps.medplum.createResourceIfNoneExist(consent, byIdentifier(ORG_CONNECTION_SYSTEM, orgConnectionId));
}

/** The attempt's Consent as it is now, when no connection has taken it over yet and this one has none. */
async function findPending(
  { medplum }: CompleteDeps,
  attempt: StoredConsent | undefined,
  orgConnectionId: string,
): Promise<StoredConsent | undefined> {
  if (attempt?.status !== 'proposed' || (await findConnection(medplum, orgConnectionId))) return undefined;
  const stored: StoredConsent = await medplum.readResource('Consent', attempt.id);
  return stored.status === 'proposed' ? stored : undefined;
}

function assertSamePatient(consent: StoredConsent | undefined, patientId: string): void {
  if (consent !== undefined && consent.patient?.reference !== `Patient/${patientId}`) {
    throw new HttpError(409, 'conflict', 'this connection already belongs to another patient');
  }
}

async function confirm(deps: CompleteDeps, orgConnectionId: string): Promise<OrgConnection> {
  const connection = await ask(deps, orgConnectionId);
  if (connection.orgConnectionId !== orgConnectionId) {
    throw new HttpError(502, 'transient', 'Fasten Connect answered about another connection');
  }
  if (!USABLE.includes(connection.status)) {
    throw new HttpError(422, 'business-rule', 'Fasten Connect does not hold an authorization for this connection');
  }
  if (deps.mode !== undefined && connection.apiMode !== undefined && connection.apiMode !== deps.mode) {
    throw new HttpError(422, 'business-rule', `this is not a connection of the ${deps.mode} mode`);
  }
  return connection;
}

async function ask(deps: CompleteDeps, orgConnectionId: string): Promise<OrgConnection> {
  try {
    return await deps.readConnection(orgConnectionId);
  } catch (cause) {
    if (cause instanceof FastenError && (cause.status === 404 || cause.status === 400)) {
      throw new HttpError(422, 'business-rule', 'Fasten Connect does not know this connection', { cause });
    }
    throw new HttpError(502, 'transient', 'Fasten Connect cannot be asked about this connection', { cause });
  }
}

/** A reconnect keeps its id: the Consent lives again, with the new end. What did not change is not written. */
async function refresh(
  deps: CompleteDeps,
  stored: StoredConsent,
  wish: ReturnType<typeof makeConsent>,
): Promise<StoredConsent> {
  if (stored.status === 'active' && stored.provision?.period?.end === wish.provision?.period?.end) {
    return stored;
  }
  const { status, dateTime, performer, provision, policy, sourceAttachment, extension: facts = [] } = wish;
  const kept = stored.extension?.filter(({ url }) => !facts.some((fact) => fact.url === url)) ?? [];
  const extension = [...kept, ...facts];
  const revived = {
    ...stored,
    ...{ status, dateTime, provision, extension },
    ...(performer && { performer }),
    ...(policy && sourceAttachment && { policy, sourceAttachment }),
  };
  const headers = { 'If-Match': `W/"${stored.meta?.versionId}"` };
  return deps.medplum.updateResource(revived as StoredConsent, { headers });
}
