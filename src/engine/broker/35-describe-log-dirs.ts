/**
 * DescribeLogDirs v1-5. The one directory of this broker, with the bytes of each partition that is asked for; those that are not here are left out. Not known: the size of
 * the disk.
 */
import type { Handler } from './handler.js';

export const handleDescribeLogDirs: Handler<'DescribeLogDirs'> = ({ replicas, logDirectory }, { request }) => {
  const asked = request.topics && new Map(request.topics.map(({ topic, partitions }) => [topic, new Set(partitions)]));
  const topics = [...replicas.topics].flatMap(({ name, partitions }) => {
    const wanted = partitions.filter(({ partition }) => asked?.get(name)?.has(partition) ?? asked === null);
    if (wanted.length === 0) return [];
    return {
      name,
      partitions: wanted.map(({ partition }) => ({
        partitionIndex: partition,
        partitionSize: BigInt(replicas.replica(name, partition)?.log.size ?? 0),
        offsetLag: 0n,
        isFutureKey: false,
      })),
    };
  });
  return { throttleTimeMs: 0, results: [{ errorCode: 0, logDir: logDirectory, topics }] };
};
