import fc from 'fast-check';

/** What happens to a run, `afterMs` after what happened before it. `which` chooses among the members that are there. */
export type Disturbance = {
  readonly afterMs: number;
  readonly which: number;
} & (
  | { readonly kind: 'add-member' | 'stop-member' | 'crash-member' | 'drop-connections' }
  /** A member that runs on and reaches nobody, for so long. */
  | { readonly kind: 'cut-off'; readonly lengthMs: number }
  /** The power fails: the broker crashes, and is there again at once. */
  | { readonly kind: 'crash-broker' }
);

/** A whole run as data: who sends what, who reads it how fast, and what goes wrong. */
export interface GroupPlan {
  readonly seed: string;
  readonly partitions: number;
  readonly members: number;
  /** The key of each record, in the sequence in which they are sent. */
  readonly keys: readonly string[];
  readonly intervalMs: number;
  /** How long the members take for a record; the n-th member takes the n-th time, and so on from the first again. */
  readonly handlingMs: readonly number[];
  readonly disturbances: readonly Disturbance[];
}

const waits = fc.oneof(fc.nat(300), fc.nat(4000));
const common = { afterMs: waits, which: fc.nat(9) };

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  fc.record({
    ...common,
    kind: fc.constantFrom(
      'add-member' as const,
      'stop-member' as const,
      'crash-member' as const,
      'drop-connections' as const,
      'crash-broker' as const,
    ),
  }),
  fc.record({ ...common, kind: fc.constant('cut-off' as const), lengthMs: fc.integer({ min: 100, max: 9000 }) }),
);

const plan = {
  seed: fc.nat().map(String),
  partitions: fc.integer({ min: 1, max: 4 }),
  members: fc.integer({ min: 1, max: 3 }),
  keys: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 25 }),
  intervalMs: fc.integer({ min: 0, max: 400 }),
  handlingMs: fc.array(fc.oneof(fc.nat(20), fc.nat(900)), { minLength: 1, maxLength: 3 }),
  disturbances: fc.array(disturbance, { maxLength: 6 }),
};

/** Runs with up to six disturbances. */
export const groupPlans: fc.Arbitrary<GroupPlan> = fc.record(plan);

/** Runs in which disturbances mostly meet members that have a record in their hands. */
export const busyPlans: fc.Arbitrary<GroupPlan> = fc.record({
  ...plan,
  keys: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 5, maxLength: 20 }),
  intervalMs: fc.nat(100),
  handlingMs: fc.array(fc.integer({ min: 300, max: 1200 }), { minLength: 1, maxLength: 3 }),
  disturbances: fc.array(disturbance, { minLength: 1, maxLength: 4 }),
});
