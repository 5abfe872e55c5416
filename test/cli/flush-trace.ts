/** What a trace of system calls says about one request: whether its record was flushed to the disk before the answer went out. */
export interface FlushVerdict {
  /** The record was written to a file. */
  readonly isWritten: boolean;
  /** That file was flushed, wholly after the write and before the answer. */
  readonly isFlushedFirst: boolean;
  readonly isAnswered: boolean;
}

/** One line of `strace -f`: a call that began, that ended, or both. */
interface TraceLine {
  readonly pid: string;
  readonly call: string;
  readonly begins: boolean;
  readonly ends: boolean;
  readonly descriptor: string | undefined;
  readonly text: string;
}

const writes = new Set(['write', 'pwrite64', 'writev', 'pwritev', 'sendto', 'sendmsg']);
const flushes = new Set(['fsync', 'fdatasync']);

/** Reads `strace -f -s` of a broker: `value` stands in the record, `topic` in the answer to the request that brought it. */
export function judgeFlush(trace: string, value: string, topic: string): FlushVerdict {
  const lines = trace.split('\n').flatMap((line) => parsed(line) ?? []);
  const begun = lines.findIndex(({ call, begins, text }) => writes.has(call) && begins && text.includes(value));
  const write = lines[begun];
  if (write === undefined) return { isWritten: false, isFlushedFirst: false, isAnswered: false };
  const written = write.ends ? begun : endOf(lines, begun);
  const answered = lines.findIndex(
    ({ call, begins, text, descriptor }, at) =>
      at > written && writes.has(call) && begins && descriptor !== write.descriptor && text.includes(topic),
  );
  const before = answered < 0 ? lines.length : answered;
  const isFlushedFirst = lines.some(
    ({ call, begins, ends, descriptor }, at) =>
      at > written &&
      flushes.has(call) &&
      begins &&
      descriptor === write.descriptor &&
      (ends ? at : endOf(lines, at)) < before,
  );
  return { isWritten: true, isFlushedFirst, isAnswered: answered >= 0 };
}

/** Where the call that begins at `begun` ends: the next line of its thread that resumes it. */
function endOf(lines: readonly TraceLine[], begun: number): number {
  const { pid, call } = lines[begun] as TraceLine;
  const found = lines.findIndex((line, at) => at > begun && line.pid === pid && line.call === call && !line.begins);
  return found < 0 ? Infinity : found;
}

function parsed(line: string): TraceLine | undefined {
  const resumed = /^(\d+)\s+(?:[\d.]+\s+)?<\.\.\. (\w+) resumed>(.*)$/.exec(line);
  if (resumed !== null) {
    const [, pid = '', call = '', text = ''] = resumed;
    return { pid, call, begins: false, ends: true, descriptor: undefined, text };
  }
  const called = /^(\d+)\s+(?:[\d.]+\s+)?(\w+)\((\d+)(.*)$/.exec(line);
  if (called === null) return undefined;
  const [, pid = '', call = '', descriptor = '', text = ''] = called;
  return { pid, call, begins: true, ends: !text.includes('<unfinished ...>'), descriptor, text };
}
