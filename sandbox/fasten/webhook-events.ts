import type { Chaos } from './chaos.ts';
import type { ExportTask, OrgConnection } from './state.ts';

/** An event before it has an id: its type and Fasten's `data`. */
export interface WebhookEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Fasten's id of the organisation that integrates; one is enough for a sandbox. */
export const SANDBOX_ORG_ID = '3b6f0d5e-51c2-4f0e-9a53-1f7b6f2f9c11';

/**
 * `patient.ehi_export_success` or `patient.ehi_export_failed`. Neither carries an `external_id`, as at Fasten.
 *
 * @param task - A task that is no longer pending.
 * @param baseUrl - Origin and `/v1` of the API: links point there, not at storage, and need Basic.
 * @param chaos - How links and counts are told.
 */
export function exportFinished(task: ExportTask, baseUrl: string, chaos: Chaos): WebhookEvent {
  const common = { org_connection_id: task.orgConnectionId, task_id: task.taskId, org_id: SANDBOX_ORG_ID };
  if (task.status !== 'success' || task.file === undefined) {
    return { type: 'patient.ehi_export_failed', data: { ...common, failure_reason: task.failureReason } };
  }
  const url = `${baseUrl}/bridge/fhir/ehi-export/${task.taskId}/download/${task.file.fileId}`;
  return {
    type: 'patient.ehi_export_success',
    data: {
      ...common,
      ...linksTo(url, task.file.format, chaos),
      ...(chaos.stats !== 'none' && { stats: statsOf(task, chaos) }),
    },
  };
}

function linksTo(url: string, format: Chaos['format'] = 'jsonl', { links }: Chaos): Record<string, unknown> {
  const content_type = format === 'jsonl' ? 'application/fhir+ndjson' : 'application/fhir+json';
  const list = { download_links: [{ url, export_type: format, content_type }] };
  switch (links) {
    case 'list':
      return list;
    case 'old-field':
      return { download_link: url };
    case 'bare-list':
      return { download_links: [url] };
    default:
      return { ...list, download_link: url };
  }
}

/** The total of Fasten's own sample is 12 where its types add up to 317. */
function statsOf({ stats }: ExportTask, chaos: Chaos) {
  const byType = stats?.totalByResourceType ?? {};
  return chaos.stats === 'odd'
    ? { total_resources: 12, total_by_resource_type: { ...byType, Observation: 300 } }
    : { total_resources: stats?.totalResources ?? 0, total_by_resource_type: byType };
}

/** `patient.connection_success`, the only export-side event that carries the `external_id`. */
export function connectionMade(connection: OrgConnection): WebhookEvent {
  const data = {
    ...connectionFields(connection),
    request_id: connection.requestId,
    external_id: connection.externalId,
    external_state: connection.externalState,
    scope: connection.scope,
    consent_expires_at: connection.consentExpiresAt,
  };
  return { type: 'patient.connection_success', data };
}

/** `patient.authorization_revoked`: the patient's doing and a failed token refresh look the same. */
export function authorizationRevoked(connection: OrgConnection): WebhookEvent {
  return { type: 'patient.authorization_revoked', data: connectionFields(connection) };
}

/** `patient.request_health_system`: somebody did not find theirs in the catalog. */
export function healthSystemRequested(wanted: {
  readonly email: string;
  readonly name: string;
  readonly website?: string | undefined;
  readonly street_address?: string | undefined;
}): WebhookEvent {
  return { type: 'patient.request_health_system', data: { ...wanted } };
}

/** `patient.request_support`: free text, which may hold health data. */
export function supportRequested(wanted: {
  readonly email: string;
  readonly name?: string | undefined;
  readonly body: string;
}): WebhookEvent {
  return { type: 'patient.request_support', data: { ...wanted } };
}

/** What the simulator in Fasten's portal sends. */
export function webhookTest(): WebhookEvent {
  return { type: 'webhook.test', data: { hello: 'world', random: Math.random().toString(36).slice(2) } };
}

function connectionFields(connection: OrgConnection): Record<string, unknown> {
  return {
    org_connection_id: connection.orgConnectionId,
    connection_status: connection.status,
    platform_type: connection.platformType,
    brand_id: connection.brandId,
    portal_id: connection.portalId,
    endpoint_id: connection.endpointId,
    tefca_directory_id: connection.tefcaDirectoryId,
  };
}
