import type { LogRunView } from '../../../engine/scenario/log-run-view.js';
import { recordAt, type LogScenarioTexts } from '../log-outcome.js';
import { logSources as sources } from '../log-sources.js';
import { goneInTime, oldOffset, type QuestionId, type StepId } from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const deletions = ({ segments }: LogRunView) =>
  segments.flatMap(({ baseOffset, deleted }) => (deleted === undefined ? [] : [{ baseOffset, atMs: deleted.atMs }]));

/** When the first segment went. */
const firstDeletionMs = (outcome: LogRunView): number | undefined => deletions(outcome)[0]?.atMs;

/** How old the oldest record became. */
const oldestAge = ({ records, atMs }: LogRunView): number =>
  Math.max(...records.map(({ goneAtMs, timestampMs }) => (goneAtMs ?? atMs) - timestampMs));

/** The words of scenario 13 in English. */
export const english: LogScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `offset ${record}`,
  recordsLegend: () => '',
  steps: {
    records: {
      heading: () => 'A log that forgets after a minute',
      body: () => [
        'Seven prices are appended to one partition, with timestamps 0, 10, 20, 30, 40, 50 and 55 s. After that nobody writes.',
        '`retention.ms` is 60 s, and retention looks every 5 s. `segment.bytes` is so small that a segment is full with three records.',
      ],
      goOn: 'What happens to an old record?',
    },
    'old-record': {
      heading: () => 'A record that is 65 s old',
      body: () => ['At 95 s, the record with timestamp 30 s is 65 s old. That is more than `retention.ms`.'],
    },
    'run-old': {
      heading: () => 'Watch the line that follows the clock',
      body: () => [
        'The dashed line lies 60 s behind the clock. Watch what is left of it, and what is there nevertheless, up to 95 s.',
      ],
    },
    'saw-old': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const atMs = firstDeletionMs(outcome);
        return {
          paragraphs: [
            `Offsets 0, 1 and 2 went together at ${seconds(atMs ?? 0)}, when the *newest* of them, stamped 20 s, was more than 60 s old. At 80 s it was exactly 60 s old, and that is not more.`,
            `Offset ${oldOffset} is 65 s old at 95 s and can be read: it shares its segment with offset 5, stamped 50 s. It stays until ${seconds(recordAt(outcome, oldOffset).goneAtMs ?? 0)}, 85 s after its timestamp.`,
          ],
          event: {
            text: 'Segment 0 was deleted: its largest timestamp, 20 s, was more than 60 s ago at that check.',
            atMs,
          },
          config:
            '`retention.ms` = 60 s is compared with the largest timestamp of a whole segment, once every `log.retention.check.interval.ms` (5 s here; 5 minutes by default).',
          sources: [
            { text: 'Kafka documentation, Topic Configs, retention.ms', url: sources.retentionMs },
            {
              text: 'Kafka documentation, Broker Configs, log.retention.check.interval.ms',
              url: sources.checkInterval,
            },
          ],
        };
      },
      goOn: 'And the rest of the log?',
    },
    left: {
      heading: () => 'Nobody writes any more',
      body: () => [
        'The last record came at 55 s. It lies in the *active* segment, the one that would take the next record.',
      ],
    },
    'run-left': {
      heading: () => 'Watch the end of the log',
      body: () => ['Watch the last two segments, and the offsets at which the log starts and ends.'],
    },
    'saw-left': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const went = deletions(outcome);
        return {
          paragraphs: [
            `Segment 3 went at ${seconds(went[1]?.atMs ?? 0)} and segment 6 at ${seconds(went[2]?.atMs ?? 0)}. The active segment is no exception: Kafka first begins a new, empty one, and then deletes it.`,
            `The log is empty, but it does not begin anew: it starts and ends at offset ${outcome.logEndOffset}, and the next record gets that offset. Offsets are never used twice.`,
          ],
          event: {
            text: `A new segment was begun at offset ${outcome.logEndOffset}, and segment 6 was deleted.`,
            atMs: went[2]?.atMs,
          },
          config: '`retention.ms` = 60 s; nothing exempts the active segment from it.',
          sources: [
            { text: 'Kafka documentation, Topic Configs, retention.ms', url: sources.retentionMs },
            { text: 'Kafka documentation, Topic Configs, segment.bytes', url: sources.segmentBytes },
          ],
        };
      },
      goOn: 'What would keep a promise?',
    },
    guarantee: {
      heading: () => 'Gone after 70 s at most',
      body: () => ['Say you have promised to keep no record for longer than 70 s after its timestamp.'],
      explanation: () => ({
        paragraphs: [
          'A record waits for the newest one of its segment, and then for the next check. So its age at the end is at most `retention.ms`, plus how far timestamps lie apart within a segment, plus one check.',
          'To bound it, bound the segment: `segment.ms` begins a new one after so much time, however little was written. (It does so at the next append.)',
        ],
        event: { text: 'Each of your choices was run on the same records.', atMs: undefined },
        config: '`segment.ms` bounds how far timestamps lie apart in a segment (7 days by default).',
        sources: [
          { text: 'Kafka documentation, Topic Configs, segment.ms', url: sources.segmentMs },
          { text: 'Kafka documentation, Topic Configs, segment.bytes', url: sources.segmentBytes },
        ],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    'old-record': {
      ask: () => 'Can it be read at 95 s?',
      option: (_, id) =>
        ({
          expired: 'No: it went when it became 60 s old',
          checked: 'No: it went at the first check after that, at 95 s',
          readable: 'Yes',
        })[id] ?? id,
      row: () => 'A record of 65 s',
      short: (id) => (id === 'readable' ? 'readable' : 'gone'),
    },
    'saw-old': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'one-by-one': 'Records went one by one, each when it was too old',
          together: 'The first three went together; the record stamped 30 s is still there',
          'all-old': 'At 95 s everything older than 60 s was gone',
        })[id] ?? id,
    },
    left: {
      ask: () => 'How many records are left at 120 s?',
      option: (_, id) => id,
      row: () => 'Left at 120 s',
      short: (id) => id,
    },
    'saw-left': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'active-stayed': 'The active segment stayed',
          'begins-anew': 'The log is empty and begins again at offset 0',
          emptied: 'The log is empty; its next record gets offset 7',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these guarantees it?',
      option: (_, id, [value = 0]) =>
        ({
          'check-often': `Retention looks every ${value} s`,
          'shorter-retention': `\`retention.ms\` of ${value} s`,
          'shorter-segments': `\`segment.ms\` of ${value} s`,
        })[id] ?? id,
    },
  },
  corrections: {
    M14: 'Retention deletes whole segments, the active one too: each when its *newest* record is older than `retention.ms`, and only when retention looks.',
  },
  trial: (_, { outcome }) =>
    goneInTime(outcome)
      ? `No record became older than ${seconds(oldestAge(outcome))}.`
      : `A record became ${seconds(oldestAge(outcome))} old.`,
  challenge: {
    goal: () => 'Leave `retention.ms` at 60 s. Can you have the record stamped 30 s gone before 100 s?',
    hint: 'What else is in its segment, and what ends a segment?',
    met: (_, view) =>
      `It went at ${seconds(recordAt(view, oldOffset).goneAtMs ?? 0)}: its segment holds nothing much younger any more.`,
  },
};
