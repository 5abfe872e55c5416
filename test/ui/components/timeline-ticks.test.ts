import { expect, test } from 'vitest';
import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import {
  commitTicks,
  deliveredTicks,
  distinctTicks,
  producedTicks,
} from '../../../src/ui/components/timeline-ticks.js';
import { threeWays, viewOf } from '../fixtures/three-ways-view.js';

const view = viewOf(threeWays, 60_000);

test('every record is produced once, and delivered once to each that gets it', () => {
  expect(producedTicks(view)).toHaveLength(12);
  expect(deliveredTicks(view)).toHaveLength(12 + 24 + 24);
});

test('a commit has the colour of the newest record that it covers', () => {
  const committed: RecordedEvent = {
    index: 9,
    at: 1_005_000,
    source: 'broker',
    kind: 'offset-committed',
    group: 'A',
    member: 'm',
    topic: 'orders',
    partition: 0,
    offset: 2,
  };
  expect(commitTicks([committed], 1_000_000, view)).toEqual([{ atMs: 5_000, record: 2 }]);
});

test('of ticks on one pixel one is drawn, and none beyond the strip', () => {
  const scale = { fromMs: 0, toMs: 10_000, x0: 0, x1: 100 };
  const ticks = [0, 20, 1_000, 12_000].map((atMs, record) => ({ atMs, record }));
  expect(distinctTicks(ticks, scale).map(({ record, x }) => ({ record, x }))).toEqual([
    { record: 0, x: 0 },
    { record: 2, x: 10 },
  ]);
});
