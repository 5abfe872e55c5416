import { expect, it } from 'vitest';
import type { PartitionSnapshot } from '../../../src/engine/archive/partition-snapshot.js';
import { readArchive } from '../../../src/engine/archive/read-archive.js';
import { writeArchive } from '../../../src/engine/archive/write-archive.js';
import { defaultLogConfig } from '../../../src/engine/log/log-config.js';
import { Segment } from '../../../src/engine/log/segment.js';
import { encodeBatch, stampBatch } from '../../../src/engine/protocol/record-batch.js';

const megabyte = 1024 * 1024;

/** A batch of 250 KB, and a segment that is nothing but it, each time at the next offset. No more of the segment is ever there than is read. */
const batch = encodeBatch({
  records: Array.from({ length: 250 }, (_, at) => ({ key: null, value: new Uint8Array(1000).fill(at), timestamp: 1 })),
  partitionLeaderEpoch: 0,
});

function bytesOfSegment(position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const index = Math.floor((position + at) / batch.length);
    const within = (position + at) % batch.length;
    stampBatch(batch, 0, { baseOffset: index * 250, leaderEpoch: 0 });
    const part = batch.subarray(within, within + length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

it('IMP-7 export and import of 200 MB hold a few megabytes at any time', async () => {
  const batches = Math.ceil((200 * megabyte) / batch.length);
  const size = batches * batch.length;
  let [read, handedOut, taken, stored] = [0, 0, 0, 0];
  let [mostHeldByExport, mostHeldByImport, largestCommit] = [0, 0, 0];
  const log: PartitionSnapshot['log'] = {
    config: defaultLogConfig,
    readSegment: async (_, position, length) => {
      read += length;
      mostHeldByExport = Math.max(mostHeldByExport, position + length - handedOut);
      return bytesOfSegment(position, length);
    },
  };
  const segment = new Segment('large-0/00000000000000000000.log', 0, defaultLogConfig, 0);
  const snapshot: PartitionSnapshot = {
    log,
    archived: {
      logStartOffset: 0,
      endOffset: batches * 250,
      cleanedTo: null,
      segments: [{ baseOffset: 0, bytes: size, modifiedAt: 0 }],
    },
    ranges: [{ segment, from: 0, to: size, baseOffset: 0, modifiedAt: 0 }],
    leaderEpochs: '0\n1\n0 0\n',
    release: () => undefined,
  };
  const topic = { name: 'large', id: 'AAAAAAAAAAAAAAAAAAAAAQ', configs: [], partitions: [snapshot] };
  async function* pieces() {
    for await (const piece of writeArchive({ exportedAt: 0, clusterId: 'x', topics: [topic], groups: [] })) {
      handedOut += piece.length;
      taken += piece.length;
      mostHeldByImport = Math.max(mostHeldByImport, taken - stored);
      yield piece;
    }
  }
  const staged = await readArchive(pieces(), {
    storage: {
      commit: async (writes) => {
        const bytes = writes.reduce((sum, write) => sum + ('bytes' in write ? write.bytes.length : 0), 0);
        largestCommit = Math.max(largestCommit, bytes);
        stored += bytes;
      },
    },
    clock: { now: () => 1 },
    rules: { name: () => undefined, configs: () => undefined },
    admit: async () => new Map([['large', { name: 'large', indexing: defaultLogConfig }]]),
  });
  expect(staged.topics[0]).toMatchObject({ records: batches * 250, bytes: size });
  // What straddles two windows is read twice.
  expect(read).toBeLessThan(1.3 * size);
  expect(mostHeldByExport).toBeLessThan(3 * megabyte);
  expect(mostHeldByImport).toBeLessThan(3 * megabyte);
  expect(largestCommit).toBeLessThan(2 * megabyte);
});
