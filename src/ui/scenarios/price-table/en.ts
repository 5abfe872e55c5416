import { cellsOf, type StreamsScenarioTexts } from '../streams-outcome.js';
import { streamsSources as sources } from '../streams-sources.js';
import {
  changelog,
  changes,
  cleanedOf,
  isWhole,
  restoredAfter,
  restarts,
  spansOf,
  tableOf,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** The words of scenario 15 in English. */
export const english: StreamsScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `change ${record}`,
  recordsLegend: () => '',
  steps: {
    table: {
      heading: () => 'A table of prices',
      body: () => [
        'An application reads the topic `prices` as a *table*: each record is the new price of an item, and one without a value, a tombstone, takes the item away.',
        'sku-1 costs 10, then 9, then 8, then 7. sku-2 costs 20 and is taken away. sku-3 costs 5, then 4, then 3. That is nine records.',
        'The table lives in a store on the instance. Each of its changes is also written to a topic that the application has made for itself: its *changelog*.',
      ],
      goOn: 'What is in the table?',
    },
    rows: {
      heading: () => 'Nine changes later',
      body: () => ['All nine records have been read.'],
    },
    deleted: {
      heading: () => 'Its disk is wiped',
      body: () => [
        'Then the instance is closed, everything on its own disk is deleted, and it starts again. No record comes any more, and the application has committed that it has read all nine.',
      ],
    },
    reads: {
      heading: () => 'How much must it read?',
      body: () => ['Whatever it does to have its table back: before it processes anything it reads so many records.'],
    },
    'run-full': {
      heading: () => 'Watch the store go and come back',
      body: () => [`Watch the changelog grow with the table, and what happens at ${seconds(restarts[0])}.`],
    },
    'saw-full': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The instance read the changelog from its beginning, ${restoredAfter(outcome, 0) ?? 0} records, and had the same table: ${tableOf(outcome).join(', ')}. A table is what is left when its changes are applied one after the other; a stream of changes and a table are two sides of one thing.`,
          'It did not read `prices` again: its committed offset says that it has. State and input are read from different places.',
        ],
        event: { text: 'The task had its state back.', atMs: spansOf(outcome)[1]?.restoredAtMs },
        config: 'A changelog is a topic like any other: `<application.id>-<store>-changelog`, compacted.',
        sources: [
          { text: 'Kafka documentation, Streams: duality of streams and tables', url: sources.duality },
          { text: 'Kafka documentation, Streams architecture: fault tolerance', url: sources.recovery },
        ],
      }),
      goOn: 'Nine reads for two rows?',
    },
    compacted: {
      heading: () => 'The cleaner comes',
      body: () => [
        'The changelog is compacted: the cleaner leaves out what a newer record of its key has replaced. Its last segment is active and stays as it is; a tombstone stays for a minute. (You know that from the scenario on compaction: the same nine records.)',
        'When it has been, the disk is wiped once more.',
      ],
    },
    'run-compacted': {
      heading: () => 'Watch the cleaner, then the restart',
      body: () => [`Watch which records of the changelog go, and how many are read at ${seconds(restarts[1])}.`],
    },
    'saw-compacted': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The cleaner left out ${cleanedOf(outcome)} of ${changes.length} records. ${restoredAfter(outcome, 1) ?? 0} were read, and the table is the same: compaction keeps the last value of each key, and a table needs no more.`,
          'It is not one record for each row: sku-1 is there twice, once in the active segment, and the tombstone of sku-2 is still there to be read.',
        ],
        event: { text: 'The task had its state back.', atMs: spansOf(outcome)[2]?.restoredAtMs },
        config:
          '`cleanup.policy` = compact; `min.compaction.lag.ms` is 20 s here, so that you see it before and after.',
        sources: [
          { text: 'Kafka documentation, Streams architecture: fault tolerance', url: sources.recovery },
          { text: 'Kafka documentation, Streams architecture: state stores', url: sources.stores },
        ],
      }),
      goOn: 'And if nothing is wiped?',
    },
    kept: {
      heading: () => 'Closed and started',
      body: () => ['Once more the instance is closed and started, and this time its disk is left alone.'],
    },
    'run-kept': {
      heading: () => 'Watch the last restart',
      body: () => [`Watch what is read at ${seconds(restarts[2])}.`],
    },
    'saw-kept': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `It read ${restoredAfter(outcome, 2) ?? 0} records: beside its store it keeps how far in the changelog that goes, a *checkpoint*, and reads on from there.`,
          'So a store on disk saves time and never truth. The truth is in the log.',
        ],
        event: { text: 'The task began to process at once.', atMs: spansOf(outcome)[3]?.restoredAtMs },
        config: '`state.dir`: where an instance keeps its stores and their checkpoints.',
        sources: [{ text: 'Kafka documentation, Streams architecture: state stores', url: sources.stores }],
      }),
      goOn: 'Where must a table be kept?',
    },
    guarantee: {
      heading: () => 'Losing every disk',
      body: () => [
        'Say all instances may lose their disks, a minute after the last change, and the table must come back whole.',
      ],
      explanation: () => ({
        paragraphs: [
          'The log behind a table must keep the last value of every key, however old. Compaction does; deleting by age forgets what has not changed for long.',
          'Where a table is read from a topic as it is, that topic can serve as its changelog: `topology.optimization` = all saves the copy.',
        ],
        event: {
          text: 'Each of your choices was run on the same changes, with one more loss at the end.',
          atMs: undefined,
        },
        config: '`cleanup.policy` = compact for what backs a table.',
        sources: [{ text: 'Kafka documentation, Streams: optimizing', url: sources.optimization }],
      }),
    },
    vary: {
      heading: () => 'Keep it elsewhere',
      body: () => ['Choose where the table is kept, and say before what will be read at each restart.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    rows: {
      ask: () => 'How many rows has the table?',
      option: (_, id) => id,
      row: () => 'Rows of the table',
      short: (id) => id,
    },
    deleted: {
      ask: () => 'What is in the table after that?',
      option: (_, id) =>
        ({
          same: 'The same rows as before',
          empty: 'Nothing, until new prices come',
          'input-again': 'The same rows, since it processes all of `prices` again',
        })[id] ?? id,
      row: () => 'After the disk was wiped',
      short: (id) => ({ same: 'same rows', empty: 'empty', 'input-again': 'processed again' })[id] ?? id,
    },
    reads: {
      ask: () => 'How many records?',
      option: (_, id) => id,
      row: () => 'Read from the full log',
      short: (id) => id,
    },
    'saw-full': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'from-changelog': 'The changelog was read, and the table was there again',
          'from-input': 'The records of `prices` were processed again',
          'not-at-all': 'Nothing was read',
        })[id] ?? id,
    },
    compacted: {
      ask: () => 'How many records does it read this time?',
      option: (_, id) => id,
      row: () => 'Read from the compacted log',
      short: (id) => id,
    },
    'saw-compacted': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          fewer: 'Fewer records were read, and the table is the same',
          'one-each': 'One record was read for each row',
          'other-table': 'The table is another',
        })[id] ?? id,
    },
    kept: {
      ask: () => 'And how many now?',
      option: (_, id) => id,
      row: () => 'Read with its disk',
      short: (id) => id,
    },
    'saw-kept': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'nothing-read': 'Nothing was read, and the table was there',
          'read-again': 'The changelog was read again',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these keep it?',
      option: (_, id, [value = 0]) =>
        ({
          compact: 'A compacted changelog',
          'input-topic': 'No changelog, but the input topic in its place',
          delete: `A changelog that is deleted after ${value} s`,
          none: 'No changelog at all',
        })[id] ?? id,
    },
  },
  corrections: {
    M14: 'Retention deletes by age, whatever the key. The last price of an item may be the oldest record.',
    M15: 'Compaction keeps the last value of each key, and, for a while, more: the active segment and fresh tombstones.',
    M16: 'A record without value is a tombstone: it takes the row away, and is itself a record that is read.',
    M28: 'A store is the fold of its changelog. Who loses the store reads the changelog; who has it reads on from its checkpoint.',
  },
  trial: (_, { outcome }) =>
    `${isWhole(outcome) ? 'Whole' : 'Not whole'}: ${tableOf(outcome).join(', ') || 'no row'}; ${restoredAfter(outcome, 3) ?? 0} records read.`,
  challenge: {
    goal: () => 'Can you do without the changelog topic, and still have the whole table after each loss?',
    hint: 'Which topic holds the same changes already?',
    met: (_, view) =>
      `The table is ${tableOf(view).join(', ')}, and there is no ${changelog}: ${cellsOf(view, 'prices').length} records of \`prices\` are its changelog.`,
  },
};
