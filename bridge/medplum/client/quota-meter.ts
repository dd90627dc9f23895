import type { Quota } from './quota-gate.ts';

/** Listens to what the server says of its quota. */
export class QuotaMeter {
  /** As the last reply had it; undefined while none named a quota. */
  seen: (Quota & { readonly mostLeft: number }) | undefined;
  /** Units that went while this listened, whoever used them: close enough for an estimate. */
  used = 0;

  readonly listen = (quota: Quota): void => {
    const before = this.seen;
    if (before) this.used += Math.max(0, before.unitsLeft - quota.unitsLeft);
    this.seen = { ...quota, mostLeft: Math.max(before?.mostLeft ?? 0, quota.unitsLeft) };
  };
}
