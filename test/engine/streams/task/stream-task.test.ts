import { describe, expect, it } from 'vitest';
import { logAndContinue } from '../../../../src/engine/streams/task/exception-handlers.js';
import { decodePartitionMetadata } from '../../../../src/engine/streams/task/partition-metadata.js';
import type { StreamTask } from '../../../../src/engine/streams/task/stream-task.js';
import { usePartitionTimeOnInvalidTimestamp } from '../../../../src/engine/streams/task/timestamp-extractors.js';
import { HandMadeTopology, processing } from '../hand-made-topology.js';
import { read, TaskStage } from './task-stage.js';

const copying = () => new HandMadeTopology().source('in', ['a', 'b']).sink('out', ['in'], 'copies');

describe('which record is next', () => {
  it('takes the smallest time of those that are first, and each partition in offset order', () => {
    const stage = new TaskStage(copying()).add('a', ['a1', 10], ['a2', 3]).add('b', ['b1', 5], ['b2', 20]);
    expect(stage.processAll().values).toEqual(['b1', 'a1', 'a2', 'b2']);
  });

  it('waits for an empty partition until it is known to have no more (max.task.idle.ms 0)', () => {
    const stage = new TaskStage(copying()).add('a', ['a1', 10]);
    expect(stage.task.isProcessable(0)).toBe(false);
    stage.task.setLag('b', 2);
    expect(stage.task.isProcessable(0)).toBe(false);
    stage.task.setLag('b', 0);
    expect(stage.task.isProcessable(0)).toBe(true);
  });

  it('waits max.task.idle.ms longer where it is set, from when the partition was known to be empty', () => {
    const stage = new TaskStage(copying(), { 'max.task.idle.ms': 50 }).add('a', ['a1', 10]);
    stage.task.setLag('b', 0);
    expect(stage.task.isProcessable(100)).toBe(false);
    expect(stage.task.dueMs).toBe(150);
    expect(stage.task.isProcessable(149)).toBe(false);
    expect(stage.task.isProcessable(150)).toBe(true);
  });

  it('never waits with max.task.idle.ms -1', () => {
    expect(new TaskStage(copying(), { 'max.task.idle.ms': -1 }).add('a', ['a1', 10]).task.isProcessable(0)).toBe(true);
  });
});

describe('how a record runs through the nodes', () => {
  it('runs depth first, children in the order in which they were attached', () => {
    const seen: string[] = [];
    const noting = (name: string) =>
      processing((record, context) => {
        seen.push(name);
        context.forward(record);
      });
    const topology = new HandMadeTopology()
      .source('in', ['a'])
      .processor('one', ['in'], noting('one'))
      .processor('two', ['in'], noting('two'))
      .processor('below one', ['one'], noting('below one'))
      .processor('below both', ['one', 'two'], noting('below both'));
    new TaskStage(topology).add('a', ['x', 0]).processAll();
    expect(seen).toEqual(['one', 'below one', 'below both', 'two', 'below both']);
  });

  it('forwards to the child that is named, and to no other', () => {
    const topology = new HandMadeTopology()
      .source('in', ['a'])
      .processor(
        'choose',
        ['in'],
        processing((record, context) => context.forward(record, 'right')),
      )
      .sink('left', ['choose'], 'left')
      .sink('right', ['choose'], 'right');
    expect(
      new TaskStage(topology)
        .add('a', ['x', 0])
        .processAll()
        .sent.map(({ topic }) => topic),
    ).toEqual(['right']);
  });

  it('refuses to forward while no record is processed', () => {
    const topology = new HandMadeTopology().source('in', ['a']).processor(
      'early',
      ['in'],
      processing(
        () => undefined,
        (context) => context.forward({ key: null, value: null, timestamp: 0, headers: [] }),
      ),
    );
    expect(() => new TaskStage(topology)).toThrow('early forwards a record while none is processed');
  });
});

describe('time', () => {
  it('skips a record whose time is negative, and commits past it', () => {
    const stage = new TaskStage(
      new HandMadeTopology()
        .source('in', ['a'], { timestampExtractor: (record) => Number(record.value) })
        .sink('out', ['in'], 'copies'),
    );
    stage.add('a', ['-5', 0]).processAll();
    expect(stage.dropped.map(({ reason }) => reason)).toEqual(['negative-timestamp']);
    expect(stage.task.prepareCommit()).toMatchObject([{ topic: 'a', offset: 1 }]);
  });

  it('gives an extractor the largest time of the partition so far', () => {
    const stage = new TaskStage(
      new HandMadeTopology()
        .source('in', ['a'], { timestampExtractor: usePartitionTimeOnInvalidTimestamp })
        .sink('out', ['in'], 'copies'),
    );
    stage.add('a', ['x', 70], ['y', 60], ['z', -1]).processAll();
    expect(stage.sent.map(({ timestamp }) => timestamp)).toEqual([70, 60, 70]);
  });

  it('commits the partition time beside the offset, and goes on from it (KAFKA-7994)', () => {
    const topology = copying();
    const offsets = new TaskStage(topology).add('a', ['x', 70], ['y', 60]).processAll().task.prepareCommit();
    const [{ metadata, offset }] = offsets as [(typeof offsets)[number]];
    expect(offset).toBe(2);
    expect(decodePartitionMetadata(metadata).partitionTime).toBe(70);
    const next = new TaskStage(topology);
    next.task.resumeFrom('a', metadata);
    expect(next.task.streamTimeMs).toBe(70);
  });

  it('commits what processors keep, the larger number of each', () => {
    let keep: (key: string, value: number) => void = () => undefined;
    const topology = new HandMadeTopology().source('in', ['a']).processor('p', ['in'], () => ({
      init(context) {
        const task = context as unknown as StreamTask;
        keep = (key, value) => task.addProcessorMetadata(key, value);
      },
      process: () => undefined,
    }));
    const stage = new TaskStage(topology).add('a', ['x', 1]).processAll();
    keep('emitted', 8);
    keep('emitted', 5);
    const [committed] = stage.task.prepareCommit();
    const next = new TaskStage(topology);
    next.task.resumeFrom('a', committed?.metadata ?? null);
    expect(next.task.processorMetadata('emitted')).toBe(8);
  });
});

