import type { GroupRunStep, RunGroupProtocol } from '../../../engine/scenario/group-run-spec.js';

/** The words of the stage of consumer groups. Times are run times in milliseconds. */
export interface GroupTexts {
  readonly keyboardHint: string;
  /** Said of a committed offset that can be moved. */
  readonly dragHint: string;
  readonly dragged: (group: string, partition: number, offset: number) => string;
  readonly topic: (topic: string) => string;
  readonly partition: (partition: number) => string;
  readonly lag: string;
  readonly lagLong: (group: string, partition: number, lag: number | undefined) => string;
  readonly committed: string;
  readonly position: string;
  readonly logEnd: string;
  readonly logEndLong: (partition: number, offset: number) => string;
  readonly committedLong: (group: string, partition: number, offset: number) => string;
  readonly positionLong: (group: string, owner: string | undefined, partition: number, offset: number) => string;
  readonly trackLong: (partition: number, logStart: number, logEnd: number) => string;
  readonly recordLong: (record: {
    readonly partition: number;
    readonly offset: number;
    readonly key: string | null;
    readonly label: string;
    readonly isGone: boolean;
  }) => string;
  /** Over the bands: `in time`. */
  readonly inTime: string;
  /** What the kinds of bars are: state, pauses, partitions. */
  readonly legend: {
    readonly rebalancing: string;
    readonly owned: string;
    readonly paused: string;
    readonly repeated: string;
    readonly cutShort: string;
    readonly stopped: string;
    readonly crashed: string;
    readonly removed: string;
    readonly refused: string;
  };
  readonly group: (group: string) => string;
  readonly protocol: (protocol: RunGroupProtocol) => string;
  /** A state of a group as Kafka calls it, to be read out: `Preparing rebalance`. */
  readonly state: (state: string) => string;
  /** `generation 3` or `epoch 3`. */
  readonly epoch: (protocol: RunGroupProtocol, epoch: number) => string;
  readonly stateLong: (state: {
    readonly state: string;
    readonly epoch: string;
    readonly fromMs: number;
    readonly toMs: number | undefined;
  }) => string;
  readonly states: string;
  readonly paused: string;
  readonly pausedNow: string;
  readonly pausedLong: (partition: number, fromMs: number, toMs: number | undefined) => string;
  readonly commits: string;
  readonly commitLong: (commit: {
    readonly atMs: number;
    readonly member: string;
    readonly partition: number;
    readonly offset: number;
    readonly refused: string | undefined;
  }) => string;
  readonly member: {
    readonly idle: string;
    readonly absent: string;
    readonly stopped: string;
    readonly crashed: string;
    readonly failed: string;
    readonly isStatic: string;
    readonly long: (member: string, owned: readonly number[], handled: number | undefined) => string;
    readonly lifeLong: (
      member: string,
      end: 'stopped' | 'crashed' | 'failed',
      atMs: number,
      error: { readonly code: string; readonly message: string } | undefined,
    ) => string;
    readonly removedLong: (member: string, atMs: number, reason: string | undefined) => string;
    readonly ownedLong: (span: {
      readonly member: string;
      readonly partition: number;
      readonly fromMs: number;
      readonly toMs: number | undefined;
      readonly isLost: boolean;
      readonly movedFrom: string | undefined;
    }) => string;
    readonly handlingLong: (handling: {
      readonly record: string;
      readonly partition: number;
      readonly offset: number;
      readonly fromMs: number;
      readonly toMs: number | undefined;
      readonly attempt: number;
      readonly isCutShort: boolean;
    }) => string;
  };
  readonly totals: {
    readonly paused: (ms: number) => string;
    readonly moved: (count: number) => string;
    readonly handled: (count: number) => string;
    readonly repeats: (count: number) => string;
  };
  readonly actions: string;
  /** What the script asks of the broker: `3 → 4 partitions`. */
  readonly action: (step: GroupRunStep) => string;
  readonly actionLong: (
    action: string,
    atMs: number,
    refused: { readonly code: string; readonly message: string } | undefined,
  ) => string;
  readonly refused: (code: string) => string;
  readonly timeline: {
    readonly appended: string;
    readonly handled: string;
    readonly committed: string;
    readonly rebalances: string;
  };
  readonly tables: {
    readonly records: (topic: string) => string;
    readonly standing: (group: string) => string;
    readonly states: (group: string) => string;
    readonly members: (group: string) => string;
    readonly owned: (group: string) => string;
    readonly handled: (group: string) => string;
    readonly commits: (group: string) => string;
    readonly actions: string;
    readonly partition: string;
    readonly offset: string;
    readonly record: string;
    readonly key: string;
    readonly value: string;
    readonly committed: string;
    readonly position: string;
    readonly logEnd: string;
    readonly lag: string;
    readonly owner: string;
    readonly state: string;
    readonly epoch: string;
    readonly from: string;
    readonly to: string;
    readonly at: string;
    readonly member: string;
    readonly owns: string;
    readonly attempt: string;
    readonly outcome: string;
    readonly action: string;
    readonly none: string;
    readonly goesOn: string;
    readonly accepted: string;
    readonly waiting: string;
    readonly lost: string;
    readonly givenUp: string;
    readonly cutShort: string;
  };
}
