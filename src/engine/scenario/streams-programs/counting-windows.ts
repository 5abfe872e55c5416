import type { Millis } from '../../environment/environment.js';
import type { StreamsProgram, WindowKind } from '../streams-run-spec.js';

/** The windows of event time that a program counts in. */
export interface CountingWindows {
  /** The node that counts. */
  readonly node: string;
  readonly store: string;
  readonly window: WindowKind;
  readonly sizeMs: Millis;
  readonly advanceMs: Millis;
  readonly graceMs: Millis;
}

/** The windows that a program counts in, if it does. */
export function countingWindows(program: StreamsProgram): CountingWindows | undefined {
  if (program.program === 'window-count') {
    const { window, sizeMs, advanceMs, graceMs } = program;
    return {
      node: 'count',
      store: 'counts',
      window,
      sizeMs,
      advanceMs: window === 'hopping' ? advanceMs : sizeMs,
      graceMs,
    };
  }
  if (program.program === 'retail-desk') {
    const { windowMs } = program;
    return { node: 'demand', store: 'demand', window: 'tumbling', sizeMs: windowMs, advanceMs: windowMs, graceMs: 0 };
  }
  return undefined;
}
