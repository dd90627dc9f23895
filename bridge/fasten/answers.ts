import { z } from 'zod';

/** Ids are opaque: Fasten's own samples hold "UUIDs" of four groups. They end up in paths and job payloads, so bounded. */
export const fastenId = z.string().min(1).max(512);

const optionalText = z.string().min(1).optional().catch(undefined);

/**
 * `GET /bridge/org_connection/{id}` (OpenAPI 1.0.11). Only id and status are relied on: catalog ids are missing in TEFCA
 * mode, scope and expiry wherever the health system does not report them, and `status` has had several value sets.
 */
export const orgConnectionAnswer = z
  .object({
    org_connection_id: fastenId,
    status: z.string(),
    api_mode: optionalText,
    platform_type: optionalText,
    catalog_brand_id: optionalText,
    catalog_portal_id: optionalText,
    catalog_endpoint_id: optionalText,
    tefca_directory_id: optionalText,
    consent_expires_at: optionalText,
  })
  .transform((wire) => ({
    orgConnectionId: wire.org_connection_id,
    status: wire.status,
    apiMode: wire.api_mode,
    platformType: wire.platform_type,
    brandId: wire.catalog_brand_id,
    portalId: wire.catalog_portal_id,
    endpointId: wire.catalog_endpoint_id,
    tefcaDirectoryId: wire.tefca_directory_id,
    consentExpiresAt: wire.consent_expires_at,
  }));

/** What Fasten knows of one connection; `consentExpiresAt` is RFC 3339. */
export type OrgConnection = z.infer<typeof orgConnectionAnswer>;

/** `GET /bridge/catalog` about a brand, a portal or a TEFCA directory. */
export const catalogAnswer = z.object({ name: z.string().trim().min(1).max(200).optional().catch(undefined) });

/** `POST /bridge/fhir/ehi-export` and `GET /bridge/fhir/ehi-export/{taskId}`: `pending`, `success` or `failed` so far. */
export const exportAnswer = z
  .object({ task_id: fastenId, status: z.string().default('pending') })
  .transform((wire) => ({ exportId: wire.task_id, status: wire.status }));

/** One EHI export at Fasten: its task id, and how far it is. */
export type ExportState = z.infer<typeof exportAnswer>;
