import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logCommands } from './log-commands.js';
import { log1, log2, log3, log4, log5 } from './log-laws.js';
import { mutants } from './log-mutants.js';
import { runLog, type Law, type Subject } from './log-run.js';

const laws: readonly [string, () => Law, Readonly<Record<string, Subject>>][] = [
  ['LOG-1 an append gets the offsets from the log end on, a refused one changes nothing', log1, mutants.log1],
  ['LOG-2 an offset always reads as what was appended there', log2, mutants.log2],
  [
    'LOG-3 a read gives whole batches without a gap, within its limits and below the high watermark',
    log3,
    mutants.log3,
  ],
  ['LOG-4 start ≤ high watermark ≤ end, and neither falls within a leader epoch', log4, mutants.log4],
  ['LOG-5 a crash leaves a prefix of the attempts with all that was acknowledged', log5, mutants.log5],
];

const lawIs = (law: () => Law, subject?: Subject) =>
  fc.asyncProperty(logCommands, (commands) => runLog(commands, law(), subject));

describe.each(laws)('%s', (_, law, broken) => {
  it('holds for all sequences of appends, reads, failures and crashes', () =>
    fc.assert(lawIs(law), { numRuns: 150, interruptAfterTimeLimit: 20_000 }));

  it.each(Object.entries(broken))('is broken by a log that %s', async (_name, subject) => {
    const found = await fc.check(lawIs(law, subject), { numRuns: 1000, endOnFailure: true });
    expect(found.failed).toBe(true);
  });
});
