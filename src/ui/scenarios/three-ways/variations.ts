import type { GroupSpec, QueueLane, RunSpec } from '../../../engine/scenario/run-spec.js';
import { withLane } from '../run-outcome.js';

/** What the learner changes in a run: each gives the spec that results. */
export type Change = (spec: RunSpec) => RunSpec;

/** How far each can be changed. Times in milliseconds. */
export const variationLimits = {
  handlingMs: { least: 100, most: 30_000 },
  members: { least: 1, most: 4 },
  partitions: { least: 1, most: 6 },
  intervalMs: { least: 100, most: 5_000 },
  startMs: { least: 0, most: 60_000 },
} as const;

/** A worker of the queue takes so long for a record. */
export function workerSpeed(worker: string, handlingMs: number): Change {
  return (spec) =>
    withLane(spec, 'queue', (lane) => ({
      ...lane,
      workers: lane.workers.map((each) => (each.id === worker ? { ...each, handlingMs } : each)),
    }));
}

/** One worker takes everything, or all compete. */
export function delivery(kind: QueueLane['delivery']): Change {
  return (spec) => withLane(spec, 'queue', (lane) => ({ ...lane, delivery: kind }));
}

/** A subscriber begins to listen then; 0: before the first record. */
export function subscriberJoins(subscriber: string, joinsAtMs: number): Change {
  return (spec) =>
    withLane(spec, 'publish-subscribe', (lane) => ({
      ...lane,
      subscribers: lane.subscribers.map((each) => (each.id === subscriber ? { ...each, joinsAtMs } : each)),
    }));
}

/** A group has so many members; new ones are as fast as the first. */
export function memberCount(group: string, count: number): Change {
  return changeGroup(group, (each) => ({
    ...each,
    members: Array.from(
      { length: count },
      (_, at) => each.members[at] ?? { id: `${group}-${at + 1}`, handlingMs: each.members[0]?.handlingMs ?? 1000 },
    ),
  }));
}

/** A member takes so long for a record. */
export function memberSpeed(group: string, member: string, handlingMs: number): Change {
  return changeGroup(group, (each) => ({
    ...each,
    members: each.members.map((one) => (one.id === member ? { ...one, handlingMs } : one)),
  }));
}

/** Where a group begins that has committed nothing. */
export function offsetReset(group: string, autoOffsetReset: GroupSpec['autoOffsetReset']): Change {
  return changeGroup(group, (each) => ({ ...each, autoOffsetReset }));
}

/** When a group starts. */
export function groupStarts(group: string, starts: GroupSpec['starts']): Change {
  return changeGroup(group, (each) => ({ ...each, starts }));
}

/** The topic has so many partitions. */
export function partitionCount(partitions: number): Change {
  return (spec) => withLane(spec, 'topic', (lane) => ({ ...lane, partitions }));
}

/** Records are sent to the topic with their keys, or without. */
export function keyed(isKeyed: boolean): Change {
  return (spec) => withLane(spec, 'topic', (lane) => ({ ...lane, keyed: isKeyed }));
}

/** One record every so often. */
export function interval(recordIntervalMs: number): Change {
  return (spec) => ({ ...spec, recordIntervalMs });
}

/** Other delays, ids and, without keys, partitions. */
export function seed(text: string): Change {
  return (spec) => ({ ...spec, seed: text });
}

/** No bar is dragged. */
export const withoutOverrides: Change = (spec) => ({ ...spec, overrides: [] });

function changeGroup(group: string, change: (group: GroupSpec) => GroupSpec): Change {
  return (spec) =>
    withLane(spec, 'topic', (lane) => ({
      ...lane,
      groups: lane.groups.map((each) => (each.group === group ? change(each) : each)),
    }));
}
