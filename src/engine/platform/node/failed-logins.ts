import type { Clock, Millis } from '../../environment/environment.js';

const firstDelayMs = 100;
const longestDelayMs = 5_000;
/** After so long without a failure an address begins anew. */
const forgottenAfterMs = 60_000;
const mostAddresses = 10_000;

/** How long those wait who gave a wrong password: twice as long each time, by address. */
export class FailedLogins {
  private readonly failures = new Map<string, { readonly count: number; readonly at: Millis }>();

  constructor(private readonly clock: Clock) {}

  /** Counts one more failure, and says how long to wait before it is told. */
  delayFor(address: string): Millis {
    const now = this.clock.now();
    const before = this.failures.get(address);
    const count = before !== undefined && now - before.at < forgottenAfterMs ? before.count + 1 : 1;
    this.failures.delete(address);
    if (this.failures.size >= mostAddresses) this.failures.delete(this.failures.keys().next().value as string);
    this.failures.set(address, { count, at: now });
    return Math.min(firstDelayMs * 2 ** (count - 1), longestDelayMs);
  }
}
