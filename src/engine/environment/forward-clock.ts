import type { Clock, Millis } from './environment.js';

/**
 * A clock that shows the time of day and never goes back. Where the machine's clock is set forward (a laptop has slept) it follows; where that is set back it
 * goes on at its own pace until it has been caught up with. It must not stand still: whoever waits by it would wait for as long.
 */
export function forwardClock(wallClock: () => Millis, elapsedMs: () => number): Clock {
  let startedAt = wallClock() - elapsedMs();
  let last = 0;
  return {
    now() {
      const elapsed = elapsedMs();
      startedAt = Math.max(startedAt, wallClock() - elapsed);
      last = Math.max(last, Math.floor(startedAt + elapsed));
      return last;
    },
  };
}
