import type { MedplumClient } from '@medplum/core';
import type { Consent } from '@medplum/fhirtypes';
import { type CompleteConnection, orgConnectionIdOf, withNamespace } from '../contract/connection.ts';
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
import { makeConsent } from './make-consent.ts';

export interface CompleteDeps {
  /** The bridge's own client: a patient's policy need not let them write a Consent. */
  readonly medplum: Pick<
    MedplumClient,
    'searchOne' | 'searchResources' | 'createResourceIfNoneExist' | 'updateResource'
  >;
  readonly readConnection: (orgConnectionId: string) => Promise<OrgConnection>;
  readonly mode: ApiMode | undefined;
  readonly runAlone: RunAlone;
  readonly addJob: AddJob;
  readonly log: Log;
}

/** `refreshing` is transient; Fasten renews the health system's token. */
const USABLE = ['authorized', 'refreshing'];

/**
 * Binds a connection of Fasten to a Patient and asks for its export. Doing it again changes nothing; after a revocation it
 * revives the same Consent.
 *
 * @param deps - Where it is kept and who is asked.
 * @param caller - Must be allowed to read the Patient.
 * @param wanted - The Patient, and the id that the browser was given. It is believed when Fasten confirms it.
 * @returns The stored Consent.
 * @throws HttpError 404 for a Patient that the caller does not see, 409 for a connection of another Patient, 422 for one
 *   that Fasten does not confirm, 502 when Fasten cannot be asked.
 */
export async function completeConnection(
  deps: CompleteDeps,
  caller: Caller,
  wanted: CompleteConnection,
): Promise<StoredConsent> {
  const patient = await caller.read('Patient', wanted.patientId);
  const patientId = patient.id ?? wanted.patientId;
  assertSamePatient(await findConnection(deps.medplum, wanted.org_connection_id), patientId);
  const connection = await confirm(deps, wanted.org_connection_id);
  const wish = makeConsent(connection, patientId, caller.profile, new Date());
  // Alone, so that of two connections to one portal at once the later finds the earlier's namespace.
  const stored = await deps.runAlone(`connect:${patientId}`, () => store(deps, wish));
  assertSamePatient(stored, patientId);
  const consent = await refresh(deps, stored, wish);
  const { id: consentId, meta } = consent;
  const key = [consentId, meta?.versionId ?? ''];
  await deps.addJob('export-request', key, { consentId, orgConnectionId: connection.orgConnectionId });
  deps.log.info('connection.completed', { connectionId: consentId });
  return consent;
}

/** Connecting a portal again continues the namespace of the first time: its record is not doubled. */
async function store(deps: CompleteDeps, wish: Consent): Promise<StoredConsent> {
  const [namespace] = await findNamespaces(deps.medplum, wish);
  const consent = namespace === undefined ? wish : withNamespace(wish, namespace);
  // Conditional, so that two tabs at once make one Consent: the later of them is given the earlier's.
  const query = byIdentifier(ORG_CONNECTION_SYSTEM, orgConnectionIdOf(wish) ?? '');
  return deps.medplum.createResourceIfNoneExist(consent, query);
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
  const { status, dateTime, performer, provision, extension } = wish;
  const revived = { ...stored, status, dateTime, provision, extension, ...(performer && { performer }) };
  const headers = { 'If-Match': `W/"${stored.meta?.versionId}"` };
  return deps.medplum.updateResource(revived as StoredConsent, { headers });
}
