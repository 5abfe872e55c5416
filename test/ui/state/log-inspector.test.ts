import { describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import { logInspectorSubject, type InspectedLog } from '../../../src/ui/state/log-inspector.js';
import { logSentenceOf } from '../../../src/ui/state/log-sentences.js';
import { english } from '../../../src/ui/texts/en.js';
import { simplifiedChinese } from '../../../src/ui/texts/zh-Hans.js';
import { compactionAt, retentionAt } from '../fixtures/log-views.js';

const at = { topic: 'prices', partition: 0, source: 'broker' } as const;

/** Events with a trace's own numbers, from the first. */
function traceOf(events: readonly object[]): readonly RecordedEvent[] {
  return events.map((event, index) => ({ ...at, index, at: 9_000, ...event }) as RecordedEvent);
}

const cleaned = traceOf([
  {
    kind: 'cleaner-checked',
    id: 'look',
    firstDirtyOffset: 0,
    firstUncleanableOffset: 8,
    cleanableRatio: 1,
    isChosen: true,
  },
  {
    kind: 'log-cleaned',
    cause: 'look',
    firstDirtyOffset: 0,
    endOffset: 8,
    removed: [
      [0, 3],
      [6, 6],
    ],
    segments: [],
    bytesBefore: 593,
    bytesAfter: 223,
  },
]);

function inspect(
  selection: InspectedLog['selection'],
  more: Partial<InspectedLog> = {},
): ReturnType<typeof logInspectorSubject> {
  return logInspectorSubject({
    selection,
    picture: retentionAt(95_000),
    trace: [],
    originMs: 0,
    reveal: true,
    stored: undefined,
    texts: english,
    ...more,
  });
}

const named = (subject: ReturnType<typeof logInspectorSubject>, name: string): string | undefined =>
  subject?.fields.find((field) => field.name === name)?.value;

describe('a record', () => {
  test('tells its age by its timestamp', () => {
    const subject = inspect({ kind: 'record', offset: 3 });
    expect(named(subject, 'Age')).toBe('65.0 s');
    expect(named(subject, 'State')).toBe('stored');
    expect(named(subject, 'Segment')).toBe('3');
  });

  test('that is gone tells when it went', () => {
    const subject = inspect({ kind: 'record', offset: 0 });
    expect(named(subject, 'State')).toBe('deleted');
    expect(named(subject, 'Gone at')).toBe('85.0 s');
  });

  test('that is not there yet has nothing to tell', () => {
    expect(inspect({ kind: 'record', offset: 6 }, { picture: retentionAt(10_000) })).toBeUndefined();
  });

  test('that the cleaner removed tells of the pass and the look before it', () => {
    const picture = compactionAt(9_500);
    const records = picture.records.map((record) =>
      record.goneEvent === undefined ? record : { ...record, goneEvent: 1 },
    );
    const subject = inspect({ kind: 'record', offset: 2 }, { picture: { ...picture, records }, trace: cleaned });
    expect(subject?.why.map(({ text }) => text).slice(0, 2)).toEqual([
      'The cleaner removes 0 to 3 and 6; the others keep their offsets (593 bytes before, 223 after).',
      'The cleaner looks at offsets 0 up to 8: dirty ratio 1.00, enough to clean.',
    ]);
  });
});

describe('a segment', () => {
  const selection = { kind: 'segment', segment: 0, createdAtMs: 0 } as const;

  test('tells why it went, and from when it might', () => {
    const subject = inspect(selection);
    expect(named(subject, 'Deleted at')).toBe('85.0 s');
    expect(named(subject, 'May go after')).toBe('80.0 s');
    expect(named(subject, 'Reason')).toBe('its newest record was older than retention.ms');
  });

  test('tells no reason before it may be told', () => {
    const subject = inspect(selection, { reveal: false });
    expect(named(subject, 'Deleted at')).toBe('85.0 s');
    expect(named(subject, 'May go after')).toBeUndefined();
    expect(named(subject, 'Reason')).toBeUndefined();
    expect(subject?.why).toEqual([]);
  });
});

test('a look of the cleaner tells its ratio, the threshold and what came of it', () => {
  const subject = inspect({ kind: 'pass', event: 50 }, { picture: compactionAt(70_000) });
  expect(named(subject, 'Dirty ratio')).toBe('1.00');
  expect(named(subject, 'Cleaned if above')).toBe('0.1');
  expect(named(subject, 'Removed')).toBe('0, 1, 2, 3, 6');
  const second = inspect({ kind: 'pass', event: 52 }, { picture: compactionAt(70_000) });
  expect(named(second, 'Outcome')).toBe('not cleaned');
  expect(named(second, 'Removed')).toBeUndefined();
});

describe.each([
  ['English', english],
  ['Chinese', simplifiedChinese],
])('sentences in %s', (_, texts) => {
  const events = traceOf([
    { kind: 'batch-appended', baseOffset: 3, lastOffset: 3, bytes: 72, segment: 3 },
    { kind: 'segment-rolled', baseOffset: 3 },
    { kind: 'retention-checked', deletedSegments: 0 },
    { kind: 'retention-checked', deletedSegments: 1 },
    { kind: 'segments-deleted', baseOffsets: [0], reason: 'retention-ms' },
    { kind: 'log-start-advanced', logStartOffset: 3, reason: 'retention-ms' },
    ...cleaned,
    { kind: 'command', id: 'command:finished', text: '' },
  ]);

  test('are there for everything that happens to a log, and for nothing else', () => {
    const said = events.map((event) => logSentenceOf(event, texts.logEvents, texts.components.log.reason));
    expect(said.every((sentence) => sentence !== undefined && !sentence.includes('undefined'))).toBe(true);
    expect(new Set(said).size).toBe(events.length);
    const [quiet] = traceOf([{ kind: 'high-watermark-advanced', highWatermark: 3 }]);
    expect(quiet && logSentenceOf(quiet, texts.logEvents, texts.components.log.reason)).toBeUndefined();
  });

  test('know no topic of the broker itself', () => {
    const [own] = traceOf([{ kind: 'segment-rolled', baseOffset: 3, topic: '__consumer_offsets' }]);
    expect(own && logSentenceOf(own, texts.logEvents, texts.components.log.reason)).toBeUndefined();
  });
});
