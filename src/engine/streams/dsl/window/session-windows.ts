import type { SessionWindowSpec } from '../../processors/session-window-aggregate.js';
import { requireArgument } from './argument.js';

/** Windows that last as long as a key's records follow each other within a gap. Both ends inclusive; times in ms. */
export class SessionWindows implements SessionWindowSpec {
  private constructor(
    readonly gapMs: number,
    readonly graceMs: number,
  ) {
    requireArgument(gapMs >= 0, 'Gap time cannot be negative.');
    requireArgument(graceMs >= 0, 'Grace period cannot be negative.');
  }

  static ofInactivityGapWithNoGrace(gapMs: number): SessionWindows {
    return new SessionWindows(gapMs, 0);
  }

  /** @param graceMs how long after its end and the gap a session takes late records */
  static ofInactivityGapAndGrace(gapMs: number, graceMs: number): SessionWindows {
    return new SessionWindows(gapMs, graceMs);
  }
}
