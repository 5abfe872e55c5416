import { BatchBuffers } from '../../../src/engine/client/batch-buffers.js';
import { describe, expect, it } from 'vitest';
import { BatchNumbering } from '../../../src/engine/client/batch-numbering.js';
import { ProducerBatch } from '../../../src/engine/client/producer-batch.js';
import { SendCall } from '../../../src/engine/client/send-call.js';
import { readBatchHeader } from '../../../src/engine/protocol/record-batch.js';

const delivery = { acks: -1, timeoutMs: 1000, compression: 'none', isIdempotent: true } as const;
const first = { producerId: 7n, epoch: 0 };
const second = { producerId: 7n, epoch: 1 };

function batchOf(count: number): ProducerBatch {
  const batch = new ProducerBatch('orders', 0, delivery, 0, 1_000_000);
  const call = new SendCall(count);
  for (let at = 0; at < count; at++) batch.append({ key: null, value: null, timestamp: 1 }, 10, call);
  batch.close();
  return batch;
}

/** A partition of which the broker has the first batch, of one record, and so many more on their way. */
function underWay(count: number): { numbering: BatchNumbering; batches: ProducerBatch[] } {
  const numbering = new BatchNumbering();
  const [known, ...batches] = Array.from({ length: count + 1 }, () => batchOf(1)) as [
    ProducerBatch,
    ...ProducerBatch[],
  ];
  numbering.number(known, first);
  known.send();
  numbering.acknowledge(known);
  for (const batch of batches) {
    expect(numbering.mayNumber(first)).toBe(true);
    numbering.number(batch, first);
    batch.send();
  }
  return { numbering, batches };
}

const sequences = (batches: readonly ProducerBatch[]) => batches.map(({ numbers }) => numbers?.baseSequence);

