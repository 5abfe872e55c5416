import { isInternalTopic } from '../../../src/engine/broker/topic-name.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';
import type { BrokerBench } from '../broker/broker-bench.js';
import { servicesOf } from './rich-topics.js';

const text = new TextDecoder();
const shown = (bytes: Uint8Array | null) => (bytes === null ? null : text.decode(bytes));

/** Everything that readers can find out about a log, and nothing of how it is stored. */
export async function contentsOf(log: PartitionLog) {
  const batches: unknown[] = [];
  let next = log.logStartOffset;
  while (next < log.highWatermark) {
    const bytes = await log.read(next, 1_000_000, { minOneMessage: true });
    if (bytes.length === 0) break;
    for (const { header } of batchesIn(bytes)) {
      const { baseOffset, lastOffset, partitionLeaderEpoch, crc, attributes, maxTimestamp } = header;
      const { producerId, producerEpoch, baseSequence } = header;
      const records = [...decodeRecords(bytes, header)].map(({ offset, timestamp, key, value, headers }) => ({
        offset,
        timestamp,
        key: shown(key),
        value: shown(value),
        headers: headers.map((each) => [each.key, shown(each.value)]),
      }));
      batches.push({
        ...{ baseOffset, lastOffset, partitionLeaderEpoch, crc, attributes, maxTimestamp },
        ...{ producerId, producerEpoch, baseSequence, records },
      });
      next = lastOffset + 1;
    }
  }
  const { logStartOffset, highWatermark, lastStableOffset, leaderEpochs, cleanerCheckpoint } = log;
  return {
    ...{ logStartOffset, highWatermark, lastStableOffset, batches, cleanerCheckpoint },
    // The epoch that the log is led in now has written nothing of it yet.
    leaderEpochs: leaderEpochs.filter(({ startOffset }) => startOffset < highWatermark),
  };
}

/** The same of every partition of every topic that is not the broker's own, with the topics' ids and configs. */
export async function topicsOf(bench: BrokerBench) {
  const { replicas } = servicesOf(bench);
  const found: [string, unknown][] = [];
  for (const { name, topicId, configs, partitions } of replicas.topics) {
    if (isInternalTopic(name)) continue;
    const logs = partitions.map(({ partition }) => replicas.replica(name, partition)?.log as PartitionLog);
    const contents = await Promise.all(logs.map(contentsOf));
    found.push([name, { topicId: [...topicId], configs: Object.fromEntries(configs), partitions: contents }]);
  }
  // Unlike an assignment, this makes `__proto__` a name like any other.
  return Object.fromEntries(found);
}
