import { expect, test } from 'vitest';
import type { CountingWindows } from '../../../../src/engine/scenario/streams-programs/counting-windows.js';
import type { ProcessedView, TaskView } from '../../../../src/engine/scenario/streams-run-view.js';
import {
  arrivalsOf,
  closesAtMs,
  countedTopics,
  drawnWindows,
  isWindowClosed,
} from '../../../../src/ui/components/streams/event-time-layout.js';

const tumbling: CountingWindows = {
  node: 'count',
  store: 'counts',
  window: 'tumbling',
  sizeMs: 10_000,
  advanceMs: 10_000,
  graceMs: 5_000,
};

test('a window closes as Kafka closes it: time windows at their end and grace, sliding ones and sessions after it', () => {
  const window = { startMs: 0, endMs: 10_000 };
  expect([14_999, 15_000].map((time) => isWindowClosed(tumbling, window, time))).toEqual([false, true]);
  expect([15_000, 15_001].map((time) => isWindowClosed({ ...tumbling, window: 'sliding' }, window, time))).toEqual([
    false,
    true,
  ]);
  expect([25_000, 25_001].map((time) => isWindowClosed({ ...tumbling, window: 'session' }, window, time))).toEqual([
    false,
    true,
  ]);
  expect(closesAtMs(tumbling, window)).toBe(15_000);
  expect(closesAtMs({ ...tumbling, window: 'session' }, window)).toBe(25_000);
});

const record = (timestampMs: number, streamTimeMs: number, more: Partial<ProcessedView> = {}): ProcessedView => ({
  topic: 'clicks',
  partition: 0,
  offset: 0,
  key: 'a',
  value: '',
  timestampMs,
  streamTimeMs,
  atMs: 0,
  instance: 'app-1',
  isAgain: false,
  drops: [],
  event: 0,
  ...more,
});

const task: TaskView = {
  task: '0_0',
  subTopology: 0,
  partition: 0,
  spans: [],
  streamTimeMs: 15_000,
  processed: [
    record(1_000, 1_000),
    record(12_000, 12_000),
    record(9_000, 12_000),
    record(15_000, 15_000),
    record(8_000, 15_000, { drops: [{ node: 'count', reason: 'late-record', window: undefined, event: 1 }] }),
    record(3_000, 15_000, { topic: 'other' }),
  ],
  stores: [
    {
      store: 'counts',
      changelog: undefined,
      rows: [
        { startMs: 10_000, endMs: 20_000 },
        { startMs: 0, endMs: 10_000 },
      ].map((window, at) => ({
        id: String(at),
        key: 'a',
        value: '2',
        timestampMs: 0,
        window,
        changedAtMs: 0,
        event: 0,
      })),
    },
  ],
};

test('windows are drawn by their beginnings, closed or open at the stream time of the task', () => {
  expect(drawnWindows(tumbling, task).map(({ window, isClosed, line }) => [window.startMs, isClosed, line])).toEqual([
    [0, true, 0],
    [10_000, false, 0],
  ]);
});

test('an arrival is late, closes windows or is dropped; what is not counted is no arrival', () => {
  const arrivals = arrivalsOf(tumbling, task, new Set(['clicks']));
  expect(
    arrivals.map(({ isLate, isDropped, closes }) => [isLate, isDropped, closes.map(({ startMs }) => startMs)]),
  ).toEqual([
    [false, false, []],
    [false, false, []],
    [true, false, []],
    [false, false, [0]],
    [true, true, []],
  ]);
});

test('the topics that are counted are those that lead to the node that counts', () => {
  const node = (name: string, kind: 'source' | 'processor' | 'sink', topics: string[], children: string[]) => ({
    subTopology: 0,
    name,
    kind,
    topics,
    stores: [],
    children,
  });
  const nodes = [
    node('sales', 'source', ['sales'], ['key']),
    node('key', 'processor', [], ['count']),
    node('count', 'processor', [], ['out']),
    node('out', 'sink', ['out'], []),
    node('shipments', 'source', ['shipments'], ['stock']),
    node('stock', 'processor', [], []),
  ];
  expect([...countedTopics(tumbling, nodes)]).toEqual(['sales']);
});
