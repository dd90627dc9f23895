import { OperationOutcomeError, tooManyRequests } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { Switches } from './switches.ts';

/** Units of the `fhirInteractions` quota that an interaction costs. */
export const UNITS = { read: 1, history: 10, search: 20, write: 100 } as const;

const WINDOW_MS = 60_000;
const REQUESTS_PER_MINUTE = 60_000;
/** Stands for "no quota" in the header. */
const UNLIMITED = 1_000_000_000;

/** State of one counter, under the names that the real server puts into `diagnostics`. */
interface Counted {
  readonly _remainingPoints: number;
  readonly _msBeforeNext: number;
  readonly _consumedPoints: number;
  readonly _isFirstInDuration: boolean;
}

/** A counter of a fixed window that begins with the first use. */
class Window {
  #endsAt = 0;
  #consumed = 0;

  consume(points: number, limit: number): Counted {
    const now = Date.now();
    const first = now >= this.#endsAt;
    if (first) {
      this.#endsAt = now + WINDOW_MS;
      this.#consumed = 0;
    }
    this.#consumed += points;
    return {
      _remainingPoints: Math.max(0, limit - this.#consumed),
      _msBeforeNext: this.#endsAt - now,
      _consumedPoints: this.#consumed,
      _isFirstInDuration: first,
    };
  }
}

/** The quotas of a server: requests by address, FHIR interactions by member and by project. */
export class QuotaBook {
  readonly #switches: Switches;
  readonly #windows = new Map<string, Window>();

  constructor(switches: Switches) {
    this.#switches = switches;
  }

  /** Counts a request; gives the first part of the `RateLimit` header. */
  countRequest(address: string): string {
    return rateLimit('requests', this.#window(`requests:${address}`).consume(1, REQUESTS_PER_MINUTE));
  }

  /** The account of one request of a member: what it consumed last is what the header shows. */
  openAccount(membershipId: string, projectId: string): QuotaAccount {
    return new QuotaAccount(
      this.#switches,
      this.#window(`member:${membershipId}`),
      this.#window(`project:${projectId}`),
    );
  }

  #window(key: string): Window {
    let window = this.#windows.get(key);
    if (!window) {
      window = new Window();
      this.#windows.set(key, window);
    }
    return window;
  }
}

/** What one request is charged to: the minute of the member, and that of the project, which has ten times as many units. */
export class QuotaAccount {
  readonly #switches: Switches;
  readonly #member: Window;
  readonly #project: Window;
  #current: Counted | undefined;

  constructor(switches: Switches, member: Window, project: Window) {
    this.#switches = switches;
    this.#member = member;
    this.#project = project;
  }

  /** @throws OperationOutcomeError 429 with `_msBeforeNext` in `diagnostics` when the units are used up */
  consume(units: number): void {
    const limit = this.#switches.quota?.fhirInteractionsPerMinute ?? UNLIMITED;
    // Whoever was refused once in this request is refused again without being charged.
    if (this.#current?._remainingPoints === 0) throw refusal(this.#current, limit);
    const member = this.#member.consume(units, limit);
    this.#current = member;
    if (member._consumedPoints > limit) throw refusal(member, limit);
    const project = this.#project.consume(units, limit * 10);
    if (project._remainingPoints < member._remainingPoints) this.#current = project;
    if (project._consumedPoints > limit * 10) throw refusal(project, limit);
  }

  /** Second part of the `RateLimit` header; undefined when nothing was charged. */
  header(): string | undefined {
    return this.#current && rateLimit('fhirInteractions', this.#current);
  }
}

function rateLimit(name: string, { _remainingPoints, _msBeforeNext }: Counted): string {
  return `"${name}";r=${_remainingPoints};t=${Math.ceil(_msBeforeNext / 1000)}`;
}

function refusal(counted: Counted, limit: number): OperationOutcomeError {
  const [issue] = tooManyRequests.issue;
  const outcome: OperationOutcome = structuredClone(tooManyRequests);
  outcome.issue = [
    { severity: 'error', code: 'throttled', ...issue, diagnostics: JSON.stringify({ ...counted, limit }) },
  ];
  return new OperationOutcomeError(outcome);
}
