import fc from 'fast-check';
import type { Crash } from '../../../src/engine/environment/memory-disk.js';
import type { Durability } from '../../../src/engine/environment/storage.js';
import type { RecordToEncode } from '../../../src/engine/protocol/record-batch.js';
import { runLog, type Law, type Subject } from './log-run.js';

/** What may happen to a log. Commits wait until a command lets them through. */
export type LogCommand =
  | {
      readonly kind: 'append';
      readonly records: readonly RecordToEncode[];
      readonly durability: Durability;
    }
  /** A batch with a flipped bit, at this place (0…1) of its bytes behind the checksum. */
  | { readonly kind: 'append-damaged'; readonly records: readonly RecordToEncode[]; readonly place: number }
  /** From this place (0…1) between log start and end. */
  | { readonly kind: 'read'; readonly place: number; readonly maxBytes: number; readonly minOneMessage: boolean }
  | { readonly kind: 'let-commit' }
  | { readonly kind: 'fail-commit' }
  | { readonly kind: 'let-all-commits' }
  /** Another process opens the log, and the one before does not know. */
  | { readonly kind: 'hand-over' }
  /** The process dies and the log is opened again, `twice` if it dies again while it recovers. */
  | { readonly kind: 'crash'; readonly crash: Crash; readonly seed: string; readonly twice: boolean };

const bytes = fc.option(fc.uint8Array({ maxLength: 12 }));
const record: fc.Arbitrary<RecordToEncode> = fc.record({
  key: bytes,
  value: bytes,
  timestamp: fc.nat({ max: 50 }),
  headers: fc.array(fc.record({ key: fc.string({ maxLength: 3 }), value: bytes }), { maxLength: 2 }),
});
const records = fc.array(record, { minLength: 1, maxLength: 4 });
const place = fc.nat({ max: 1000 }).map((perMille) => perMille / 1000);

const append = fc.record<LogCommand & { kind: 'append' }>({
  kind: fc.constant('append'),
  records,
  durability: fc.constantFrom('strict', 'relaxed'),
});

/** Sequences of commands; shorter ones are simpler. */
const logCommands: fc.Arbitrary<readonly LogCommand[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<LogCommand>[]>(
    { weight: 8, arbitrary: append },
    {
      weight: 1,
      arbitrary: fc.record<LogCommand & { kind: 'append-damaged' }>({
        kind: fc.constant('append-damaged'),
        records,
        place,
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record<LogCommand & { kind: 'read' }>({
        kind: fc.constant('read'),
        place,
        maxBytes: fc.oneof(fc.constant(0), fc.nat({ max: 900 })),
        minOneMessage: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.constant<LogCommand>({ kind: 'let-commit' }) },
    { weight: 1, arbitrary: fc.constant<LogCommand>({ kind: 'fail-commit' }) },
    { weight: 3, arbitrary: fc.constant<LogCommand>({ kind: 'let-all-commits' }) },
    { weight: 1, arbitrary: fc.constant<LogCommand>({ kind: 'hand-over' }) },
    {
      weight: 1,
      arbitrary: fc.record<LogCommand & { kind: 'crash' }>({
        kind: fc.constant('crash'),
        crash: fc.constantFrom('process', 'power'),
        seed: fc.string({ maxLength: 4 }),
        twice: fc.boolean(),
      }),
    },
  ),
  { maxLength: 40, size: 'max' },
);

/** The law holds for all sequences of commands. */
export function lawHolds(
  law: () => Law,
  subject: () => Subject = () => ({}),
): fc.IAsyncPropertyWithHooks<[readonly LogCommand[]]> {
  return fc.asyncProperty(logCommands, (commands) => runLog(commands, law(), subject()));
}
