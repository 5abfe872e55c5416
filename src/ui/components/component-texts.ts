import type { LogTexts } from './log/log-texts.js';
import type { LaneId } from '../../engine/scenario/run-spec.js';

/** Every word that the components show or read out, in one language. Times come in as milliseconds of the run. */
export interface ComponentTexts {
  /** `lang` of the document: `en` or `zh-Hans`. */
  readonly language: string;
  /** A moment or a duration, such as `13.2 s`: always one decimal unless it is a mark of the axis. */
  readonly seconds: (ms: number) => string;
  /** A mark of the time axis, such as `5 s`. */
  readonly axisMark: (ms: number) => string;

  readonly stage: {
    /** Names the whole drawing for a screen reader: `The run at 13.2 s`. */
    readonly name: (atMs: number) => string;
    /** The tag of the play head and of the left half: `at 13.2 s`. */
    readonly atMoment: (atMs: number) => string;
    /** Heading of the strip of records: `Twelve records`. */
    readonly recordsHeading: (count: number) => string;
    /** Below it, what the labels mean (`a placed · b paid`); empty for the learner's own records. */
    readonly recordsLegend: string;
    /** Over the right half: `handled, in time →`. */
    readonly inTime: string;
    /** How to use the keyboard on the stage, in a sentence, for a screen reader. */
    readonly keyboardHint: string;
    /** The button that leaves a zoomed part of the axis: `Whole axis`. */
    readonly wholeAxis: string;
    /** The button that folds a lane open: `Show Traditional queue`. */
    readonly unfold: (laneTitle: string) => string;
    /** A lane folded to one line: `12 handled`, only asked for when totals may be shown. */
    readonly foldedCount: (handled: number) => string;
  };

  readonly lane: {
    readonly title: (lane: LaneId, partitions: number) => string;
    /** One sentence under the title. */
    readonly sentence: (lane: LaneId) => string;
  };

  readonly actor: {
    /** `worker 1`, `subscriber 2`, `A · member 1` from the actor's id (`worker-1`, `subscriber-2`, `A-1`). */
    readonly name: (lane: LaneId, actor: string, group: string | undefined) => string;
    /** Only asked for when totals may be shown: `10 of 12`. */
    readonly handledOf: (handled: number, total: number) => string;
    /** The badge of a member without partitions: `idle`. */
    readonly idle: string;
    /** The badge of a worker beside an exclusive one: `stands by`. */
    readonly standsBy: string;
    /** The badge of one that has not come yet: `not here yet`. */
    readonly absent: string;
    /** For a screen reader: `owns partitions 0 and 1`. */
    readonly owns: (partitions: readonly number[]) => string;
    /** A row of bars for a screen reader. `handled` is undefined while totals are hidden. */
    readonly row: (name: string, handled: number | undefined) => string;
  };

  readonly queue: {
    readonly ready: string;
    readonly inHand: string;
    readonly acknowledged: string;
    readonly empty: string;
    /** How long until an unacknowledged message is ready again: `60 s`, shown beside a record in hand. */
    readonly timeLeft: (ms: number) => string;
    /** The same for a screen reader: `worker 2 has 6b, ready again in 55 s unless acknowledged`. */
    readonly inHandLong: (actorName: string, label: string, ms: number) => string;
    /** Delivered again so many times: `redelivered 2`. */
    readonly redelivered: (count: number) => string;
  };

  readonly publishSubscribe: {
    readonly topic: string;
    readonly kept: string;
    readonly nothing: string;
    readonly inboxEmpty: string;
    /** `inbox of subscriber 1`. */
    readonly inboxOf: (actorName: string) => string;
    /** Only asked for when totals may be shown: `missed 3`. */
    readonly missed: (count: number) => string;
  };

  readonly topic: {
    /** `Partition 0, high watermark 6`. */
    readonly partitionLong: (partition: number, highWatermark: number) => string;
    readonly highWatermark: string;
    /** `high watermark 6: readers see what lies before it`. */
    readonly highWatermarkLong: (offset: number) => string;
    /** `group A has committed offset 4`. */
    readonly committedLong: (group: string, offset: number) => string;
    /** `A-1 will read offset 5 next`. */
    readonly positionLong: (group: string, owner: string, offset: number) => string;
    /** Legend of the flags. */
    readonly committed: string;
    readonly position: string;
  };

