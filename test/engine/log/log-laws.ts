import type { Attempt, Law } from './log-run.js';

function assert(condition: boolean, found: () => string): asserts condition {
  if (!condition) throw new Error(found());
}

/** LOG-1: an append of n records gets exactly the offsets from log end on; the log end grows by n; a refused append changes nothing. */
export function log1(): Law {
  return {
    appended({ records, endBefore, baseOffset, lastOffset }, log) {
      assert(
        baseOffset === endBefore && lastOffset === endBefore + records.length - 1,
        () => `${records.length} records at end ${endBefore} got the offsets ${baseOffset} to ${lastOffset}`,
      );
      assert(
        log.logEndOffset === lastOffset + 1,
        () => `the log end is ${log.logEndOffset} after offset ${lastOffset}`,
      );
    },
    refused(before, log) {
      assert(
        log.logEndOffset === before,
        () => `a refused append moved the log end from ${before} to ${log.logEndOffset}`,
      );
    },
  };
}

/** LOG-2: two reads of an offset give the same record and checksum, and both are what was appended. */
export function log2(): Law {
  return {
    read({ batches, expected }) {
      for (const { offset, text } of batches.flatMap((batch) => batch.records))
        assert(text === expected[offset], () => `offset ${offset} holds ${text}, but ${expected[offset]} was appended`);
    },
  };
}

/** LOG-3: a read gives whole batches without a gap from the asked offset on, within its limits, and none at the high watermark or beyond. */
export function log3(): Law {
  return {
    read({ offset, maxBytes, minOneMessage, highWatermark, batches }) {
      const size = batches.reduce((sum, batch) => sum + batch.size, 0);
      const isForced = minOneMessage && batches.length === 1;
      assert(size <= maxBytes || isForced, () => `${size} bytes were read where ${maxBytes} were allowed`);
      assert(
        batches.length > 0 || offset >= highWatermark || !minOneMessage,
        () => `nothing was read at ${offset} below the high watermark ${highWatermark}`,
      );
      let next = offset;
      for (const { header, records } of batches) {
        const isFirst = next === offset;
        assert(
          isFirst ? header.baseOffset <= next && header.lastOffset >= next : header.baseOffset === next,
          () => `the batch ${header.baseOffset} to ${header.lastOffset} came where ${next} was next`,
        );
        records.forEach((record, index) =>
          assert(record.offset === header.baseOffset + index, () => `offset ${record.offset} is out of sequence`),
        );
        next = header.lastOffset + 1;
      }
      assert(
        batches.length === 0 || next <= highWatermark,
        () => `offset ${next - 1} was read, but the high watermark was ${highWatermark}`,
      );
    },
  };
}

/** LOG-4: start ≤ high watermark ≤ log end, and start and high watermark never fall, but when a log is cut under a later leader epoch. */
export function log4(): Law {
  let [start, highWatermark, epoch] = [0, 0, -1];
  return {
    stepped(log) {
      assert(
        log.logStartOffset <= log.highWatermark && log.highWatermark <= log.logEndOffset,
        () => `start ${log.logStartOffset}, high watermark ${log.highWatermark}, end ${log.logEndOffset}`,
      );
      assert(log.leaderEpoch >= epoch, () => `the leader epoch fell from ${epoch} to ${log.leaderEpoch}`);
      if (log.leaderEpoch === epoch) {
        assert(log.logStartOffset >= start, () => `the log start fell from ${start} to ${log.logStartOffset}`);
        assert(
          log.highWatermark >= highWatermark,
          () => `the high watermark fell from ${highWatermark} to ${log.highWatermark}`,
        );
      }
      [start, highWatermark, epoch] = [log.logStartOffset, log.highWatermark, log.leaderEpoch];
    },
    reopened({ log, epochBefore }) {
      assert(log.leaderEpoch > epochBefore, () => `the leader epoch is still ${log.leaderEpoch} after a crash`);
    },
  };
}

/** LOG-5: after a crash the log is a prefix of what was attempted, in whole appends' batches, and holds all that was acknowledged (strictly, if power was lost). */
export function log5(): Law {
  return {
    reopened({ records, attempts, crash }) {
      const attempted = attempts.flatMap((attempt) => attempt.records);
      assert(
        records.every((text, offset) => text === attempted[offset]),
        () => `${JSON.stringify(records)} is no prefix of ${JSON.stringify(attempted)}`,
      );
      for (const { state, durability, lastOffset } of attempts) {
        const isPromised = state === 'acknowledged' && (crash === 'process' || durability === 'strict');
        assert(
          !isPromised || lastOffset < records.length,
          () => `offset ${lastOffset} was acknowledged, but the log ends at ${records.length}`,
        );
      }
    },
  };
}

/** LOG-11: what was refused is not there, an offset is acknowledged once, and what was acknowledged after a failure stays where it was said to be. */
export function log11(): Law {
  let acknowledged: Attempt[] = [];
  return {
    answered(attempt) {
      if (attempt.state !== 'acknowledged') return;
      const twice = acknowledged.find(
        ({ baseOffset, lastOffset }) => baseOffset <= attempt.lastOffset && lastOffset >= attempt.baseOffset,
      );
      assert(
        twice === undefined,
        () => `the offsets ${attempt.baseOffset} to ${attempt.lastOffset} were acknowledged twice`,
      );
      acknowledged.push(attempt);
    },
    read({ batches }) {
      const found = new Map(batches.flatMap(({ records }) => records.map(({ offset, text }) => [offset, text])));
      for (const { baseOffset, records } of acknowledged)
        records.forEach((text, index) => {
          const there = found.get(baseOffset + index);
          assert(
            there === undefined || there === text,
            () => `offset ${baseOffset + index} holds ${there}, but ${text} was acknowledged`,
          );
        });
    },
    reopened: () => void (acknowledged = []),
    handedOver: () => void (acknowledged = []),
  };
}

/** LOG-14: what a consumer was shown is still there after a change of leaders, or the log tells that it was cut: also later, when other records stand in its place. */
export function log14(): Law {
  const shown = new Map<number, { readonly text: string; readonly epoch: number }>();
  const lost: { readonly offset: number; readonly epoch: number }[] = [];
  const compare = ({ records }: { readonly records: readonly string[] }) => {
    for (const [offset, { text, epoch }] of shown) {
      if (records[offset] === text) continue;
      lost.push({ offset, epoch });
      shown.delete(offset);
    }
  };
  return {
    read({ batches }) {
      for (const { header, records } of batches)
        for (const { offset, text } of records) shown.set(offset, { text, epoch: header.partitionLeaderEpoch });
    },
    reopened: compare,
    handedOver: compare,
    stepped(log) {
      for (const { offset, epoch } of lost) {
        const end = log.endOffsetForEpoch(epoch)?.endOffset ?? 0;
        assert(end <= offset, () => `offset ${offset} is lost, but epoch ${epoch} is said to end at ${end}`);
      }
    },
  };
}

/** ENG-4: the log of the next leader is a prefix of what the one before attempted, with all that it acknowledged; what it writes later is not there. */
export function eng4(): Law {
  return {
    handedOver({ records, attempts }) {
      const attempted = attempts.flatMap((attempt) => attempt.records);
      assert(
        records.every((text, offset) => text === attempted[offset]),
        () => `${JSON.stringify(records)} is no prefix of ${JSON.stringify(attempted)}`,
      );
      for (const { state, lastOffset } of attempts)
        assert(
          state !== 'acknowledged' || lastOffset < records.length,
          () => `offset ${lastOffset} was acknowledged, but the next leader's log ends at ${records.length}`,
        );
    },
  };
}
