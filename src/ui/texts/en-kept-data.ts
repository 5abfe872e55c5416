import type { AppTexts } from './app-texts.js';

const count = (number: number): string => number.toLocaleString('en');
const plural = (number: number, word: string): string => `${count(number)} ${word}${number === 1 ? '' : 's'}`;

function bytes(number: number): string {
  if (number < 1000) return plural(number, 'byte');
  return number < 1_000_000 ? `${(number / 1000).toFixed(1)} kB` : `${(number / 1_000_000).toFixed(1)} MB`;
}

/** The page that exports and imports, in English. */
export const englishKeptData: AppTexts['kept'] = {
  title: 'What this browser keeps',
  lead: 'Your progress and your settings are records of a topic in this browser’s own log. They never leave it by themselves. Here you can take them along as a file.',
  noLog: 'The log could not be opened, so nothing is kept here that could be exported, and nothing can be imported.',
  topics: 'Topics in the log',
  topic: 'Topic',
  partitions: 'Partitions',
  offsets: 'Offsets',
  size: 'Size',
  bytes,
  progress: 'your progress and settings',
  nothing: 'Nothing is kept yet. Change a setting or begin a scenario, and its topic is here.',
  export: 'Export to a file',
  exportText: 'All topics in one tar, with Kafka’s own segments in it.',
  import: 'Import from a file',
  importText: 'The whole file is checked before anything here changes.',
  chooseFile: 'Choose an export',
  dropHere: 'Drop the file to read it',
  reading: 'The log is being opened …',
  exporting: (file) => `Writing ${file}`,
  importing: (file) => `Checking and storing ${file}`,
  soFar: (done, total, records) =>
    total === 0 ? 'Just begun' : `${bytes(done)} of ${bytes(total)}, ${plural(records, 'record')}`,
  cancel: 'Cancel',
  go: 'Import',
  ask: (file) => `Import ${file}?`,
  exportedAt: (ms, log) =>
    `Exported ${new Date(ms).toLocaleString('en', { dateStyle: 'long', timeStyle: 'short' })} from the log “${log}”.`,
  groups: (number) =>
    number === 0
      ? 'No group has committed offsets for these topics.'
      : `With the committed offsets of ${plural(number, 'group')}.`,
  holds: (offsets, size) => `${plural(offsets, 'offset')}, ${bytes(size)}`,
  as: 'Name here',
  asOf: (topic) => `Name here of the topic ${topic}`,
  namesAreTaken: 'A topic whose name is taken here is imported under another one.',
  nameProblem: (problem) =>
    ({
      taken: 'There is a topic of this name here already. Choose another name.',
      twice: 'Another topic of the file gets this name. Choose another one.',
      'no-name': 'A name has 1 to 249 of the characters a-z, A-Z, 0-9, “.”, “_” and “-”.',
    })[problem],
  replacesProgress: 'Your progress and settings here are replaced by those in the file.',
  bringsProgress: 'The page goes on from the progress in the file.',
  exported: (file, topics, records) =>
    `${plural(topics, 'topic')} with ${plural(records, 'record')} written to ${file}.`,
  imported: (file, topics, records) =>
    `${plural(topics, 'topic')} with ${plural(records, 'record')} imported from ${file}.`,
  hasProgress: 'The page goes on from the progress that was in it.',
  aborted: (number) =>
    `${plural(number, 'transaction')} had no end when the file was made and ${number === 1 ? 'was' : 'were'} aborted.`,
  cancelled: (what) =>
    what === 'export'
      ? 'The export was cancelled.'
      : 'The import was cancelled. Nothing of it is left, and nothing here has changed.',
  failed: (what, file, isCertain) => {
    if (what === 'export') return `${file} was not written.`;
    return isCertain
      ? `${file} was not imported. Nothing here has changed.`
      : `It is not known here whether ${file} was imported.`;
  },
  problem: (code) =>
    ({
      NOT_AN_EXPORT: 'This is another kind of file. Choose a .tar file that was exported here or by the package.',
      UNSUPPORTED_VERSION: 'A later version of Partita wrote this file. Import it there, or in that version.',
      DAMAGED:
        'The file is damaged: a part of it was changed or is missing. Copy or download it again, or make another export.',
      INVALID:
        'The file can be read, but it says something that can not be. Make another export; do not change what is in it.',
      TOO_LARGE: 'Something in it is larger than what is read. Export fewer topics at a time.',
      NO_SPACE:
        'There is not enough space in this browser. Free some: delete data of this site or of others, or files on the disk. Then try again.',
      TOPIC_EXISTS: 'A topic of this name is here already. Choose the file again and give the topic another name.',
      UNKNOWN_TOPIC: 'A topic is not there any more. Try again with the topics that are there now.',
      LOG_CHANGED: 'The log changed while it was read. Export again.',
      STALLED: 'Nothing moved for a minute. Try again, and leave this tab open meanwhile.',
      LOG_LOST:
        'The log has moved to another tab or was closed. Reload the page and look at the topics: either all of the file is there or nothing of it.',
      NO_PROGRESS:
        'The topic for progress in this file holds something else. Choose a file that this page has exported.',
      OTHER: 'Something else went wrong. Try again.',
    })[code],
  where: ({ entry, byte, offset }) =>
    [
      ...(entry === undefined ? [] : [entry]),
      ...(byte === undefined ? [] : [`byte ${count(byte)}`]),
      ...(offset === undefined ? [] : [`offset ${count(offset)}`]),
    ].join(', '),
  inDetail: 'In detail:',
};
