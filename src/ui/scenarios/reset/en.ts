import { groupOf, memberOf, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  backAtMs,
  beginsAt,
  deletedAtMs,
  failureOf,
  known,
  knownOffset,
  logStart,
  newEarliest,
  newLatest,
  newNone,
  noticesLoss,
  parked,
  parkedOffset,
  startsAtMs,
  storedCount,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const beginning = {
  option: (_: unknown, id: string): string =>
    ({
      '0': 'Offset 0: the first record',
      [String(parkedOffset)]: `Offset ${parkedOffset}: where it had stopped`,
      [String(knownOffset)]: `Offset ${knownOffset}: where it had stopped`,
      [String(logStart)]: `Offset ${logStart}: the first that is still there`,
      [String(storedCount)]: `Offset ${storedCount}: the next one to be written`,
    })[id] ?? id,
  short: (id: string): string => id,
};

/** The words of scenario 7 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    groups: {
      heading: () => 'Where does a consumer begin?',
      body: () => [
        `Ten records lie in a partition, offsets 0 to 9. \`${known}\` has read some of them before, committed offset ${knownOffset}, and stopped. \`${newEarliest}\` and \`${newLatest}\` have never read.`,
        `At ${seconds(startsAtMs)} all three start. \`auto.offset.reset\` is \`earliest\` for \`${newEarliest}\` and \`${known}\`, and \`latest\` (Kafka’s default) for \`${newLatest}\`.`,
      ],
      goOn: 'Predict each',
    },
    earliest: { heading: () => `\`${newEarliest}\`: new, earliest`, body: () => ['It has no committed offset.'] },
    latest: { heading: () => `\`${newLatest}\`: new, latest`, body: () => ['It has none either.'] },
    known: {
      heading: () => `\`${known}\`: known, earliest`,
      body: () => [`It has committed offset ${knownOffset}, and its \`auto.offset.reset\` is \`earliest\`.`],
    },
    'run-new': {
      heading: () => 'Watch where each begins',
      body: () => ['The first record of each group, and what led to it, is beside its partition.'],
    },
    'saw-new': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The question is always: is there a committed offset, and does the log have it? For \`${known}\` yes: it began at ${beginsAt(outcome, known) ?? 0}, and its setting was never asked.`,
          `Only where there is none, \`auto.offset.reset\` decides: \`${newEarliest}\` began at ${beginsAt(outcome, newEarliest) ?? 0}; \`${newLatest}\` waits at the end, and will never see the ten records.`,
        ],
        event: {
          text: `\`${known}\` found its committed offset.`,
          atMs: groupOf(outcome, known).partitions[0]?.start?.atMs,
        },
        config: '`auto.offset.reset` (latest by default).',
        sources: [{ text: 'Kafka documentation, Consumer Configs, auto.offset.reset', url: sources.autoOffsetReset }],
      }),
      goOn: 'What if nothing may be guessed?',
    },
    none: {
      heading: () => `\`${newNone}\`: new, none`,
      body: () => ['A third setting: `none`. This group is new, too.'],
    },
    'run-none': { heading: () => 'Watch its process', body: () => ['Watch what its poll brings.'] },
    'saw-none': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `Its poll failed: ${memberOf(outcome, `${newNone}-1`).lives.at(-1)?.error?.message ?? ''}`,
          'With `none`, nobody but the program decides. That is for programs that would rather stop than guess.',
        ],
        event: {
          text: `The process ended with ${failureOf(outcome, newNone) ?? ''}.`,
          atMs: memberOf(outcome, `${newNone}-1`).lives.at(-1)?.toMs,
        },
        config: '`auto.offset.reset` = none.',
        sources: [{ text: 'Kafka documentation, Consumer Configs, auto.offset.reset', url: sources.autoOffsetReset }],
      }),
      goOn: 'And an offset that is too old?',
    },
    parked: {
      heading: () => `\`${parked}\`: away for too long`,
      body: () => [
        `\`${parked}\` has committed offset ${parkedOffset} and stopped. At ${seconds(deletedAtMs)} the records before offset ${logStart} go (\`kafka-delete-records\` does here what retention does with time). At ${seconds(backAtMs)} it is back. Its \`auto.offset.reset\` is \`latest\`.`,
      ],
    },
    'run-parked': {
      heading: () => 'Watch its first record',
      body: () => ['Watch the start of the log pass its offset, and where it goes on.'],
    },
    'saw-parked': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `It asked for offset ${parkedOffset}, and the broker answered OFFSET_OUT_OF_RANGE. So it had an offset, but no usable one: \`auto.offset.reset\` decided once more, and \`latest\` led to ${beginsAt(outcome, parked) ?? 0}.`,
          `Offsets ${parkedOffset} to ${logStart - 1} were gone anyway. Offsets ${logStart} to ${storedCount - 1} were still in the log, and it skipped them without a word.`,
        ],
        event: {
          text: 'The offset was out of range, and was reset.',
          atMs: groupOf(outcome, parked).partitions[0]?.start?.atMs,
        },
        config: '`auto.offset.reset` = latest; `retention.ms`, `offsets.retention.minutes`.',
        sources: [
          { text: 'Kafka documentation, Consumer Configs, auto.offset.reset', url: sources.autoOffsetReset },
          { text: 'Kafka documentation, Broker Configs, offsets.retention.minutes', url: sources.offsetsRetention },
        ],
      }),
      goOn: 'What would have been better?',
    },
    guarantee: {
      heading: () => 'Nothing that is there is skipped',
      body: () => [`Say \`${parked}\` must not skip a record that is still in the log without being told.`],
      explanation: () => ({
        paragraphs: [
          '`earliest` reads what is left; it costs repeats where the offset of a group has expired. `latest` and `by_duration` are for readers who want what is new, not everything.',
        ],
        event: { text: 'Each of your choices was run with the same records.', atMs: undefined },
        config: '`auto.offset.reset`: earliest, latest, none or by_duration:…',
        sources: [{ text: 'Kafka documentation, Consumer Configs, auto.offset.reset', url: sources.autoOffsetReset }],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    earliest: {
      ask: () => `With which offset does \`${newEarliest}\` begin?`,
      ...beginning,
      row: () => 'New, earliest',
    },
    latest: { ask: () => `With which offset does \`${newLatest}\` begin?`, ...beginning, row: () => 'New, latest' },
    known: { ask: () => `With which offset does \`${known}\` begin?`, ...beginning, row: () => 'Known, earliest' },
    'saw-new': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          always: 'Both groups with `earliest` began at offset 0',
          'only-new': 'The setting counted only for groups without a committed offset',
          'latest-reads-all': 'The group with `latest` read the ten records, too',
        })[id] ?? id,
    },
    none: {
      ask: () => 'What does it do?',
      option: (_, id) =>
        ({ waits: 'It waits for new records', fails: 'Its poll fails', start: 'It begins at offset 0' })[id] ?? id,
      row: () => 'New, none',
      short: (id) => ({ waits: 'waits', fails: 'fails', start: '0' })[id] ?? id,
    },
    'saw-none': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({ ended: 'Its process ended with an error', committed: 'It committed the offset where it will begin' })[id] ??
        id,
    },
    parked: { ask: () => `With which offset does \`${parked}\` go on?`, ...beginning, row: () => 'Away for too long' },
    'saw-parked': {
      ask: () => 'Which of these happened?',
      option: (_, id, [value = 0]) =>
        ({
          'from-start': 'It went on at the log’s new start',
          skipped: `It skipped ${value} records, some of which were still there`,
          committed: 'It got its records: they had been kept for it',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these make sure of it?',
      option: (_, id, [value = 0]) =>
        ({ latest: '`latest`', earliest: '`earliest`', duration: `\`by_duration:PT${value}S\`` })[id] ?? id,
    },
  },
  corrections: {
    M8: '`auto.offset.reset` counts only where there is no usable committed offset. A group that has one goes on there.',
    M9: '`latest` can skip records: those before a new group came, and everything that is left when a committed offset is too old.',
  },
  trial: (_, { outcome }) =>
    noticesLoss(outcome)
      ? `\`${parked}\` went on at offset ${beginsAt(outcome, parked) ?? 0}, the first that was there.`
      : `\`${parked}\` went on at offset ${beginsAt(outcome, parked) ?? 0}: it skipped what was there.`,
  challenge: {
    goal: () => `Can you have \`${parked}\` go on at offset ${logStart}, the first that is still there?`,
    hint: 'Which setting is asked when an offset is out of range?',
    met: () => 'It read everything that was left.',
  },
};
