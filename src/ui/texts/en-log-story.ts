import { offsetsInWords } from './en-log.js';
import type { LogEventTexts } from '../state/log-sentences.js';
import type { AppTexts } from './app-texts.js';

const short = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const and = (words: readonly (string | number)[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** What happens to a log, in English. */
export const englishLogEvents: LogEventTexts = {
  appended: (baseOffset, lastOffset, bytes) =>
    baseOffset === lastOffset
      ? `Offset ${baseOffset} is appended (${bytes} bytes).`
      : `Offsets ${baseOffset} to ${lastOffset} are appended (${bytes} bytes).`,
  rolled: (baseOffset) => `The log rolls: a new segment begins at offset ${baseOffset}.`,
  checked: (deleted) =>
    deleted === 0
      ? 'Retention looks, and nothing may go.'
      : `Retention looks: ${deleted === 1 ? 'one segment goes' : `${deleted} segments go`}.`,
  deleted: (baseOffsets, reason) =>
    `${baseOffsets.length === 1 ? 'Segment' : 'Segments'} ${and(baseOffsets)} deleted: ${reason}.`,
  logStart: (offset) => `The log now starts at offset ${offset}.`,
  looked: (ratio, firstDirty, firstUncleanable, isChosen) =>
    `The cleaner looks at offsets ${firstDirty} up to ${firstUncleanable}: dirty ratio ${ratio.toFixed(2)}, ${isChosen ? 'enough to clean' : 'too little to clean'}.`,
  cleaned: (removed, before, after) =>
    removed.length === 0
      ? `The cleaner removes nothing (${before} bytes before, ${after} after).`
      : `The cleaner removes ${offsetsInWords(removed)}; the others keep their offsets (${before} bytes before, ${after} after).`,
  outOfRange: (offset, from, to) => `Offset ${offset} is out of range: the log has ${from} up to ${to}.`,
  finished: 'The run is over.',
};

/** The inspector of a log, in English. */
export const englishLogInspector: AppTexts['logInspector'] = {
  segment: (baseOffset) => `Segment ${baseOffset}`,
  record: (offset) => `Offset ${offset}`,
  pass: (atMs) => `The cleaner at ${short(atMs)}`,
  state: 'State',
  appendedAt: 'Appended at',
  goneAt: 'Gone at',
  age: 'Age',
  deleteHorizon: 'Must stay until',
  offsets: 'Offsets',
  offsetsOf: (from, to) => (to > from ? `${from} to ${to - 1}` : 'none'),
  size: 'Bytes',
  newest: 'Newest timestamp',
  createdAt: 'Begun at',
  deletedAt: 'Deleted at',
  reason: 'Reason',
  mayGoAfter: 'May go after',
  ratio: 'Dirty ratio',
  threshold: 'Cleaned if above',
  firstDirty: 'First dirty offset',
  firstUncleanable: 'First uncleanable offset',
  outcome: 'Outcome',
  removed: 'Removed',
  bytes: 'Bytes before and after',
};
