import { groupOf, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  drainedAt,
  first,
  later,
  recordCount,
  rewindAtMs,
  storedCount,
  type QuestionId,
  type StepId,
} from './scenario.js';

/** The words of scenario 2 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    drain: {
      heading: () => 'A group reads everything there is',
      body: () => [
        `${recordCount} orders come into one partition. The group \`${first}\` reads each, and commits after each.`,
        'It goes on until it has nothing more to read.',
      ],
      goOn: 'What is left then?',
    },
    left: {
      heading: () => 'Everything is read',
      body: () => [`\`${first}\` has handled and committed all ${recordCount}.`],
    },
    'run-drain': {
      heading: () => 'Watch the log',
      body: () => ['Watch the records, and the marker of the committed offset.'],
    },
    'saw-drain': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The log holds ${storedCount(outcome)} records, as before. Reading moved a cursor: \`${first}\` has committed offset ${recordCount}, the next one to be read.`,
          'A queue hands a message over and forgets it. A log keeps it until retention says otherwise, read or not.',
        ],
        event: { text: `\`${first}\` committed offset ${recordCount}.`, atMs: drainedAt(outcome, first) },
        config: '`retention.ms` and `retention.bytes` of the topic: they remove records, readers don’t.',
        sources: [
          { text: 'Kafka documentation, Introduction, Main Concepts and Terminology', url: sources.concepts },
          { text: 'Kafka documentation, Topic Configs, retention.ms', url: sources.retention },
        ],
      }),
      goOn: 'And for somebody else?',
    },
    newcomer: {
      heading: () => 'A second group comes',
      body: () => [`\`${later}\` has never read this topic. It starts now, with \`auto.offset.reset\` = earliest.`],
    },
    'run-newcomer': {
      heading: () => 'Watch both markers',
      body: () => [`Watch what \`${later}\` gets, and what it does to \`${first}\`.`],
    },
    'saw-newcomer': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `\`${later}\` read all ${groupOf(outcome, later).handledRecords.length} records, from the first on. Each group has cursors of its own; they know nothing of each other.`,
          'That is publish/subscribe between groups: each gets everything, whenever it comes, as long as the log has it.',
        ],
        event: { text: `\`${later}\` committed offset ${recordCount}, too.`, atMs: drainedAt(outcome, later) },
        config: '`group.id`: whose cursor it is.',
        sources: [{ text: 'Kafka documentation, Design, Consumer Position', url: sources.consumerPosition }],
      }),
      goOn: 'Can the first read it again?',
    },
    rewind: {
      heading: () => 'The first group is set back',
      body: () => [
        `\`${first}\` had a bug. It is stopped, its offset is set to the beginning (\`kafka-consumer-groups --reset-offsets --to-earliest\`), and it starts again.`,
      ],
    },
    'run-rewind': { heading: () => 'Watch who reads', body: () => ['Watch the two markers, and the end of the log.'] },
    'saw-rewind': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `\`${first}\` handled all records a second time: ${groupOf(outcome, first).handledCount} handlings in all. \`${later}\` stayed where it was, and the log did not change.`,
          'So a new version of a program can work through the past again. Only what it did outside (mails, payments) is done twice: that is its own business.',
        ],
        event: { text: `The committed offset of \`${first}\` was set to 0.`, atMs: rewindAtMs },
        config: 'The committed offset: a number that can be set.',
        sources: [
          { text: 'Kafka documentation, Basic Operations, Managing consumer groups', url: sources.managingGroups },
        ],
      }),
      goOn: 'What does remove records?',
    },
    guarantee: {
      heading: () => 'Gone from the log',
      body: () => ['Say the records must not be in the log any more, for nobody.'],
      explanation: () => ({
        paragraphs: [
          'Nothing that readers do removes a record. Retention does, compaction does, and `DeleteRecords` does at once: it moves the log’s start.',
        ],
        event: { text: 'Each of your choices was run on the same records.', atMs: undefined },
        config: '`retention.ms`, `cleanup.policy`, `kafka-delete-records`.',
        sources: [{ text: 'Kafka documentation, Topic Configs, retention.ms', url: sources.retention }],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    left: {
      ask: () => 'How many records does the log hold then?',
      option: (_, id) => (id === '0' ? '0: they are all consumed' : `${id}: reading takes nothing away`),
      row: () => 'Left in the log',
      short: (id) => id,
    },
    'saw-drain': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          emptied: 'Each record disappeared when it had been handled',
          cursor: 'The records stayed, and a marker moved over them',
          marked: 'The log was written anew, with a note which records are read',
        })[id] ?? id,
    },
    newcomer: {
      ask: () => 'How many records does it get?',
      option: (_, id) => (id === '0' ? '0: they have all been read' : `${id}: all of them`),
      row: () => 'A new group gets',
      short: (id) => id,
    },
    'saw-newcomer': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'two-cursors': 'Each group has a cursor of its own',
          'one-cursor': 'The second group waited for new records',
          disturbed: 'The first group had to begin again',
        })[id] ?? id,
    },
    rewind: {
      ask: () => 'Who handles the records again?',
      option: (_, id) =>
        ({
          nobody: 'Nobody: what is handled is handled',
          both: 'Both groups: the log was set back',
          first: `Only \`${first}\``,
        })[id] ?? id,
      row: () => 'After the reset',
      short: (id) => ({ nobody: 'nobody', both: 'both', first })[id] ?? id,
    },
    'saw-rewind': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          appended: 'The records were appended a second time',
          'same-log': 'The same records were read again; the log did not change',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these make sure of it?',
      option: (_, id, [value = 0]) =>
        ({
          read: 'Every group reads everything',
          commit: 'Offsets are set to the end (`--to-latest`)',
          delete: `\`DeleteRecords\` before offset ${value}`,
        })[id] ?? id,
    },
  },
  corrections: {
    M1: 'Reading moves a cursor. Records leave the log by retention, compaction or `DeleteRecords`, never by being read.',
    M2: 'Every group has cursors of its own. What one reads, or is set to, is nothing to another.',
  },
  trial: (_, { outcome }) =>
    storedCount(outcome) === 0 ? 'The log is empty.' : `The log still holds ${storedCount(outcome)} records.`,
  challenge: {
    goal: () => `Can you have \`${later}\` miss records that are in the log?`,
    hint: 'Where does a group begin that has no offset?',
    met: (_, view) =>
      `\`${later}\` handled ${groupOf(view, later).handledRecords.length} of ${recordCount}: it began at the end.`,
  },
};
