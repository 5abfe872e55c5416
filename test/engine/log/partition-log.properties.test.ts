import fc from 'fast-check';
import { it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { lawHolds } from './log-commands.js';
import { log1, log2, log3, log4, log5 } from './log-laws.js';
import { logMutants } from './log-mutants.js';
import type { Law } from './log-run.js';

it.each<[string, () => Law]>([
  ['LOG-1 an append gets the offsets from the log end on, a refused one changes nothing', log1],
  ['LOG-2 an offset always reads as what was appended there', log2],
  ['LOG-3 a read gives whole batches without a gap, within its limits and below the high watermark', log3],
  ['LOG-4 start ≤ high watermark ≤ end, and neither falls within a leader epoch', log4],
  ['LOG-5 a crash leaves a prefix of the attempts with all that was acknowledged', log5],
])('%s, for all sequences of appends, reads, failures and crashes', (_, law) =>
  fc.assert(lawHolds(law), { numRuns: 150, interruptAfterTimeLimit: 20_000 }),
);

findsMutants(logMutants);