describe('punctuation', () => {
  const punctuating = (type: 'stream-time' | 'wall-clock', calls: number[], startTimeMs?: number) =>
    new HandMadeTopology().source('in', ['a']).processor(
      'p',
      ['in'],
      processing(
        () => undefined,
        (context) => void context.schedule(10, type, (time) => calls.push(time), startTimeMs),
      ),
    );

  it('follows stream time: with the first record, then in step with 0, once after a gap', () => {
    const calls: number[] = [];
    const stage = new TaskStage(punctuating('stream-time', calls));
    for (const time of [5, 7, 10, 12, 25, 30, 75, 80]) {
      stage.add('a', ['x', time]).processAll();
      stage.task.punctuateStreamTime();
    }
    expect(calls).toEqual([5, 10, 25, 30, 75, 80]);
  });

  it('follows the clock: after one interval, once after a gap', () => {
    const calls: number[] = [];
    const stage = new TaskStage(punctuating('wall-clock', calls));
    for (const step of [9, 1, 35, 4, 1]) {
      stage.clock.advance(step);
      stage.task.punctuateSystemTime();
    }
    expect(calls).toEqual([1_010, 1_045, 1_050]);
  });

  it('starts when it is told to (KIP-1146)', () => {
    const calls: number[] = [];
    const stage = new TaskStage(punctuating('wall-clock', calls, 1_003));
    for (let step = 0; step < 14; step += 1) {
      stage.clock.advance(1);
      stage.task.punctuateSystemTime();
    }
    expect(calls).toEqual([1_003, 1_013]);
  });
});

describe('failures', () => {
  const failing = () =>
    new HandMadeTopology()
      .source('in', ['a'])
      .processor(
        'p',
        ['in'],
        processing((record, context) => {
          if (record.value === 'bad') throw new RangeError('value is bad');
          context.forward(record);
        }),
      )
      .sink('out', ['p'], 'copies')
      .sink('beside', ['in'], 'beside');

  it('ends the task with what failed, and the place of the record', () => {
    const stage = new TaskStage(failing()).add('a', ['x', 1], ['bad', 2]);
    stage.task.process();
    expect(() => stage.task.process()).toThrow(
      expect.objectContaining({
        name: 'StreamsException',
        message: 'Exception caught in process. taskId=0_0, processor=p, topic=a, partition=0, offset=1',
        cause: new RangeError('value is bad'),
      }),
    );
  });

  it('goes on where a handler says so: what stands beside still gets the record', () => {
    const stage = new TaskStage(failing(), { 'processing.exception.handler': logAndContinue });
    stage.add('a', ['bad', 1], ['x', 2]).processAll();
    expect(stage.sent.map(({ topic, value }) => `${topic}:${read(value)}`)).toEqual([
      'beside:bad',
      'copies:x',
      'beside:x',
    ]);
    expect(stage.dropped).toMatchObject([
      { reason: 'failed', node: 'p', origin: { topic: 'a', partition: 0, offset: 0 } },
    ]);
  });

  it('sends dead letters with the source bytes and Kafka’s headers (KIP-1034)', () => {
    const stage = new TaskStage(failing(), {
      'processing.exception.handler': logAndContinue,
      'deserialization.exception.handler': logAndContinue,
      'errors.dead.letter.queue.topic.name': 'dead',
    });
    stage.add('a', ['bad', 1], ['unreadable', 2]).processAll();
    const letters = stage.sent.filter(({ topic }) => topic === 'dead');
    const headers = letters.map((each) => Object.fromEntries(each.headers.map(([name, value]) => [name, read(value)])));
    expect(letters.map(({ value }) => read(value))).toEqual(['unreadable', 'bad']);
    expect(headers).toMatchObject([
      {
        '__streams.errors.exception': 'TypeError',
        '__streams.errors.message': 'no text in it',
        '__streams.errors.offset': '1',
      },
      {
        '__streams.errors.exception': 'RangeError',
        '__streams.errors.message': 'value is bad',
        '__streams.errors.topic': 'a',
        '__streams.errors.partition': '0',
        '__streams.errors.offset': '0',
      },
    ]);
  });

  it('asks the production handler about what a serde refuses', () => {
    const topology = () =>
      new HandMadeTopology()
        .source('in', ['a'])
        .processor(
          'p',
          ['in'],
          processing((record, context) =>
            context.forward({ ...record, value: record.value === 'bad' ? 7 : record.value }),
          ),
        )
        .sink('out', ['p'], 'copies');
    const strict = new TaskStage(topology()).add('a', ['bad', 1]);
    expect(() => strict.processAll()).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ cause: new TypeError('not a text') }) as unknown }),
    );
    const lenient = new TaskStage(topology(), { 'production.exception.handler': () => ({ result: 'resume' }) });
    expect(lenient.add('a', ['bad', 1], ['x', 2]).processAll().values).toEqual(['x']);
  });
});
