import type { SlidingWindowSpec } from '../../processors/sliding-window-aggregate.js';
import { requireArgument } from './argument.js';

/** Windows that records themselves make: each combination of records at most so far apart has one. Both ends inclusive; times in ms. */
export class SlidingWindows implements SlidingWindowSpec {
  private constructor(
    readonly timeDifferenceMs: number,
    readonly graceMs: number,
  ) {
    requireArgument(timeDifferenceMs >= 0, 'Window time difference must not be negative.');
    requireArgument(graceMs >= 0, 'Window grace period must not be negative.');
  }

  static ofTimeDifferenceWithNoGrace(timeDifferenceMs: number): SlidingWindows {
    return new SlidingWindows(timeDifferenceMs, 0);
  }

  /** @param graceMs how long after its end a window takes late records */
  static ofTimeDifferenceAndGrace(timeDifferenceMs: number, graceMs: number): SlidingWindows {
    return new SlidingWindows(timeDifferenceMs, graceMs);
  }
}
