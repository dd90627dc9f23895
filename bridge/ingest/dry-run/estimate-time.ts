/** What an import needs of the server. */
export interface ImportNeeds {
  readonly writes: number;
  /** Quota units that reading takes: as many as the dry run itself took. */
  readonly readUnits: number;
  readonly documents: { readonly count: number; readonly bytes: number };
}

/** What the server said of its quota (`fhirInteractions`). */
export interface QuotaSeen {
  readonly unitsLeft: number;
  readonly resetSeconds: number;
  /** The most that was left at any time. */
  readonly mostLeft: number;
}

export interface TimeEstimate {
  readonly units: number;
  /** Undefined for a server that names no quota. */
  readonly unitsLeft: number | undefined;
  /** Waiting for the quota to come back. */
  readonly quotaSeconds: number;
  /** Writing at the pace of one small server. */
  readonly workSeconds: number;
  readonly seconds: number;
}

/** Medplum's price of one write (server rate limiting docs: read 1, history 10, search 20, write 100). */
const UNITS_A_WRITE = 100;
/** Task, lanes, raw export, ledger, AuditEvent. */
const WRITES_BESIDES = 20;
/** Of a stock server, a member and minute; a window whose beginning nobody saw looks smaller. */
const STOCK_UNITS_A_MINUTE = 50_000;
/** Measured on a server of two cores (bench/baseline.md). */
const WRITES_A_SECOND = 150;
const DOCUMENT_BYTES_A_SECOND = 60e6;

/**
 * How long an import will take: what the server lets through, or what it can do, whichever is slower.
 *
 * @param reserve - Units that are left unused in every minute.
 */
export function estimateTime(needs: ImportNeeds, quota: QuotaSeen | undefined, reserve: number): TimeEstimate {
  const writes = needs.writes + needs.documents.count + WRITES_BESIDES;
  const units = writes * UNITS_A_WRITE + needs.readUnits;
  const quotaSeconds = quota ? waitFor(units, quota, reserve) : 0;
  const workSeconds = Math.ceil(writes / WRITES_A_SECOND + needs.documents.bytes / DOCUMENT_BYTES_A_SECOND);
  const seconds = Math.max(quotaSeconds, workSeconds);
  return { units, unitsLeft: quota?.unitsLeft, quotaSeconds, workSeconds, seconds };
}

function waitFor(units: number, { unitsLeft, resetSeconds, mostLeft }: QuotaSeen, reserve: number): number {
  const missing = units - Math.max(0, unitsLeft - reserve);
  if (missing <= 0) return 0;
  const aMinute = Math.max(STOCK_UNITS_A_MINUTE, mostLeft) - reserve;
  return resetSeconds + (Math.ceil(missing / aMinute) - 1) * 60;
}
