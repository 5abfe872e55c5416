/** Calls back once a frame with the milliseconds since the last; the browser's own stands still while the tab is hidden. */
export interface FrameClock {
  /** Starts calling; returns what stops it. */
  run(onFrame: (elapsedMs: number) => void): () => void;
}

/** After a pause (a hidden tab, a busy machine) time goes on from where it stood: no frame counts for more than this. */
const longestFrameMs = 100;

/** The frames of this page. */
export const pageFrames: FrameClock = {
  run(onFrame) {
    let last: number | undefined;
    let handle = requestAnimationFrame(function frame(now: number) {
      if (last !== undefined) onFrame(Math.min(longestFrameMs, Math.max(0, now - last)));
      last = now;
      if (handle !== 0) handle = requestAnimationFrame(frame);
    });
    return () => {
      cancelAnimationFrame(handle);
      handle = 0;
    };
  },
};
