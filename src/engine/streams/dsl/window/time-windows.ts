import type { TimeWindowSpec } from '../../processors/window-aggregate.js';
import { requireArgument, requireGrace } from './argument.js';

/** Windows of one size that begin at multiples of an advance: tumbling, or with a smaller advance hopping. Ends are exclusive; times in ms. */
export class TimeWindows implements TimeWindowSpec {
  private constructor(
    readonly sizeMs: number,
    readonly advanceMs: number,
    readonly graceMs: number,
  ) {
    requireArgument(sizeMs > 0, 'Window size (sizeMs) must be larger than zero.');
    requireArgument(
      advanceMs > 0 && advanceMs <= sizeMs,
      `Window advancement interval should be more than zero and less than window duration which is ${sizeMs} ms, but given advancement interval is: ${advanceMs} ms`,
    );
    requireGrace(graceMs);
  }

  /** @throws StreamsError IllegalArgumentException if the size is not positive */
  static ofSizeWithNoGrace(sizeMs: number): TimeWindows {
    return TimeWindows.ofSizeAndGrace(sizeMs, 0);
  }

  /** @param graceMs how long after its end a window takes late records */
  static ofSizeAndGrace(sizeMs: number, graceMs: number): TimeWindows {
    return new TimeWindows(sizeMs, sizeMs, graceMs);
  }

  /** Makes them hop: one begins every `advanceMs`. */
  advanceBy(advanceMs: number): TimeWindows {
    return new TimeWindows(this.sizeMs, advanceMs, this.graceMs);
  }
}
