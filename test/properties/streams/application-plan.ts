import fc from 'fast-check';
import { programs, type ProgramName } from './application-programs.js';

export interface PlannedRecord {
  readonly kind: 'send';
  /** Which of the program's inputs. */
  readonly input: number;
  readonly key: number;
  /** `null`: a tombstone. */
  readonly value: number | null;
  readonly timestamp: number;
  /** Sent so many times. */
  readonly times: number;
}

/** What happens to an application. */
export type Happening =
  | PlannedRecord
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'start' | 'close' | 'crash'; readonly instance: number }
  | { readonly kind: 'drop-connections' | 'crash-broker' };

export interface ApplicationPlan {
  readonly program: ProgramName;
  readonly partitions: number;
  readonly happenings: readonly Happening[];
  readonly cacheBytes: number;
  readonly standbys: number;
  /** Whether a crash finds copies of the state on a disk. */
  readonly keepsCopies: boolean;
  /** How many records of a changelog are read at a time. */
  readonly restoredAtATime: number;
  readonly seed: number;
}

export const instanceNames = ['one', 'two', 'three'];

const instance = fc.nat(instanceNames.length - 1);

const record: fc.Arbitrary<Happening> = fc.record<PlannedRecord>({
  kind: fc.constant('send'),
  input: fc.nat(1),
  key: fc.nat(4),
  value: fc.option(fc.nat(99), { freq: 8, nil: null }),
  // Out of order, by up to 30.
  timestamp: fc.nat(30),
  times: fc.constantFrom<number>(1, 1, 1, 2),
});

const wait: fc.Arbitrary<Happening> = fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(1, 20, 150, 600) });

const comingAndGoing = (...kinds: ('start' | 'close' | 'crash')[]): fc.Arbitrary<Happening> =>
  fc.record({ kind: fc.constantFrom(...kinds), instance });

function plans(program: readonly ProgramName[], happening: fc.Arbitrary<Happening>): fc.Arbitrary<ApplicationPlan> {
  return fc.record({
    program: fc.constantFrom(...program),
    partitions: fc.integer({ min: 1, max: 4 }),
    happenings: fc.array(happening, { minLength: 12, maxLength: 40, size: 'max' }),
    cacheBytes: fc.constantFrom(0, 0, 1_000_000),
    standbys: fc.constantFrom(0, 0, 1),
    keepsCopies: fc.boolean(),
    restoredAtATime: fc.constantFrom(1, 3, 500),
    seed: fc.nat(),
  });
}

const allPrograms = Object.keys(programs) as ProgramName[];

/** Instances come, go and crash. */
export function crashPlans(names: readonly ProgramName[] = allPrograms): fc.Arbitrary<ApplicationPlan> {
  return plans(
    names,
    fc.oneof(
      { weight: 8, arbitrary: record },
      { weight: 2, arbitrary: wait },
      { weight: 2, arbitrary: comingAndGoing('start', 'close', 'crash') },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('drop-connections', 'crash-broker') }) },
    ),
  );
}

/** Instances come and go, and none crashes. */
export function peacefulPlans(names: readonly ProgramName[] = allPrograms): fc.Arbitrary<ApplicationPlan> {
  return plans(
    names,
    fc.oneof(
      { weight: 8, arbitrary: record },
      { weight: 2, arbitrary: wait },
      { weight: 2, arbitrary: comingAndGoing('start', 'close') },
    ),
  );
}
