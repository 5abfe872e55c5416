import { offsetRuns } from '../components/log/log-measures.js';
import type { LogTexts } from '../components/log/log-texts.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const short = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const whole = (ms: number): string => `${Math.floor(ms / 1000)} s`;
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
/** `0 to 3 and 6`. */
export function offsetsInWords(offsets: readonly number[]): string {
  const runs = offsetRuns(offsets).map(([from, to]) =>
    from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`,
  );
  return runs.length < 2 ? runs.join('') : `${runs.slice(0, -1).join(', ')} and ${runs.at(-1)}`;
}

const reasons: Readonly<Record<string, string>> = {
  'retention-ms': 'its newest record was older than retention.ms',
  'retention-bytes': 'the log was larger than retention.bytes',
  'log-start': 'the log starts after it',
  'delete-records': 'its records were deleted on request',
};

/** The words of a log's stage in English. */
export const englishLog: LogTexts = {
  title: 'The log',
  keyboardHint:
    'Left and right move between records, up and down between records, segments and passes of the cleaner. Enter explains what is picked.',
  pickHint: 'Enter picks a record or takes it back.',
  offset: 'offset',
  ageShort: whole,
  age: 'age',
  logStart: (offset) => `log start ${offset}`,
  highWatermark: (offset) => `high watermark ${offset}`,
  logEnd: (offset) => `log end ${offset}`,
  together: (names) => names.join(' · '),
  reader: (reader, position) => `${reader} reads ${position} next`,
  outOfRange: (reader, offset) => `${reader}: offset ${offset} out of range`,
  recordLong: ({ offset, key, value, ageMs, state }) =>
    [
      `offset ${offset}`,
      key ?? 'no key',
      value === null ? 'tombstone, value null' : `value ${value}`,
      state === 'stored'
        ? ageMs === undefined
          ? ''
          : `${whole(ageMs)} old`
        : state === 'removed'
          ? 'removed by the cleaner'
          : 'deleted',
    ]
      .filter((part) => part !== '')
      .join(', '),
  segment: (baseOffset) => `segment ${baseOffset}`,
  active: 'active',
  size: (bytes, of) => (of === undefined ? plural(bytes, 'byte') : `${bytes} of ${of} bytes`),
  newest: (timestampMs) => `newest ${short(timestampMs)}`,
  empty: 'empty',
  deletedAt: (atMs) => `deleted at ${short(atMs)}`,
  reason: (reason) => reasons[reason] ?? reason,
  gone: 'What was deleted, and why',
  goneSentence: (baseOffset, atMs, reason) => `${short(atMs)}, segment ${baseOffset}: ${reason}.`,
  segmentLong: ({ baseOffset, endOffset, bytes, of, newestMs, isActive, isOverdue, deletedAtMs }) =>
    [
      `segment ${baseOffset}`,
      deletedAtMs === undefined
        ? endOffset > baseOffset
          ? `offsets ${baseOffset} to ${endOffset - 1}`
          : 'empty'
        : `deleted at ${short(deletedAtMs)}`,
      deletedAtMs === undefined ? (of === undefined ? plural(bytes, 'byte') : `${bytes} of ${of} bytes`) : '',
      newestMs === undefined ? '' : `newest timestamp ${short(newestMs)}`,
      isActive && deletedAtMs === undefined ? 'active' : '',
      isOverdue ? 'all of it older than retention.ms' : '',
    ]
      .filter((part) => part !== '')
      .join(', '),
  times: 'In time',
  timesLegend: 'each record at its timestamp, each segment for as long as it is there',
  ago: (retentionMs) => `${short(retentionMs)} ago`,
  horizonLong: (retentionMs, atMs) =>
    `What lies before ${short(atMs)} is older than retention.ms, ${short(retentionMs)}`,
  overdue: (retentionMs) => `all older than ${short(retentionMs)}`,
  newestAge: (ageMs) => `newest is ${whole(ageMs)} old`,
  checks: 'retention checks',
  checkLong: (atMs, deleted) =>
    `Retention looked at ${short(atMs)} and deleted ${deleted === 0 ? 'nothing' : plural(deleted, 'segment')}`,
  nextCheck: (inMs) => `next in ${seconds(inMs)}`,
  deletedCount: (count) => `${count} deleted`,
  cleaner: 'cleaner',
  noPass: 'has not looked yet',
  passLong: (atMs, ratio, isChosen) =>
    `The cleaner looked at ${short(atMs)}: dirty ratio ${ratio.toFixed(2)}, ${isChosen ? 'cleaned' : 'not cleaned'}`,
  passAt: (atMs) => `The cleaner at ${short(atMs)}`,
  chosen: 'cleaned',
  notChosen: 'not cleaned',
  ratio: (ratio) => `dirty ratio ${ratio.toFixed(2)}`,
  threshold: (ratio) => `cleaned if above ${ratio}`,
  clean: 'clean',
  dirty: 'dirty',
  uncleanable: 'active, not cleaned',
  firstDirty: (offset) => `first dirty offset ${offset}`,
  firstUncleanable: (offset) => `first uncleanable ${offset}`,
  removed: (offsets) => `removed ${offsetsInWords(offsets)}`,
  removedNothing: 'removed nothing',
  bytes: (before, after) => `${before} bytes before, ${after} after`,
  horizon: (offset, horizonMs, leftMs) =>
    leftMs > 0
      ? `The tombstone at ${offset} must stay until ${short(horizonMs)}: ${seconds(leftMs)} more.`
      : `The tombstone at ${offset} may go with the next pass (since ${short(horizonMs)}).`,
  table: {
    title: 'What it adds up to',
    key: 'key',
    value: 'value',
    offset: 'offset',
    nothing: 'no key has a value',
  },
  tables: {
    records: 'Records',
    segments: 'Segments',
    checks: 'Retention checks',
    passes: 'Looks of the cleaner',
    readers: 'Readers',
    state: 'State',
    states: { stored: 'stored', removed: 'removed by the cleaner', deleted: 'deleted' },
    timestamp: 'Timestamp',
    segment: 'Segment',
    base: 'Base offset',
    size: 'Bytes',
    newest: 'Newest timestamp',
    at: 'At',
    deleted: 'Deleted segments',
    reader: 'Reader',
    position: 'Position',
    ratio: 'Dirty ratio',
    outcome: 'Outcome',
    outOfRange: 'out of range',
    none: 'none',
  },
  timeline: { appended: 'appended', checked: 'checked', cleaned: 'cleaned' },
};
