/**
 * Not a fault: the job cannot run now (somebody else holds what it needs). It goes back to its queue for `delayMs` and
 * uses up no attempt. `reason` is a short code for the log.
 */
export class TryLater extends Error {
  readonly delayMs: number;
  readonly reason: string;

  constructor(delayMs: number, reason: string) {
    super(reason);
    this.name = 'TryLater';
    this.delayMs = delayMs;
    this.reason = reason;
  }
}