  readonly record: {
    /** A record for a screen reader: `order-2, 2b`. */
    readonly long: (key: string | null, label: string) => string;
    /** A cell of a partition: `offset 3, order-2, 2b`. */
    readonly atOffset: (offset: number, record: string) => string;
    /** A bar: `order-2, 2b, 7.0 to 8.0 s`; `toMs` undefined while it is being handled. */
    readonly handling: (record: string, fromMs: number, toMs: number | undefined, attempt: number) => string;
    /** A tombstone, appended to the above. */
    readonly tombstone: string;
    readonly noKey: string;
  };

  readonly drag: {
    /** What a bar tells about its handle: `drag its end, or press [ and ], to make it shorter or longer`. */
    readonly hint: string;
    /** Said after a change: `2a now takes 9.0 s`. */
    readonly changed: (label: string, handlingMs: number) => string;
  };

  readonly overtaking: {
    /** On the bracket: `2b overtook 2a by 2.6 s`; `byMs` undefined while the earlier one is unfinished. */
    readonly bracket: (later: string, earlier: string, byMs: number | undefined) => string;
    /** A row too dense for bars: `37 overtakings, worst 12 s`. */
    readonly counted: (count: number, worstMs: number | undefined) => string;
    /** Brackets that have no room for their words: `2 more`. */
    readonly more: (count: number) => string;
  };

  readonly band: {
    /** A row too dense for bars, for a screen reader: `412 handlings, drawn as throughput; press Enter to zoom in`. */
    readonly name: (actorName: string, count: number | undefined) => string;
  };

  readonly table: {
    /** Caption of the table of a lane now: `Traditional queue at 13.2 s`. */
    readonly nowCaption: (laneTitle: string, atMs: number) => string;
    /** Caption of its handlings: `Traditional queue: handled, in time`. */
    readonly handledCaption: (laneTitle: string) => string;
    readonly what: string;
    readonly records: string;
    readonly record: string;
    readonly key: string;
    readonly by: string;
    readonly from: string;
    readonly to: string;
    readonly attempt: string;
    readonly partition: string;
    readonly offset: string;
    readonly group: string;
    readonly committed: string;
    readonly position: string;
    readonly owner: string;
    readonly highWatermark: string;
    /** In place of an end that has not come: `in hand`. */
    readonly stillInHand: string;
    readonly none: string;
  };

  readonly timeline: {
    /** Names the slider: `Time of the run`. */
    readonly name: string;
    readonly produced: string;
    readonly delivered: string;
    readonly committed: string;
    /** The slider's value in words: `13.2 s of 25.0 s`. */
    readonly value: (atMs: number, endMs: number) => string;
  };

  readonly controls: {
    /** Names the group of buttons. */
    readonly name: string;
    readonly stepBack: string;
    readonly play: string;
    readonly pause: string;
    readonly stepForward: string;
    readonly speed: string;
    /** An entry of the list of speeds: `×0.1`. */
    readonly speedValue: (factor: number) => string;
  };

  readonly inspector: {
    readonly name: string;
    readonly close: string;
    readonly nothingSelected: string;
    readonly fields: string;
    readonly value: string;
    readonly bytes: string;
    /** `48 bytes`. */
    readonly byteCount: (count: number) => string;
    readonly batch: string;
    readonly headers: string;
    readonly why: string;
    /** In place of a null value. */
    readonly nullValue: string;
    /** Names the button that goes to the moment of an event: `Go to 7.0 s`. */
    readonly goTo: (atMs: number) => string;
    readonly showAllBytes: string;
  };

  readonly ledger: {
    readonly name: string;
    readonly lane: string;
    readonly who: string;
    readonly delivered: string;
    readonly handled: string;
    readonly records: string;
    readonly sum: string;
    readonly verdicts: string;
    /** `Queue`, `subscriber 1`, `Group A` from a verdict's lane and scope. */
    readonly scope: (lane: LaneId, scope: string) => string;
    /** `broken for order-2`. */
    readonly broken: (keys: readonly string[]) => string;
    readonly notJudged: string;
    /** Sequence was kept for each key, and from key to key as well. */
    readonly keptAcrossKeys: string;
    /** Sequence was kept for each key alone. */
    readonly keptWithinKeys: string;
    /** Opens the evidence of a verdict: `Show evidence`. */
    readonly evidence: (count: number) => string;
    /** A piece of evidence that is a button: `2b finished at 8.0 s by worker 1`. */
    readonly finished: (label: string, atMs: number, actorName: string) => string;
    readonly notFinished: (label: string, actorName: string) => string;
  };

  /** The stage of one partition's log. */
  readonly log: LogTexts;

  readonly live: {
    readonly log: string;
    readonly empty: string;
  };
}
