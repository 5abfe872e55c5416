import fc from 'fast-check';
import type { ProgramName } from './programs.js';

export interface PlannedRecord {
  readonly kind: 'send';
  /** Which of the program's inputs. */
  readonly input: number;
  readonly key: number;
  /** `null`: a tombstone. */
  readonly value: number | null;
  /** How much earlier than the time that the records have come to, in units of event time. */
  readonly late: number;
  /** Sent so many times. */
  readonly times: number;
}

/** What happens to an application. */
export type Happening =
  | PlannedRecord
  | { readonly kind: 'wait'; readonly ms: number }
  /** Which of those that are not there, or of those that are. */
  | { readonly kind: 'start' | 'close'; readonly instance: number }
  /** Once so much time has gone by: what was sent last is on its way then, processed, or committed. */
  | { readonly kind: 'crash'; readonly instance: number; readonly afterMs: number }
  | { readonly kind: 'drop-connections' | 'crash-broker' };

export interface ApplicationPlan {
  readonly program: ProgramName;
  readonly partitions: number;
  /** How many instances there are in the beginning. */
  readonly instances: number;
  readonly happenings: readonly Happening[];
  readonly cacheBytes: number;
  readonly commitIntervalMs: number;
  readonly standbys: number;
  /** Whether a crash finds copies of the state on a disk. */
  readonly keepsCopies: boolean;
  /** How many records of a changelog are read at a time. */
  readonly restoredAtATime: number;
  readonly seed: number;
}

export const instanceNames = ['one', 'two', 'three'] as const;

const instance = fc.nat(instanceNames.length - 1);

const record: fc.Arbitrary<Happening> = fc.record<PlannedRecord>({
  kind: fc.constant('send'),
  input: fc.nat(1),
  key: fc.nat(4),
  value: fc.option(fc.nat(99), { freq: 8, nil: null }),
  // Out of order, mostly by little.
  late: fc.oneof({ weight: 3, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.nat(40) }),
  times: fc.constantFrom<number>(1, 1, 1, 2),
});

const wait: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant('wait'),
  ms: fc.constantFrom(1, 20, 20, 150, 150, 600, 7_000),
});

const comingAndGoing: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom('start', 'start', 'close'),
  instance,
});

const crash: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constant('crash'),
  instance,
  afterMs: fc.constantFrom(0, 20, 100, 250, 400, 1_500),
});

function plans(program: readonly ProgramName[], happening: fc.Arbitrary<Happening>): fc.Arbitrary<ApplicationPlan> {
  return fc.record({
    program: fc.constantFrom(...program),
    partitions: fc.integer({ min: 1, max: 4 }),
    instances: fc.integer({ min: 1, max: instanceNames.length }),
    happenings: fc.array(happening, { minLength: 16, maxLength: 40, size: 'max' }),
    cacheBytes: fc.constantFrom(0, 0, 1_000_000),
    commitIntervalMs: fc.constantFrom(100, 2_000, 10_000),
    standbys: fc.constantFrom(0, 0, 1),
    keepsCopies: fc.boolean(),
    restoredAtATime: fc.constantFrom(1, 3, 500),
    seed: fc.nat(),
  });
}

/** Instances come, go and crash. */
export function crashPlans(names: readonly ProgramName[]): fc.Arbitrary<ApplicationPlan> {
  return plans(
    names,
    fc.oneof(
      { weight: 8, arbitrary: record },
      { weight: 2, arbitrary: wait },
      { weight: 2, arbitrary: comingAndGoing },
      { weight: 2, arbitrary: crash },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('drop-connections', 'crash-broker') }) },
    ),
  );
}

/** Instances come and go, and none crashes. */
export function peacefulPlans(names: readonly ProgramName[]): fc.Arbitrary<ApplicationPlan> {
  return plans(
    names,
    fc.oneof(
      { weight: 8, arbitrary: record },
      { weight: 2, arbitrary: wait },
      { weight: 2, arbitrary: comingAndGoing },
    ),
  );
}
