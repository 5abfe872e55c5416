import type { Clock } from '../environment/environment.js';
import type { RecordedEvent, Tracer } from '../environment/trace-events.js';
import { crc32c } from '../protocol/crc32c.js';

/** Keeps everything that the components of one world say, in one sequence, stamped with the world's clock. */
export class TraceRecorder {
  private readonly recorded: RecordedEvent[] = [];

  constructor(private readonly clock: Clock) {}

  get events(): readonly RecordedEvent[] {
    return this.recorded;
  }

  /** The tracer of the component `source`. Events are copied as they are emitted. */
  tracer(source: string): Tracer {
    return {
      emit: (event) => {
        this.recorded.push({ ...event, index: this.recorded.length, at: this.clock.now(), source });
      },
    };
  }
}

/** The trace as JSON lines whose fields stand in the order of their names, so that equal traces are equal texts. */
export function traceLines(events: readonly RecordedEvent[]): string {
  return events.map((event) => `${JSON.stringify(inOrderOfNames(event))}\n`).join('');
}

/** A short name for a trace: the number of its events and the CRC-32C of its lines. Equal traces have equal names. */
export function traceHash(events: readonly RecordedEvent[]): string {
  const bytes = new TextEncoder().encode(traceLines(events));
  const checksum = crc32c(bytes, 0, bytes.length) >>> 0;
  return `${events.length}-${checksum.toString(16).padStart(8, '0')}`;
}

function inOrderOfNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrderOfNames);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, inOrderOfNames(field)]));
}
