import { expect, test } from 'vitest';
import type { RecordedEvent, TraceEvent } from '../../../src/engine/environment/trace-events.js';
import { HistoryRecorder } from '../../../src/engine/history/history-recorder.js';
import { historyLines, parseHistory, type HistoryHeader } from '../../../src/engine/history/history.js';
import { written } from './written-history.js';

const header: HistoryHeader = written().header;

class Stage {
  now = 1;
  readonly trace: RecordedEvent[] = [];
  readonly recorder = new HistoryRecorder({ now: () => this.now }, this.trace, header);

  emit(event: TraceEvent, source = 'broker'): void {
    this.trace.push({ ...event, index: this.trace.length, at: this.now, source });
  }
}

test('operations and the trace are told in the order in which they happened', async () => {
  const stage = new Stage();
  stage.emit({ kind: 'topic-created', topic: 'orders', topicId: 'id', partitions: 1 });
  const tp = stage.recorder.partition('orders', 0);
  expect(tp).toBe('orders/id:0');
  const producer = stage.recorder.process('producer');
  await producer.operation(
    { f: 'send', tp, v: 7 },
    () => {
      stage.now = 2;
      stage.emit({
        kind: 'batch-appended',
        topic: 'orders',
        partition: 0,
        baseOffset: 3,
        lastOffset: 4,
        bytes: 9,
        segment: 0,
        leaderEpoch: 4,
        producer: { id: 7, epoch: 1, baseSequence: 12 },
      });
      stage.now = 5;
      return Promise.resolve(3);
    },
    (off) => ({ off }),
  );
  stage.recorder.process('c1').point({ f: 'seek', tp, off: 2 });
  expect(stage.recorder.history().events).toEqual([
    { i: 1, t: 1000, p: 'producer', op: 1, e: 'inv', f: 'send', tp, v: 7 },
    {
      i: 2,
      t: 2000,
      p: 'broker',
      op: 2,
      e: 'ok',
      f: 'append',
      tp,
      off: 3,
      n: 2,
      ep: 4,
      pid: 7,
      pep: 1,
      seq: 12,
      r: 'b',
    },
    { i: 3, t: 5000, p: 'producer', op: 1, e: 'ok', f: 'send', tp, v: 7, off: 3 },
    { i: 4, t: 5000, p: 'c1', op: 3, e: 'ok', f: 'seek', tp, off: 2 },
  ]);
});

test('a rejection is passed on and counts as unknown, unless it is certain that nothing happened', async () => {
  const { recorder } = new Stage();
  const process = recorder.process('c1');
  const fails = (): Promise<never> => Promise.reject(new Error('lost'));
  const isCertain = (): boolean => true;
  await expect(process.operation({ f: 'poll' }, fails)).rejects.toThrow('lost');
  await expect(process.operation({ f: 'poll' }, fails, undefined, isCertain)).rejects.toThrow('lost');
  expect(recorder.history().events.map(({ e }) => e)).toEqual(['inv', 'info', 'inv', 'fail']);
});

test('owners come from what members say, and fences from the coordinator', () => {
  const stage = new Stage();
  stage.emit({ kind: 'topic-created', topic: 'orders', topicId: 'id', partitions: 2 });
  const member = { client: 'A-1', group: 'A', member: 'm1', generation: 4 };
  stage.emit(
    {
      kind: 'partitions-assigned',
      ...member,
      partitions: [
        { topic: 'orders', partition: 0, startOffset: 5, source: 'committed' },
        { topic: 'orders', partition: 1, startOffset: 0, source: 'reset' },
      ],
    },
    'A-1',
  );
  stage.emit(
    { kind: 'partitions-revoked', ...member, partitions: [{ topic: 'orders', partition: 1 }], lost: true },
    'A-1',
  );
  stage.emit({ kind: 'offset-committed', group: 'A', member: 'm1', topic: 'orders', partition: 0, offset: 6 });
  stage.emit({ kind: 'member-left', group: 'A', member: 'm1', reason: 'session-expired' });
  expect(stage.recorder.history().events).toMatchObject([
    { f: 'assigned', p: 'A-1', g: 'A', m: 'm1', gen: 4, src: 'committed', tps: { 'orders/id:0': 5 } },
    { f: 'assigned', p: 'A-1', g: 'A', m: 'm1', gen: 4, src: 'reset', tps: { 'orders/id:1': 0 } },
    { f: 'lost', p: 'A-1', tps: ['orders/id:1'] },
    { f: 'commit', r: 'b', g: 'A', m: 'm1', offs: { 'orders/id:0': 6 } },
    { f: 'fence', r: 'b', g: 'A', who: 'm1', reason: 'session-expired' },
  ]);
});

test('a topic that was made again is another one', () => {
  const stage = new Stage();
  stage.emit({ kind: 'topic-created', topic: 'orders', topicId: 'one', partitions: 1 });
  expect(stage.recorder.partition('orders', 0)).toBe('orders/one:0');
  stage.emit({ kind: 'topic-created', topic: 'orders', topicId: 'two', partitions: 1 });
  expect(stage.recorder.partition('orders', 0)).toBe('orders/two:0');
  expect(() => stage.recorder.partition('payments', 0)).toThrow(/has no topic payments/);
});

test('what is written as lines is read back the same', () => {
  const history = written({ f: 'poll', recs: [['t/i:0', 1, 2]] }, { f: 'hw', tp: 't/i:0', off: 2 });
  expect(parseHistory(historyLines(history))).toEqual(history);
  expect(() => parseHistory('{"h1":1}\n{oops')).toThrow(/Line 2/);
  expect(() => parseHistory('{"i":1}')).toThrow(/no header/);
});
