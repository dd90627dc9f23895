import { z } from 'zod';
import { fastenId } from './answers.ts';
import { digestState } from './digest-state.ts';
import { type ExportFile, locateFile } from './export-file.ts';

/** How a file of an export is packed; `other` is not loaded (formats beyond the first two exist only on request). */
export type FileFormat = 'ndjson' | 'bundle' | 'other';

export type AnnouncedFile = ExportFile & { readonly format: FileFormat };

/** How many resources Fasten says the export has. Advisory: its own samples do not add up. */
export interface AnnouncedCounts {
  readonly total?: number | undefined;
  readonly byType?: Readonly<Record<string, number>> | undefined;
}

/** What one webhook means to us. `eventId` is the same on every delivery of it; `type` is Fasten's own name. */
export type FastenEvent = {
  readonly type: string;
  readonly eventId: string | undefined;
  readonly apiMode: string | undefined;
  /** By which Fasten's support finds what happened; an id made up by Fasten. */
  readonly fastenRequestId: string | undefined;
} & (
  | {
      readonly kind: 'export-ready';
      readonly orgConnectionId: string;
      readonly exportId: string;
      readonly files: readonly AnnouncedFile[];
      /** Hosts of links that do not lead to the configured API; they are not followed. */
      readonly refusedHosts: readonly string[];
      readonly announced: AnnouncedCounts;
    }
  | {
      readonly kind: 'export-failed';
      readonly orgConnectionId: string;
      readonly exportId: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'connection-made';
      readonly orgConnectionId: string;
      /** The `external_state`, digested; the widget of some versions sends none. */
      readonly stateDigest: string | undefined;
      /** The `external_id`, when it may be one of ours. */
      readonly attemptId: string | undefined;
    }
  | { readonly kind: 'connection-revoked'; readonly orgConnectionId: string }
  /** Known, and nothing to do about it. */
  | { readonly kind: 'noted' }
  | { readonly kind: 'unknown' }
);

/** The body is signed but is not an event: not JSON, no type, or a known type without the ids it is about. */
export class UnreadableEventError extends Error {}

const optionalText = z.string().min(1).max(512).optional().catch(undefined);
const code = z
  .string()
  .regex(/^[\w.:-]{1,128}$/)
  .optional()
  .catch(undefined);
const link = z.union([
  z.string().transform((url) => ({ url, export_type: undefined, content_type: undefined })),
  z.object({ url: z.string(), export_type: optionalText, content_type: optionalText }),
]);
const count = z.number().int().min(0);
const counts = z.object({
  total_resources: count.optional().catch(undefined),
  total_by_resource_type: z
    .record(z.string().regex(/^[A-Z][A-Za-z]{1,63}$/), count)
    .optional()
    .catch(undefined),
});

const envelope = z.object({
  id: optionalText,
  type: optionalText,
  /** Fasten's quickstart reads this name too; Stitch events use it. */
  event_type: optionalText,
  api_mode: optionalText,
  data: z.record(z.string(), z.unknown()).default({}).catch({}),
});
const exportEnded = z.object({ org_connection_id: fastenId, task_id: fastenId });
const exportReady = exportEnded.extend({
  download_links: z.array(link.optional().catch(undefined)).default([]).catch([]),
  /** Deprecated in 2025-10, still sent in 2026-08; a string in the docs, an object to some integrators. */
  download_link: link.optional().catch(undefined),
  stats: counts.optional().catch(undefined),
});
const exportFailed = exportEnded.extend({ failure_reason: optionalText });
const connection = z.object({ org_connection_id: fastenId });
const connectionMade = connection.extend({
  connection_status: optionalText,
  external_state: optionalText,
  external_id: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .optional()
    .catch(undefined),
});

const NOTED = ['patient.request_health_system', 'patient.request_support', 'webhook.test'];

