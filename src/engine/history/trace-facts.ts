import type { AssignedPartition, RecordedEvent, TopicPartitionRef } from '../environment/trace-events.js';
import { partitionName, type HistoryFact, type Offsets, type PartitionName } from './history.js';

/** Which incarnation of a topic a name stands for, as far as the trace has told. */
export class TopicNames {
  private readonly ids = new Map<string, string>();

  learn(topic: string, topicId: string): void {
    this.ids.set(topic, topicId);
  }

  /** Throws if the trace has not told of the topic yet: its events then come from somewhere else. */
  partition(topic: string, partition: number): PartitionName {
    const topicId = this.ids.get(topic);
    if (topicId === undefined)
      throw new Error(`The trace has no topic ${topic} yet. Create it in the world whose trace is recorded.`);
    return partitionName(topic, topicId, partition);
  }

  has(topic: string): boolean {
    return this.ids.has(topic);
  }
}

interface TracedFact {
  readonly p: string;
  readonly r?: 'b';
  readonly fact: HistoryFact;
}

/** What an event of the trace adds to the history: owners of partitions as the clients see them, the rest as the broker does. */
export function factsOf(event: RecordedEvent, topics: TopicNames): readonly TracedFact[] {
  const atBroker = (fact: HistoryFact): readonly TracedFact[] => [{ p: event.source, r: 'b', fact }];
  switch (event.kind) {
    case 'topic-created':
      topics.learn(event.topic, event.topicId);
      return [];
    case 'partitions-assigned': {
      const { client: p, group: g, member: m, generation: gen, partitions } = event;
      const bySource = (['committed', 'reset', 'seek'] as const).map((src) => ({
        src,
        tps: startsOf(
          partitions.filter(({ source }) => source === src),
          topics,
        ),
      }));
      return bySource
        .filter(({ tps }) => Object.keys(tps).length > 0)
        .map(({ src, tps }) => ({ p, fact: { f: 'assigned', g, m, gen, tps, src } }));
    }
    case 'partitions-revoked': {
      const { client: p, group: g, member: m, generation: gen, partitions, lost } = event;
      const tps = partitions.map((at) => nameOf(at, topics));
      return [{ p, fact: { f: lost ? 'lost' : 'revoked', g, m, gen, tps } }];
    }
    case 'offset-committed': {
      const { group: g, member: m, offset, waitedMs = 0 } = event;
      const at = (event.at - waitedMs) * 1000;
      return atBroker({ f: 'commit', g, m, offs: { [nameOf(event, topics)]: offset }, at });
    }
    case 'batch-appended': {
      // Internal topics are no part of what clients did.
      if (!topics.has(event.topic)) return [];
      const { baseOffset: off, lastOffset, leaderEpoch: ep, producer } = event;
      const numbered =
        producer === undefined ? {} : { pid: producer.id, pep: producer.epoch, seq: producer.baseSequence };
      return atBroker({ f: 'append', tp: nameOf(event, topics), off, n: lastOffset - off + 1, ep, ...numbered });
    }
    case 'appends-taken-back':
      if (!topics.has(event.topic)) return [];
      return atBroker({ f: 'trunc', tp: nameOf(event, topics), to: event.logEndOffset });
    case 'log-start-advanced':
      if (!topics.has(event.topic)) return [];
      return atBroker({ f: 'start', tp: nameOf(event, topics), off: event.logStartOffset });
    case 'log-cleaned':
      if (!topics.has(event.topic)) return [];
      return atBroker({
        f: 'clean',
        tp: nameOf(event, topics),
        from: event.firstDirtyOffset,
        to: event.endOffset,
        removed: event.removed,
      });
    case 'log-recovered':
      if (!topics.has(event.topic)) return [];
      return atBroker({
        f: 'recover',
        node: event.source,
        tp: nameOf(event, topics),
        from: event.logStartOffset,
        to: event.logEndOffset,
      });
    case 'member-joined':
      return atBroker({ f: 'member', g: event.group, m: event.member, state: 'joined' });
    case 'high-watermark-advanced':
      if (!topics.has(event.topic)) return [];
      return atBroker({ f: 'hw', tp: nameOf(event, topics), off: event.highWatermark });
    case 'broker-started':
      return atBroker({ f: 'leader', node: event.nodeId, epoch: event.leaderEpoch });
    case 'groups-read-back':
      return event.groups.flatMap(({ group: g, members }) =>
        members.flatMap((m) => atBroker({ f: 'member', g, m, state: 'read-back' })),
      );
    case 'member-left':
      return atBroker({ f: 'fence', g: event.group, who: event.member, reason: event.reason });
    default:
      return [];
  }
}

function startsOf(partitions: readonly AssignedPartition[], topics: TopicNames): Offsets {
  return Object.fromEntries(partitions.map((at) => [nameOf(at, topics), at.startOffset]));
}

function nameOf({ topic, partition }: TopicPartitionRef, topics: TopicNames): PartitionName {
  return topics.partition(topic, partition);
}
