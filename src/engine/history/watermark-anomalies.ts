import type { Anomaly, AnomalyName } from './anomaly.js';
import type { HistoryEvent, PartitionName } from './history.js';
import type { HistoryIndex } from './history-index.js';

type Mark = 'hw' | 'lso' | 'start';
interface Known {
  readonly offset: number;
  readonly line: number;
}

const breaches: Readonly<Record<'hw' | 'lso', AnomalyName>> = { hw: 'hw-breach', lso: 'lso-breach' };
const regressions: Readonly<Record<Mark, AnomalyName>> = {
  hw: 'hw-regress',
  lso: 'lso-regress',
  start: 'start-regress',
};

/** A record that a reader was given at or beyond the high watermark; of a reader of committed records, the last stable offset. */
export function watermarkBreaches({ history }: HistoryIndex): readonly Anomaly[] {
  const marks = new Map<string, Known>();
  const found: Anomaly[] = [];
  for (const event of history.events) {
    note(marks, event);
    if (event.f !== 'poll' || event.e === 'inv') continue;
    const limit = (event.iso ?? history.header.iso) === 'rc' ? (['hw', 'lso'] as const) : (['hw'] as const);
    for (const [partition, offset] of event.recs ?? []) {
      for (const mark of limit) {
        const known = marks.get(nameOf(mark, partition));
        if (known === undefined || offset < known.offset) continue;
        found.push({
          name: breaches[mark],
          message: `${event.p} was given offset ${offset} of ${partition}, where ${mark} was ${known.offset}.`,
          evidence: [known.line, event.i],
        });
      }
    }
  }
  return found;
}

/** A high watermark, last stable offset or log start that fell. The first two may fall where the log was cut, in a later leader epoch. */
export function watermarkRegressions({ history }: HistoryIndex): readonly Anomaly[] {
  const marks = new Map<string, Known>();
  const found: Anomaly[] = [];
  for (const event of history.events) {
    if (event.f === 'hw' || event.f === 'lso' || event.f === 'start') {
      const before = marks.get(nameOf(event.f, event.tp));
      if (before !== undefined && event.off < before.offset)
        found.push({
          name: regressions[event.f],
          message: `${event.f} of ${event.tp} fell from ${before.offset} to ${event.off}.`,
          evidence: [before.line, event.i],
        });
    }
    note(marks, event);
  }
  return found;
}

function note(marks: Map<string, Known>, event: HistoryEvent): void {
  switch (event.f) {
    case 'hw':
    case 'lso':
    case 'start':
      marks.set(nameOf(event.f, event.tp), { offset: event.off, line: event.i });
      return;
    case 'trunc':
    case 'recover':
      // What is beyond is gone: the marks are told anew.
      marks.delete(nameOf('hw', event.tp));
      marks.delete(nameOf('lso', event.tp));
  }
}

const nameOf = (mark: Mark, partition: PartitionName): string => `${mark} ${partition}`;