/**
 * Reads the body of a verified webhook. Lenient wherever Fasten's samples contradict its documents; fields are looked
 * for inside `data` only, where live traffic has them.
 *
 * @param body - The raw JSON text.
 * @param baseUrl - The configured API; download links to any other origin are left out.
 * @returns The event with our names.
 * @throws UnreadableEventError when it cannot be acted upon and Fasten should see that.
 */
export function readEvent(body: string, baseUrl: string): FastenEvent {
  const { data, ...head } = parse(envelope, parseJson(body));
  const type = head.type ?? head.event_type;
  if (type === undefined) {
    throw new UnreadableEventError('the event has no type');
  }
  const fastenRequestId = code.parse(data.request_id ?? data['request-id']);
  const common = { type, eventId: head.id, apiMode: head.api_mode, fastenRequestId };
  switch (type) {
    case 'patient.ehi_export_success': {
      const wire = parse(exportReady, data);
      const links = [...wire.download_links, wire.download_link].filter((entry) => entry !== undefined);
      const announced = { total: wire.stats?.total_resources, byType: wire.stats?.total_by_resource_type };
      return { ...common, kind: 'export-ready', ...ids(wire), ...sortLinks(links, baseUrl), announced };
    }
    case 'patient.ehi_export_failed': {
      const wire = parse(exportFailed, data);
      return { ...common, kind: 'export-failed', ...ids(wire), reason: wire.failure_reason ?? 'unknown' };
    }
    case 'patient.connection_success':
      return { ...common, ...readConnectionMade(data) };
    case 'patient.authorization_revoked':
      return {
        ...common,
        kind: 'connection-revoked',
        orgConnectionId: parse(connection, data).org_connection_id,
      };
    default:
      return { ...common, kind: NOTED.includes(type) ? 'noted' : 'unknown' };
  }
}

/** One that names no attempt was made without us, and Fasten's simulator sends some: nothing to do about it. */
function readConnectionMade(data: unknown) {
  const wire = connectionMade.safeParse(data).data;
  const { org_connection_id: orgConnectionId, external_id: attemptId, external_state: state } = wire ?? {};
  if (orgConnectionId === undefined || wire?.connection_status === 'revoked' || !(attemptId || state)) {
    return { kind: 'noted' } as const;
  }
  const stateDigest = state === undefined ? undefined : digestState(state);
  return { kind: 'connection-made', orgConnectionId, stateDigest, attemptId } as const;
}

function ids(wire: z.infer<typeof exportEnded>) {
  return { orgConnectionId: wire.org_connection_id, exportId: wire.task_id };
}

function sortLinks(links: readonly z.infer<typeof link>[], baseUrl: string) {
  const files = new Map<string, AnnouncedFile>();
  const refusedHosts: string[] = [];
  for (const { url, export_type, content_type } of links) {
    const file = locateFile(url, baseUrl);
    if (file === undefined) {
      refusedHosts.push(URL.canParse(url) ? new URL(url).host : 'no-url');
    } else {
      const key = JSON.stringify([file.exportId, file.fileId]);
      const format = readFormat(export_type, content_type, file.fileId);
      // The deprecated single link repeats the first of the list, without saying what it is.
      if (!files.has(key)) {
        files.set(key, { ...file, format });
      }
    }
  }
  return { files: [...files.values()], refusedHosts };
}

function readFormat(exportType: string | undefined, contentType: string | undefined, fileId: string): FileFormat {
  const clue = (exportType ?? contentType ?? fileId).toLowerCase();
  if (/bundle/.test(clue)) {
    return 'bundle';
  }
  return /jsonl|ndjson/.test(clue) || !/[.]\w+$|[/_]/.test(clue) ? 'ndjson' : 'other';
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new UnreadableEventError('the body is not JSON');
  }
}

function parse<T extends z.ZodType>(shape: T, value: unknown): z.output<T> {
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    throw new UnreadableEventError(`the event lacks ${String(parsed.error.issues[0]?.path.join('.'))}`);
  }
  return parsed.data;
}