describe('numbering the batches of a partition', () => {
  it('counts records, from 0', () => {
    const numbering = new BatchNumbering();
    const batches = [3, 1, 5].map(batchOf);
    for (const batch of batches) {
      numbering.number(batch, first);
      batch.send();
      numbering.acknowledge(batch);
    }
    expect(sequences(batches)).toEqual([0, 3, 4]);
    const header = readBatchHeader((batches[2] as ProducerBatch).encode(new BatchBuffers()), 0);
    expect(header).toMatchObject({ producerId: 7, producerEpoch: 0, baseSequence: 4, lastSequence: 8 });
  });

  it('IDP-5 after 2^31-1 comes 0', () => {
    const numbering = new BatchNumbering();
    const large = { recordCount: 2 ** 31 - 2, mayBeStored: false, number: () => undefined } as unknown as ProducerBatch;
    numbering.number(large, first);
    numbering.acknowledge(large);
    const batches = [3, 2].map(batchOf);
    for (const batch of batches) numbering.number(batch, first);
    expect(sequences(batches)).toEqual([2 ** 31 - 2, 1]);
    expect(readBatchHeader((batches[0] as ProducerBatch).encode(new BatchBuffers()), 0).lastSequence).toBe(0);
  });

  it('lets the first batch go alone: a broker takes whatever comes first from a producer that it does not know', () => {
    const numbering = new BatchNumbering();
    const batch = batchOf(1);
    numbering.number(batch, first);
    expect(numbering.mayNumber(first)).toBe(false);
    numbering.acknowledge(batch);
    numbering.number(batchOf(1), first);
    expect(numbering.mayNumber(first)).toBe(true);
  });

  it('IDP-3 keeps within the five batches that a broker knows, counted from the first without an answer', () => {
    const { numbering, batches } = underWay(5);
    expect(numbering.mayNumber(first)).toBe(false);
    numbering.acknowledge(batches[3] as ProducerBatch);
    expect(numbering.mayNumber(first)).toBe(false);
    numbering.acknowledge(batches[0] as ProducerBatch);
    expect(numbering.mayNumber(first)).toBe(true);
  });

  it('repeats only what the broker waits for', () => {
    const { numbering, batches } = underWay(3);
    expect(batches.map((batch) => numbering.mayRepeat(batch))).toEqual([true, false, false]);
    expect(numbering.mayFollow(batches[1] as ProducerBatch, [])).toBe(false);
    expect(numbering.mayFollow(batches[1] as ProducerBatch, batches.slice(0, 1))).toBe(true);
  });

  it('IDP-4 a gap: what is left is numbered anew in another epoch, once it is certain that none of it is stored', () => {
    const { numbering, batches } = underWay(3);
    const [refused, waiting, unsure] = batches as [ProducerBatch, ProducerBatch, ProducerBatch];
    refused.refuse(false);
    numbering.giveUp(refused);
    waiting.refuse(true);
    numbering.missesBefore(waiting);
    expect(numbering.isReadyForEpoch).toBe(false);
    expect(numbering.mayNumber(first)).toBe(false);
    // Nobody knows of the last one: so it is asked for first.
    expect([waiting, unsure].map((batch) => numbering.mayRepeat(batch))).toEqual([false, true]);
    unsure.refuse(true);
    expect(numbering.isReadyForEpoch).toBe(true);
    numbering.beginEpoch(second);
    expect([waiting, unsure].map(({ numbers }) => numbers)).toEqual([
      { identity: second, baseSequence: 0 },
      { identity: second, baseSequence: 1 },
    ]);
    expect(readBatchHeader(unsure.encode(new BatchBuffers()), 0)).toMatchObject({ producerEpoch: 1, baseSequence: 1 });
  });

  it('a batch that misses others which are on their way is no gap', () => {
    const { numbering, batches } = underWay(2);
    numbering.missesBefore(batches[1] as ProducerBatch);
    expect(numbering.isReadyForEpoch).toBe(false);
    expect(numbering.mayRepeat(batches[0] as ProducerBatch)).toBe(true);
  });

  it('given up without an answer: what follows tells whether it is stored', () => {
    for (const isStored of [true, false]) {
      const { numbering, batches } = underWay(2);
      const [lost, next] = batches as [ProducerBatch, ProducerBatch];
      numbering.giveUp(lost);
      expect(numbering.mayNumber(first)).toBe(false);
      if (isStored) {
        numbering.acknowledge(next);
        expect(numbering.mayNumber(first)).toBe(true);
      } else {
        next.refuse(true);
        numbering.missesBefore(next);
        expect(numbering.isReadyForEpoch).toBe(true);
      }
    }
  });

  it('given up without an answer, and nothing follows: the next batch begins an epoch, in which it can’t come any more', () => {
    const { numbering, batches } = underWay(1);
    numbering.giveUp(batches[0] as ProducerBatch);
    expect(numbering.isReadyForEpoch).toBe(true);
  });

  it('a restarted broker knows its last batch only: that one speaks for those before it', () => {
    const { numbering, batches } = underWay(3);
    const [one, two, three] = batches as [ProducerBatch, ProducerBatch, ProducerBatch];
    one.refuse(true);
    numbering.missesBefore(one);
    expect(numbering.mayRepeat(two)).toBe(true);
    two.refuse(true);
    expect(numbering.mayRepeat(three)).toBe(true);
    expect(numbering.acknowledge(three)).toEqual([one, two]);
    expect(numbering.unsettled).toEqual([]);
    expect(numbering.isReadyForEpoch).toBe(false);
    expect(numbering.mayNumber(first)).toBe(true);
  });

  it('a batch of one epoch waits until those of the one before are settled', () => {
    const { numbering, batches } = underWay(1);
    expect(numbering.mayNumber(second)).toBe(false);
    numbering.acknowledge(batches[0] as ProducerBatch);
    const next = batchOf(1);
    numbering.number(next, second);
    expect(next.numbers).toEqual({ identity: second, baseSequence: 0 });
  });
});
