import { partitionForKey } from '../../../engine/protocol/murmur2.js';
import type { RunSpec } from '../../../engine/scenario/run-spec.js';
import type { Overtaking, RunView } from '../../../engine/scenario/run-view.js';
import { actorsOf, handledCounts, laneOf, laneSpecOf, verdictOf } from '../run-outcome.js';

/** An overtaking with everything that an explanation cites. Times are run times in milliseconds. */
export interface OvertakingFacts extends Overtaking {
  readonly earlierTakenMs: number;
  readonly laterTakenMs: number;
  readonly earlierTookMs: number;
}

export interface QueueFacts {
  readonly counts: readonly number[];
  readonly overtaking: OvertakingFacts | undefined;
}

/** What the queue's run showed. */
export function queueFacts(outcome: RunView): QueueFacts {
  return { counts: handledCounts(outcome, 'queue'), overtaking: overtakingIn(outcome, 'queue') };
}

/** The first overtaking in a lane (of one of its groups), in full; undefined if nothing overtook. */
export function overtakingIn(outcome: RunView, lane: 'queue' | 'topic', scope?: string): OvertakingFacts | undefined {
  const overtaking = verdictOf(outcome, lane, scope)?.overtakings[0];
  if (overtaking === undefined) return undefined;
  const handlings = actorsOf(outcome, lane).flatMap(({ actor, handlings }) =>
    handlings.map((handling) => ({ actor, ...handling })),
  );
  const find = (record: number, actor: string) =>
    handlings.find((handling) => handling.record === record && handling.actor === actor);
  const earlier = find(overtaking.earlier, overtaking.earlierActor);
  const later = find(overtaking.later, overtaking.laterActor);
  const earlierTakenMs = earlier?.fromMs ?? overtaking.laterHandledMs;
  return {
    ...overtaking,
    earlierTakenMs,
    laterTakenMs: later?.fromMs ?? overtaking.laterHandledMs,
    earlierTookMs: (earlier?.toMs ?? outcome.atMs) - earlierTakenMs,
  };
}

export interface FanFacts {
  readonly counts: readonly number[];
  readonly total: number;
}

/** What publish/subscribe's run showed. */
export function fanFacts(outcome: RunView): FanFacts {
  const counts = handledCounts(outcome, 'publish-subscribe');
  return { counts, total: counts.reduce((sum, count) => sum + count, 0) };
}

export interface TopicFacts {
  readonly groupA: readonly number[];
  readonly groupB: number;
  readonly groupBStartMs: number | undefined;
  /** A record that group B handled before one of another partition that was sent earlier. */
  readonly crossing: { readonly first: number; readonly then: number } | undefined;
}

/** What the topic's run showed. */
export function topicFacts(outcome: RunView): TopicFacts {
  const [reader] = actorsOf(outcome, 'topic', 'B');
  const handled = reader?.handlings.map(({ record }) => record) ?? [];
  const then = handled.find((record, at) => at > 0 && record < (handled[at - 1] ?? record));
  const first = then === undefined ? undefined : handled[handled.indexOf(then) - 1];
  return {
    groupA: handledCounts(outcome, 'topic', 'A'),
    groupB: handledCounts(outcome, 'topic', 'B').reduce((sum, count) => sum + count, 0),
    groupBStartMs: laneOf(outcome, 'topic').groups.find(({ group }) => group === 'B')?.startedAtMs,
    crossing: first === undefined || then === undefined ? undefined : { first, then },
  };
}

/** The keys of each partition, by first appearance: known before the run, for a key's partition is a function of the key. */
export function keysOfPartitions(spec: RunSpec): readonly (readonly string[])[] {
  const { partitions } = laneSpecOf(spec, 'topic');
  const keys = [...new Set(spec.records.flatMap(({ key }) => key ?? []))];
  const encoder = new TextEncoder();
  return Array.from({ length: partitions }, (_, partition) =>
    keys.filter((key) => partitionForKey(encoder.encode(key), partitions) === partition),
  );
}
