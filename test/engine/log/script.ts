/** A script that a real Kafka's log played, and what came of each step. Fields that are false, null, empty or as they were are left out. */
export interface Script {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly server?: Readonly<Record<string, number>>;
  /** Stored sizes depend on a compressor's output. */
  readonly codecDependent?: boolean;
  readonly steps: readonly Step[];
  readonly final?: State;
}

export interface Step {
  readonly op: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** After `advance`: the time. */
  readonly now?: number;
  readonly result?: StepResult;
  /** What is different after the step. */
  readonly state?: State;
}

export type StepResult = Readonly<Record<string, unknown>> & {
  readonly error?: { readonly code: string; readonly message: string; readonly recordErrors?: readonly unknown[] };
};

/** In `segments` a number stands for a segment that is as it was described last. */
export interface State {
  readonly logStartOffset?: number;
  readonly highWatermark?: number;
  readonly lastStableOffset?: number;
  readonly logEndOffset?: number;
  readonly recoveryPoint?: number;
  readonly leaderEpochs?: readonly (readonly [number, number])[];
  readonly producers?: readonly ProducerDescription[];
  readonly segments?: readonly (number | SegmentDescription)[];
}

export interface ProducerDescription {
  readonly producerId: number;
  readonly epoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
  readonly coordinatorEpoch?: number;
  readonly currentTxnFirstOffset?: number;
}

export interface SegmentDescription {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly sizeInBytes: number;
  readonly largestTimestamp: number;
  readonly lastModified?: number;
  readonly indexEntries: readonly [number, number];
  readonly batches?: readonly Readonly<Record<string, unknown>>[];
}

/** Every field, and every segment described. */
export type WholeState = Required<Omit<State, 'segments'>> & { readonly segments: readonly SegmentDescription[] };

/** What a script begins with. */
export const emptyState: WholeState = {
  logStartOffset: 0,
  highWatermark: 0,
  lastStableOffset: 0,
  logEndOffset: 0,
  recoveryPoint: 0,
  leaderEpochs: [],
  producers: [],
  segments: [{ baseOffset: 0, nextOffset: 0, sizeInBytes: 0, largestTimestamp: -1, indexEntries: [0, 0] }],
};

/** The whole state after a step. A segment whose batches are not listed again and which is otherwise as it was keeps them. */
export function stateAfter(before: WholeState, change: State | undefined): WholeState {
  if (change === undefined) return before;
  const known = new Map(before.segments.map((segment) => [segment.baseOffset, segment]));
  const segments = (change.segments ?? before.segments).map((segment) => {
    if (typeof segment !== 'number') return segment;
    const described = known.get(segment);
    if (described === undefined) throw new Error(`The script speaks of segment ${segment}, which it never described.`);
    return described;
  });
  return { ...before, ...change, segments };
}
