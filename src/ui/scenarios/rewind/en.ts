import { sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  againAtMs,
  committedAt,
  dateAtMs,
  dateMs,
  group,
  member,
  nextAfter,
  recordCount,
  refusalOf,
  refusedAtMs,
  seekAtMs,
  seekTo,
  shiftAtMs,
  shiftBy,
  soughtAtMs,
  stoppedAtMs,
  timesOf,
  wanted,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** The words of scenario 8 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    offsets: {
      heading: () => 'Four numbers about one reader',
      body: () => [
        `A record comes in every second, from 1 s to ${recordCount} s, into one partition. \`${member}\` reads them, and commits after each, until it is stopped at ${seconds(stoppedAtMs)}.`,
        '*Position*: where it reads next. *Committed*: where the group would go on. *Log end*: the next offset to be written. *Lag*: log end minus committed.',
      ],
      goOn: 'Run it',
    },
    'run-half': {
      heading: () => 'Watch the four numbers',
      body: () => [
        'They stand in the group’s table. Which of them move while it reads, and which when it has stopped?',
      ],
    },
    next: {
      heading: () => 'It has stopped',
      body: () => [`Six records, offsets 0 to 5, were handled and committed; ${recordCount} are in the log.`],
    },
    shift: {
      heading: () => 'Three back',
      body: () => [
        `At ${seconds(shiftAtMs)}: \`kafka-consumer-groups --reset-offsets --shift-by ${shiftBy}\`. The group has no members.`,
      ],
    },
    'run-shift': { heading: () => 'Watch the marker', body: () => ['Watch what moves, and what does not.'] },
    'saw-shift': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The committed offset is the *next to be read*: after offsets 0 to 5 it was ${committedAt(outcome, shiftAtMs)}, not 5. Three back is ${committedAt(outcome, againAtMs - 1000)}, and the lag is ${recordCount - committedAt(outcome, againAtMs - 1000)}.`,
          'Only the group’s number moved. Nobody read anything yet: there is no member that could.',
        ],
        event: { text: `The committed offset was set to ${committedAt(outcome, againAtMs - 1000)}.`, atMs: shiftAtMs },
        config: '`kafka-consumer-groups --reset-offsets --shift-by`.',
        sources: [
          { text: 'Kafka documentation, Basic Operations, Managing consumer groups', url: sources.managingGroups },
        ],
      }),
      goOn: 'And while it runs?',
    },
    active: {
      heading: () => 'The same on a group that is active',
      body: () => [
        `\`${member}\` starts again at ${seconds(againAtMs)}. At ${seconds(refusedAtMs)} somebody resets the group \`--to-earliest\`.`,
      ],
    },
    seek: {
      heading: () => 'What a member may do itself: seek',
      body: () => [
        `Offsets 7 to 9 are known to be bad. At ${seconds(seekAtMs)} the program calls \`seek(${seekTo})\`. Look at ${seconds(soughtAtMs)}: the record at offset ${seekTo} is in its hands.`,
      ],
    },
    'run-active': {
      heading: () => 'Watch position and committed',
      body: () => ['Watch the answer to the reset, and then the jump.'],
    },
    'saw-active': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The broker refused the reset: \`${refusalOf(outcome)?.message ?? ''}\` A member would not notice a change behind its back, and overwrite it with its next commit.`,
          `\`seek\` moved the *position* at once, to ${nextAfter(outcome, seekAtMs) ?? 0}. *Committed* was still ${committedAt(outcome, soughtAtMs)}: had the process died then, the bad records would have come back. Only the next commit made the jump last.`,
        ],
        event: { text: `The reset was refused with ${refusalOf(outcome)?.code ?? ''}.`, atMs: refusedAtMs },
        config: '`KafkaConsumer.seek`; only an inactive group can be reset.',
        sources: [{ text: 'Kafka documentation, Design, Consumer Position', url: sources.consumerPosition }],
      }),
      goOn: 'Back to a moment',
    },
    date: {
      heading: () => 'Where were we at …?',
      body: () => [
        `The group is stopped. At ${seconds(dateAtMs)} it is set \`--to-datetime\` ${seconds(dateMs)}. Record *n* was stamped at *n* + 1 s: offset 7 at 8 s, offset 8 at 9 s.`,
      ],
    },
    'run-date': { heading: () => 'Watch where it goes on', body: () => ['It starts again 2 s later.'] },
    'saw-date': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `A moment leads to the first record stamped *then or later*: offset ${committedAt(outcome, dateAtMs + 1000)}. It is looked up in the partition’s time index, partition by partition.`,
        ],
        event: { text: `The committed offset was set to ${committedAt(outcome, dateAtMs + 1000)}.`, atMs: dateAtMs },
        config: '`kafka-consumer-groups --reset-offsets --to-datetime`; `offsetsForTimes` in a program.',
        sources: [
          { text: 'Kafka documentation, Basic Operations, Managing consumer groups', url: sources.managingGroups },
        ],
      }),
      goOn: 'Which way leads there?',
    },
    guarantee: {
      heading: () => `Offset ${wanted} once more`,
      body: () => [
        `All ${recordCount} records are handled, and the group is stopped. Say the record at offset ${wanted} must be handled again.`,
      ],
      explanation: () => ({
        paragraphs: [
          'Any reset that leads to that offset or before it does. A restart alone goes on at the committed offset, whatever `auto.offset.reset` says.',
        ],
        event: { text: 'Each of your choices was run on the same records.', atMs: undefined },
        config: '`--to-offset`, `--to-datetime`, `--shift-by`, `--to-earliest`, `--by-duration`, `--from-file`.',
        sources: [
          { text: 'Kafka documentation, Basic Operations, Managing consumer groups', url: sources.managingGroups },
        ],
      }),
    },
    vary: {
      heading: () => 'Drag the committed offset',
      body: () => [
        'Go to a moment, and drag the group’s marker to where it shall go on. While the group is active, the broker refuses.',
      ],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    next: {
      ask: () => 'What is its committed offset now?',
      option: (_, __, [offset = 0, committed = 0]) =>
        offset === committed
          ? `${offset}: the next to be read`
          : offset < committed
            ? `${offset}: the last that was handled`
            : `${offset}: one behind the next`,
      row: () => 'Committed after 0–5',
      short: (id) => id,
    },
    shift: { ask: () => 'What is the lag then?', option: (_, id) => id, row: () => 'Lag after −3', short: (id) => id },
    'saw-shift': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          marker: 'Only the committed offset moved',
          'records-moved': 'Records were appended a second time',
          'read-at-once': 'The records were read again at once',
        })[id] ?? id,
    },
    active: {
      ask: () => 'What happens to the member?',
      option: (_, id) =>
        ({
          jumps: 'It goes on at offset 0',
          later: 'Nothing now, but it begins at 0 after its next start',
          refused: 'Nothing: the reset is refused',
        })[id] ?? id,
      row: () => 'Reset while active',
      short: (id) => ({ jumps: 'jumps', later: 'later', refused: 'refused' })[id] ?? id,
    },
    seek: {
      ask: () => `What is committed at ${seconds(soughtAtMs)}?`,
      option: (_, id) =>
        id === String(seekTo)
          ? `${id}: where it has sought to`
          : id === String(recordCount)
            ? `${id}: the end`
            : `${id}: as before the seek`,
      row: () => 'Committed after a seek',
      short: (id) => id,
    },
    'saw-active': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'position-moved': 'The position jumped; the committed offset followed with the next commit',
          'went-back': 'The member went back to offset 0',
          'skipped-later': 'The bad records were handled in between',
        })[id] ?? id,
    },
    date: {
      ask: () => 'Which offset does that lead to?',
      option: (_, id, [offset = 0, stamp = 0]) =>
        offset === recordCount ? `${id}: the end` : `${id}: stamped ${stamp} s`,
      row: () => `At ${seconds(dateMs)}`,
      short: (id) => id,
    },
    'saw-date': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'on-or-after': 'It went on with the first record stamped then or later',
          before: 'It went on with the last record before',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these do it?',
      option: (_, id, [value = 0]) =>
        ({
          restart: 'Start it again (`auto.offset.reset` = earliest)',
          offset: `\`--to-offset ${value}\``,
          datetime: `\`--to-datetime\` ${value} s`,
          shift: `\`--shift-by ${value}\``,
        })[id] ?? id,
    },
  },
  corrections: {
    M1: 'The log did not change: only the group’s number did.',
    M8: 'A group that has a committed offset goes on there; `auto.offset.reset` is not asked.',
    M10: 'Position, committed offset, log end and lag are four things. Committed is the *next* to be read; a seek moves the position only.',
  },
  trial: (_, { outcome }) =>
    timesOf(outcome, wanted) >= 2
      ? `Offset ${wanted} was handled ${timesOf(outcome, wanted)} times.`
      : `Offset ${wanted} was handled once; the group went on at ${committedAt(outcome, 17_500)}.`,
  challenge: {
    goal: () => `Can you have the group \`${group}\` handle offset 0 a second time?`,
    hint: 'Drag the committed offset, at a moment when the group has no members.',
    met: (_, view) => `Offset 0 was handled ${timesOf(view, 0)} times.`,
  },
};
