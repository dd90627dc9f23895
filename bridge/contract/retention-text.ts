/** What is removed once it has its age. */
const KEPT_KINDS = ['raw-export', 'ledger', 'audit-events'] as const;

export type KeptKind = (typeof KEPT_KINDS)[number];

const RETENTION_TEXT = new RegExp(`^retention: (${KEPT_KINDS.join('|')}), \\d+$`);

/** What the AuditEvent of a removal says (`outcomeDesc`): the one text that the bridge writes into an AuditEvent. */
export function retentionText(kind: KeptKind, count: number): string {
  return `retention: ${kind}, ${count}`;
}

/** Whether a text is one of those, so that it can quote nobody's record. */
export function isRetentionText(text: string | undefined): text is string {
  return text !== undefined && RETENTION_TEXT.test(text);
}
