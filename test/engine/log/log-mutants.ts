import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';
import { searchProperty, type Mutant } from '../../mutants/mutant.js';
import { instead } from '../../mutants/instead.js';
import { lawHolds } from './log-commands.js';
import { eng4, log1, log2, log3, log4, log5, log11, log14 } from './log-laws.js';
import type { Law, Subject } from './log-run.js';

/** Gives the last offset of the append before to every third append, too. */
const reusesAnOffset: Subject = {
  log: (log) => {
    let appends = 0;
    return instead(log, {
      append: (bytes, options) => {
        const result = log.append(bytes, options);
        return ++appends % 3 === 0 ? { ...result, baseOffset: result.baseOffset - 1 } : result;
      },
    });
  },
};

/** Keeps an offset for a batch that it refused. */
const countsARefusedBatch: Subject = {
  log: (log) => {
    let refused = 0;
    return instead(log, {
      append: (bytes, options) => {
        try {
          return log.append(bytes, options);
        } catch (error) {
          refused++;
          throw error;
        }
      },
      get logEndOffset() {
        return log.logEndOffset + refused;
      },
    });
  },
};

/** Flips a bit of the first value in what is read a second time. */
const manglesBytes: Subject = {
  log: (log) => {
    const read = new Set<number>();
    return instead(log, {
      read: async (offset, maxBytes, limits) => {
        const bytes = await log.read(offset, maxBytes, limits);
        const [batch] = batchesIn(bytes);
        const [record] = batch === undefined ? [] : decodeRecords(bytes, batch.header);
        if (read.has(offset) && record?.value?.[0] !== undefined) record.value[0] ^= 1;
        read.add(offset);
        return bytes;
      },
    });
  },
};

/** Leaves the second batch out of what is read. */
const dropsABatch: Subject = {
  log: (log) =>
    instead(log, {
      read: async (offset, maxBytes, limits) => {
        const bytes = await log.read(offset, maxBytes, limits);
        const [, second, third] = batchesIn(bytes);
        if (second === undefined || third === undefined) return bytes;
        return new Uint8Array([...bytes.subarray(0, second.start), ...bytes.subarray(second.end)]);
      },
    }),
};

/** Shows what is not durable yet. */
const readsBeyondTheHighWatermark: Subject = {
  log: (log) =>
    instead(log, {
      read: (offset, maxBytes, limits) => log.read(offset, maxBytes, { ...limits, isolation: 'log-end' }),
    }),
};

/** Returns nothing for a batch that is larger than the limit, whatever is asked for. */
const ignoresMinOneMessage: Subject = {
  log: (log) => instead(log, { read: (offset, maxBytes) => log.read(offset, maxBytes) }),
};

/** Says that everything is durable at once, and takes it back when a commit fails. */
const advancesTheHighWatermarkEarly: Subject = {
  log: (log) =>
    instead(log, {
      get highWatermark() {
        return log.logEndOffset;
      },
    }),
};

/** Writes on in the epoch of the leader before. */
const keepsItsLeaderEpoch: Subject = { log: (log) => instead(log, { leaderEpoch: 0 }) };

/** Treats strict commits as relaxed ones. */
const forgetsToFlush: Subject = {
  storage: (storage) => instead(storage, { commit: (writes) => storage.commit(writes, 'relaxed') }),
};

/** Calls what has failed a success. */
const saysThatItIsDone: Subject = {
  storage: (storage) =>
    instead(storage, {
      commit: (writes, durability, need) => storage.commit(writes, durability, need).catch(() => undefined),
    }),
};

/** Writes in two transactions what belongs into one. */
const splitsTransactions: Subject = {
  storage: (storage) =>
    instead(storage, {
      commit: async (writes, durability, need) => {
        const half = Math.ceil(writes.length / 2);
        await storage.commit(writes.slice(0, half), durability, need);
        if (half < writes.length) await storage.commit(writes.slice(half), durability, need);
      },
    }),
};

/** Lets everybody write, whoever came last. */
const letsEverybodyWrite: Subject = {
  disk: (disk) => {
    disk.isLatest = () => true;
  },
};

/** Goes on with what was appended since, as if the failed commit had happened. */
const goesOnAfterAFailure: Subject = {
  log: (log) =>
    instead(log, {
      append: (bytes, options) => {
        const result = log.append(bytes, options);
        return { ...result, durable: result.durable.catch(() => undefined) };
      },
    }),
};

/** Gives the offsets of a batch that is durable out once more when a later one fails: its state is taken back too far. */
const takesBackTooMuch: Subject = {
  log: (log) => {
    let failures = 0;
    return instead(log, {
      append: (bytes, options) => {
        const { baseOffset, lastOffset, durable, ...rest } = log.append(bytes, options);
        durable.catch(() => failures++);
        const by = Math.min(failures, baseOffset);
        return { ...rest, durable, baseOffset: baseOffset - by, lastOffset: lastOffset - by };
      },
    });
  },
};

/** Says of every epoch that it goes on to the end of the log. */
const tellsNothingOfCuts: Subject = {
  log: (log) => instead(log, { endOffsetForEpoch: (epoch) => ({ epoch, endOffset: log.logEndOffset }) }),
};

function logMutant(property: string, law: () => Law, breaks: string, subject: Subject, bugs?: Mutant['bugs']): Mutant {
  const search = () =>
    searchProperty(
      lawHolds(law, () => subject),
      1000,
    );
  return { breaks, property, search, ...(bugs && { bugs }) };
}

/** What the laws of one log, its appends, reads and crashes, must find. */
export const logMutants: readonly Mutant[] = [
  logMutant('LOG-1', log1, 'a log that gives an offset to two records', reusesAnOffset),
  logMutant('LOG-1', log1, 'a log that keeps an offset for a batch that it refused', countsARefusedBatch),
  logMutant('LOG-2', log2, 'a log that mangles what is read a second time', manglesBytes),
  logMutant('LOG-3', log3, 'a log that leaves a batch out', dropsABatch),
  logMutant('LOG-3', log3, 'a log that shows what is not durable yet', readsBeyondTheHighWatermark),
  logMutant('LOG-3', log3, 'a log that gives nothing where a batch is too large', ignoresMinOneMessage),
  logMutant('LOG-4', log4, 'a log that says at once that all is durable', advancesTheHighWatermarkEarly),
  logMutant('LOG-4', log4, 'a log that writes on in the epoch of the leader before', keepsItsLeaderEpoch),
  logMutant('LOG-5', log5, 'a disk that takes strict commits for relaxed ones', forgetsToFlush, [57]),
  logMutant('LOG-11', log11, 'a log that goes on after a failed write', goesOnAfterAFailure, [9]),
  logMutant('LOG-11', log11, 'a log that gives offsets out twice after a failed write', takesBackTooMuch, [8]),
  logMutant('LOG-14', log14, 'a log that does not tell where it was cut', tellsNothingOfCuts, [56]),
  logMutant('ENG-2', log5, 'a storage that calls failed writes done', saysThatItIsDone, [58]),
  logMutant('ENG-4', eng4, 'a disk that lets everybody write', letsEverybodyWrite),
  logMutant('ENG-6', log5, 'a storage that splits transactions', splitsTransactions, [60]),
];
