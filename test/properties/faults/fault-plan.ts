import fc from 'fast-check';

/** What may happen to a run; each kind is out of the game in about half of the plans. */
const happeningKinds = [
  'broker-crash',
  'broker-crash-while-starting',
  'power-cut',
  'broker-restart',
  'broker-freeze',
  'disk-full',
  'broker-clock-jump',
  'client-clock-jump',
  'client-crash',
  'client-freeze',
  'client-stop',
  'add-member',
  'drop-connections',
  'cut-off',
  'part',
] as const;

export type HappeningKind = (typeof happeningKinds)[number];

/** Something that happens `afterMs` after what happened before. `which` chooses among the clients that are there, `lengthMs` how long it lasts, `amount` how much. */
export interface Happening {
  readonly kind: HappeningKind;
  readonly afterMs: number;
  readonly which: number;
  readonly lengthMs: number;
  readonly amount: number;
}

/** Faults that befall messages, storage calls and requests by chance, all the time until they are healed. Null: none of the kind. */
export interface FaultKnobs {
  readonly delayMs: number | null;
  readonly clog: { readonly perMille: number; readonly ms: number } | null;
  readonly lossPerMille: number | null;
  readonly repeatPerMille: number | null;
  readonly stray: { readonly perMille: number; readonly ms: number } | null;
  readonly slowDiskMs: number | null;
  readonly stuckDisk: { readonly perMille: number; readonly ms: number } | null;
  readonly failedCommitPerMille: number | null;
  readonly failedReadPerMille: number | null;
  /** Requests that the broker refuses for now. */
  readonly refusedPerMille: number | null;
  /** How far each process's clock may be ahead of the world's, or behind it. */
  readonly skewMs: number | null;
}

/** Who sends what: the partition of each request, how many records it has, and how they are sent. */
export interface ProducerScript {
  readonly requests: readonly { readonly partition: number; readonly records: number }[];
  readonly intervalMs: number;
  readonly maxInFlight: number;
  readonly batchSize: number;
  readonly lingerMs: number;
}

/** A consumer group. The n-th member takes the n-th time for a record, and so on from the first again. */
export interface GroupScript {
  readonly members: number;
  readonly commits: 'by-itself' | 'before-processing' | 'after-processing';
  /** The classic protocol, eager or cooperative, or the consumer protocol; or one of the former and the latter, member by member. */
  readonly protocol: 'eager' | 'cooperative' | 'consumer' | 'eager and consumer' | 'cooperative and consumer';
  readonly handler: 'message' | 'batch' | 'poll';
  readonly handlingMs: readonly number[];
  /** Whether members have names that outlive them. */
  readonly isStatic: boolean;
}

/** A whole run as data. Everything that chance decides in it follows from `seed`, each kind of fault by itself. */
export interface FaultPlan {
  readonly seed: string;
  readonly partitions: number;
  readonly acks: -1 | 1;
  readonly idempotent: boolean;
  readonly deliveryTimeoutMs: number;
  readonly producers: readonly ProducerScript[];
  readonly groups: readonly GroupScript[];
  readonly knobs: FaultKnobs;
  readonly happenings: readonly Happening[];
  /** How long the faults go on at least. */
  readonly faultyMs: number;
}

/** How large a run is. */
export interface PlanSize {
  readonly requests: number;
  readonly recordsPerRequest: number;
  readonly happenings: number;
  readonly faultyMs: number;
  /** Which protocols groups may have; one protocol for all members of a group when absent. */
  readonly protocols?: readonly GroupScript['protocol'][];
}

const pureProtocols = ['eager', 'cooperative', 'consumer'] as const;

/** Those of groups, too, whose members change over from one protocol to the other. */
export const allProtocols = [...pureProtocols, 'eager and consumer', 'cooperative and consumer'] as const;

const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(arbitrary, { freq: 2, nil: null });

const perMille = (most: number): fc.Arbitrary<number> => fc.integer({ min: 2, max: most });

const knobs: fc.Arbitrary<FaultKnobs> = fc.record({
  delayMs: sometimes(fc.integer({ min: 1, max: 100 })),
  clog: sometimes(fc.record({ perMille: perMille(50), ms: fc.integer({ min: 10, max: 5_000 }) })),
  lossPerMille: sometimes(perMille(200)),
  repeatPerMille: sometimes(perMille(300)),
  stray: sometimes(fc.record({ perMille: perMille(100), ms: fc.integer({ min: 1, max: 3_000 }) })),
  slowDiskMs: sometimes(fc.integer({ min: 10, max: 1_000 })),
  stuckDisk: sometimes(fc.record({ perMille: perMille(50), ms: fc.integer({ min: 100, max: 30_000 }) })),
  failedCommitPerMille: sometimes(perMille(100)),
  failedReadPerMille: sometimes(perMille(100)),
  refusedPerMille: sometimes(perMille(200)),
  skewMs: sometimes(fc.integer({ min: 1, max: 3_600_000 })),
});

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom(...happeningKinds),
  afterMs: fc.oneof(fc.nat(300), fc.nat(4_000)),
  which: fc.nat(11),
  lengthMs: fc.oneof(fc.integer({ min: 10, max: 1_500 }), fc.integer({ min: 100, max: 15_000 })),
  amount: fc.nat(999),
});

const groupOf = (protocols: readonly GroupScript['protocol'][]): fc.Arbitrary<GroupScript> =>
  fc.record({
    members: fc.integer({ min: 1, max: 3 }),
    commits: fc.constantFrom('by-itself' as const, 'before-processing' as const, 'after-processing' as const),
    protocol: fc.constantFrom(...protocols),
    handler: fc.constantFrom('message' as const, 'batch' as const, 'poll' as const),
    handlingMs: fc.array(fc.oneof(fc.constant(0), fc.nat(20), fc.nat(900)), { minLength: 1, maxLength: 3 }),
    isStatic: fc.boolean(),
  });

/** Runs of this size. Half of the kinds of faults are in each. */
export function faultPlans(size: PlanSize): fc.Arbitrary<FaultPlan> {
  const { requests, recordsPerRequest, happenings, faultyMs, protocols = pureProtocols } = size;
  const request = fc.record({
    partition: fc.nat(3),
    records: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: recordsPerRequest })),
  });
  const producer: fc.Arbitrary<ProducerScript> = fc.record({
    requests: fc.array(request, { minLength: 1, maxLength: requests, size: 'max' }),
    intervalMs: fc.oneof(fc.nat(20), fc.nat(250)),
    maxInFlight: fc.integer({ min: 1, max: 5 }),
    batchSize: fc.constantFrom(0, 200, 16_384),
    lingerMs: fc.constantFrom(0, 5),
  });
  return fc
    .record({
      seed: fc.nat().map(String),
      partitions: fc.integer({ min: 1, max: 4 }),
      acks: fc.constantFrom(-1 as const, -1 as const, -1 as const, 1 as const),
      idempotent: fc.constantFrom(true, true, true, false),
      deliveryTimeoutMs: fc.constantFrom(600_000, 600_000, 5_000),
      producers: fc.array(producer, { minLength: 1, maxLength: 2 }),
      groups: fc.array(groupOf(protocols), { minLength: 1, maxLength: 2 }),
      knobs,
      happenings: fc.array(happening, { maxLength: happenings, size: 'max' }),
      faultyMs: fc.nat(faultyMs),
      missing: fc.subarray([...happeningKinds]),
    })
    .map(({ missing, happenings: all, ...plan }) => ({
      ...plan,
      happenings: all.filter(({ kind }) => !missing.includes(kind)),
    }));
}
