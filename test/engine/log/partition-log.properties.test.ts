import fc from 'fast-check';
import { it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { lawHolds } from './log-commands.js';
import { eng4, log1, log2, log3, log4, log5, log11, log14 } from './log-laws.js';
import { logMutants } from './log-mutants.js';
import type { Law } from './log-run.js';

it.each<[string, () => Law]>([
  ['LOG-1 an append gets the offsets from the log end on, a refused one changes nothing', log1],
  ['LOG-2 an offset always reads as what was appended there', log2],
  ['LOG-3 a read gives whole batches without a gap, within its limits and below the high watermark', log3],
  ['LOG-4 start ≤ high watermark ≤ end, and neither falls within a leader epoch', log4],
  ['LOG-5 a crash leaves a prefix of the attempts with all that was acknowledged', log5],
  ['LOG-11 after a failed write no offset is acknowledged twice, and nothing that was refused is there', log11],
  ['LOG-14 what was shown is there after a change of leaders, or the log tells that it was cut', log14],
  ['ENG-4 the next leader has all that the one before acknowledged, and nothing that it writes later', eng4],
])('%s, for all sequences of appends, reads, failures, crashes and changes of leaders', (_, law) =>
  fc.assert(lawHolds(law), { numRuns: 150, interruptAfterTimeLimit: 20_000 }),
);

findsMutants(logMutants);
