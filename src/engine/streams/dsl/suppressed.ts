import type { BufferConfig as Buffer } from '../processors/suppress.js';
import { StreamsError } from '../streams-error.js';

/** How much `suppress` may hold back, and what it does when there is more. */
export interface BufferConfig extends Buffer {
  /** Of its changelog: `false` for none, or configuration of the topic, by Kafka's names. */
  readonly logging?: boolean | Readonly<Record<string, string>>;
}

/** A buffer that never gives up what it holds early: it grows, or stops the application. */
export interface StrictBufferConfig extends BufferConfig {
  readonly whenFull: 'shut-down';
}

/** A buffer that sends its oldest early when it is full. */
export interface EagerBufferConfig extends BufferConfig {
  readonly whenFull: 'emit-early';
}

type Limits = Partial<Pick<Buffer, 'maxRecords' | 'maxBytes'>>;

export const BufferConfig = {
  /** As much as comes. */
  unbounded: (): StrictBufferConfig => ({ maxRecords: null, maxBytes: null, whenFull: 'shut-down' }),
  /** Up to so many records or bytes; what is more goes early, the oldest first. */
  emitEarlyWhenFull: ({ maxRecords = null, maxBytes = null }: Limits): EagerBufferConfig => ({
    maxRecords,
    maxBytes,
    whenFull: 'emit-early',
  }),
  /** Up to so many records or bytes; more stops the application. */
  shutDownWhenFull: ({ maxRecords = null, maxBytes = null }: Limits): StrictBufferConfig => ({
    maxRecords,
    maxBytes,
    whenFull: 'shut-down',
  }),
};

/** What `suppress` waits for. Made by `Suppressed`. */
export type Suppression =
  | { readonly kind: 'window-closes'; readonly buffer: StrictBufferConfig }
  | { readonly kind: 'time-limit'; readonly waitMs: number; readonly buffer: BufferConfig };

export const Suppressed = {
  /** Only the final result of each window, once it takes no more records. */
  untilWindowCloses: (buffer: StrictBufferConfig): Suppression => ({ kind: 'window-closes', buffer }),
  /**
   * The latest value, so many ms of stream time after the first that was held back.
   * @throws StreamsError IllegalArgumentException if the time is negative
   */
  untilTimeLimit: (waitMs: number, buffer: BufferConfig): Suppression => {
    if (waitMs < 0) throw new StreamsError('IllegalArgumentException', 'The time to wait must not be negative.');
    return { kind: 'time-limit', waitMs, buffer };
  },
};
