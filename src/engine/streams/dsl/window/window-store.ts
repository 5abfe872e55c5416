import type { EmitStrategy } from '../../processors/window-aggregate.js';
import type { WindowedStore } from '../table-store.js';
import { requireArgument } from './argument.js';
import type { SessionWindows } from './session-windows.js';
import { SlidingWindows } from './sliding-windows.js';
import type { TimeWindows } from './time-windows.js';

/**
 * How windows are kept: as long as they may change, unless it is said to be longer.
 * @throws StreamsError IllegalArgumentException if it is said to be shorter
 */
export function windowStoreOf(
  windows: TimeWindows | SlidingWindows,
  storeName: string,
  retentionMs: number | undefined,
  emit: EmitStrategy,
): WindowedStore {
  const { graceMs } = windows;
  const timeOrdered = emit === 'on-window-close';
  if (windows instanceof SlidingWindows) {
    const { timeDifferenceMs } = windows;
    const least = 2 * timeDifferenceMs + graceMs;
    const retention = retentionMs ?? least;
    requireArgument(
      retention >= least,
      `The retention period of the window store ${storeName} must be no smaller than 2 * time difference plus the grace period. Got time difference=[${timeDifferenceMs}], grace=[${graceMs}], retention=[${retention}]`,
    );
    return { retentionMs: retention, windowSizeMs: timeDifferenceMs, timeOrdered, mayCache: !timeOrdered };
  }
  const { sizeMs } = windows;
  const retention = retentionMs ?? sizeMs + graceMs;
  requireArgument(
    retention >= sizeMs + graceMs,
    `The retention period of the window store ${storeName} must be no smaller than its window size plus the grace period. Got size=[${sizeMs}], grace=[${graceMs}], retention=[${retention}]`,
  );
  return { retentionMs: retention, windowSizeMs: sizeMs, timeOrdered, mayCache: true };
}

export function sessionStoreOf(
  { gapMs, graceMs }: SessionWindows,
  storeName: string,
  retentionMs: number | undefined,
  emit: EmitStrategy,
): Omit<WindowedStore, 'windowSizeMs'> {
  const retention = retentionMs ?? gapMs + graceMs;
  requireArgument(
    retention >= gapMs + graceMs,
    `The retention period of the session store ${storeName} must be no smaller than the session inactivity gap plus the grace period. Got gap=[${gapMs}], grace=[${graceMs}], retention=[${retention}]`,
  );
  const timeOrdered = emit === 'on-window-close';
  return { retentionMs: retention, timeOrdered, mayCache: !timeOrdered };
}

/** How long after its end a window may still change, as `suppress` counts it. */
export function closesAfterMs(windows: TimeWindows | SlidingWindows | SessionWindows): number {
  return 'gapMs' in windows ? windows.graceMs + windows.gapMs : windows.graceMs;
}

/** What is added to a start that is read back to give the end: Kafka takes the time difference of sliding windows. */
export function keySerdeSizeMs(windows: TimeWindows | SlidingWindows): number {
  return windows instanceof SlidingWindows ? windows.timeDifferenceMs : windows.sizeMs;
}
