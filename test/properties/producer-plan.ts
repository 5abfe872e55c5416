import fc from 'fast-check';

/** What becomes of one Produce request, besides that it is carried out. */
export type ProduceFault =
  | { readonly kind: 'request-lost' | 'answer-lost' | 'repeated' }
  /** The network repeats it so much later. */
  | { readonly kind: 'repeated-later'; readonly lateMs: number }
  /** It takes so long, and all behind it on the connection. */
  | { readonly kind: 'slow'; readonly lateMs: number }
  /** The client is told that the connection is lost; the broker gets the request all the same, so much later. */
  | { readonly kind: 'astray'; readonly lateMs: number }
  /** The broker refuses it for now. */
  | { readonly kind: 'refused' };

/** What happens to the producer's world, `afterMs` after what happened before. */
export interface ProducerDisturbance {
  readonly afterMs: number;
  readonly kind: 'drop-connections' | 'crash-broker' | 'restart-broker' | 'cut-off' | 'hide-topic';
  readonly lengthMs: number;
}

/** A run of one producer as data. */
export interface ProducerPlan {
  readonly seed: string;
  readonly partitions: number;
  /** The partition of each record, in the sequence in which they are sent. */
  readonly records: readonly number[];
  /** Which of the records their topic refuses for good. */
  readonly unacceptable: readonly number[];
  readonly intervalMs: number;
  readonly maxInFlight: number;
  readonly batchSize: number;
  readonly lingerMs: number;
  readonly deliveryTimeoutMs: number;
  /** For the n-th Produce request; none for those beyond. */
  readonly faults: readonly (ProduceFault | null)[];
  readonly disturbances: readonly ProducerDisturbance[];
}

const late = fc.oneof(fc.nat(40), fc.nat(1500));
const lateMs = { lateMs: late };
const loss = fc.record({ kind: fc.constantFrom('request-lost' as const, 'answer-lost' as const, 'repeated' as const) });
const refused = fc.record({ kind: fc.constant('refused' as const) });
const slow = fc.record({ kind: fc.constant('slow' as const), ...lateMs });
const stray = fc.record({ kind: fc.constantFrom('astray' as const, 'repeated-later' as const), ...lateMs });

const none = fc.constant(null);
const disturbance = fc.record({
  afterMs: fc.nat(1200),
  kind: fc.constantFrom(
    'drop-connections' as const,
    'crash-broker' as const,
    'restart-broker' as const,
    'cut-off' as const,
    'hide-topic' as const,
  ),
  lengthMs: fc.integer({ min: 10, max: 3000 }),
});

const plan = {
  seed: fc.nat().map(String),
  partitions: fc.integer({ min: 1, max: 2 }),
  records: fc.array(fc.nat(1), { minLength: 1, maxLength: 24 }),
  unacceptable: fc.constant<readonly number[]>([]),
  intervalMs: fc.oneof(fc.nat(8), fc.nat(120)),
  maxInFlight: fc.integer({ min: 1, max: 5 }),
  batchSize: fc.constantFrom(0, 0, 200),
  lingerMs: fc.constantFrom(0, 0, 5),
  disturbances: fc.array(disturbance, { maxLength: 3 }),
};

/** Anything may go wrong, and there is time enough for all of it. */
export const patientPlans: fc.Arbitrary<ProducerPlan> = fc.record({
  ...plan,
  deliveryTimeoutMs: fc.constant(600_000),
  faults: fc.array(fc.oneof(none, none, loss, loss, refused, slow, stray), { maxLength: 20 }),
});

/** Records may be given up. What the network itself keeps back for long and delivers then is left out: nothing but the broker could tell it from what is sent in its place. */
export const hastyPlans: fc.Arbitrary<ProducerPlan> = fc.record({
  ...plan,
  deliveryTimeoutMs: fc.integer({ min: 50, max: 1500 }),
  faults: fc.array(fc.oneof(none, none, loss, loss, refused, slow), { maxLength: 20 }),
});

/** Some records are refused for good. */
export const pickyPlans: fc.Arbitrary<ProducerPlan> = fc.record({
  ...plan,
  batchSize: fc.constant(0),
  records: fc.array(fc.nat(1), { minLength: 4, maxLength: 24 }),
  unacceptable: fc.uniqueArray(fc.nat(23), { minLength: 1, maxLength: 4 }),
  deliveryTimeoutMs: fc.constant(600_000),
  faults: fc.array(fc.oneof(none, none, loss, refused, slow), { maxLength: 20 }),
});

/** The topic vanishes from the metadata and comes back, again and again. */
export const flappingPlans: fc.Arbitrary<ProducerPlan> = fc.record({
  ...plan,
  records: fc.array(fc.nat(1), { minLength: 6, maxLength: 24 }),
  intervalMs: fc.integer({ min: 20, max: 120 }),
  deliveryTimeoutMs: fc.constant(600_000),
  faults: fc.array(fc.oneof(none, loss, refused), { maxLength: 20 }),
  disturbances: fc.array(
    fc.record({
      afterMs: fc.nat(800),
      kind: fc.constantFrom('hide-topic' as const, 'hide-topic' as const, 'drop-connections' as const),
      lengthMs: fc.integer({ min: 10, max: 600 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});
