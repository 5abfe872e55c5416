import type { StreamsRunView } from '../../../engine/scenario/streams-run-view.js';
import type { StreamsScenarioTexts } from '../streams-outcome.js';
import { streamsSources as sources } from '../streams-sources.js';
import { clickAt, droppedOf, printedFor, printedOf, storedIn, type QuestionId, type StepId } from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const second = 1000;

/** When the final count of [0, 10) was written. */
const printedAt = (outcome: StreamsRunView): number | undefined => printedFor(outcome, 0)?.atMs;

/** The words of scenario 20 in English. */
export const english: StreamsScenarioTexts<StepId, QuestionId> = {
  recordName: (context, record) => context.label(record),
  recordsLegend: () => '',
  steps: {
    clicks: {
      heading: () => 'Clicks that come out of sequence',
      body: () => [
        'An application counts the clicks on a page in windows of 10 s: [0, 10), [10, 20) and so on. What counts is the time *in* the record, its event time: when the click was made, not when it came.',
        'A window takes late clicks for another 5 s: that is its *grace*. With `suppress(untilWindowCloses)` its count is written once, when it has closed.',
        'Clicks made at 1, 4, 12, 9, 15 and 8 s come in this sequence, one every 2 s.',
      ],
      goOn: 'What about the fourth click?',
    },
    nine: {
      heading: () => 'The click of 9 s comes after that of 12 s',
      body: () => [
        'Three clicks have come when the click of 9 s does: those of 1, 4 and 12 s. The largest event time so far is *stream time*: 12 s.',
      ],
    },
    'run-nine': {
      heading: () => 'Watch the edge',
      body: () => [
        'The thick edge is stream time. Watch what moves it, and where the click of 9 s goes. All clicks lie in one partition, so one task takes them.',
      ],
    },
    'saw-nine': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          'The click of 9 s is late, and it counts: a window takes records as long as its end lies after stream time minus grace, and 10 > 12 − 5. The count of [0, 10) is 3.',
          'Stream time stayed at 12 s. It is the largest event time that the task has taken, and never goes back.',
        ],
        event: {
          text: `The task took the click of 9 s with stream time at ${seconds(clickAt(outcome, 9 * second)?.streamTimeMs ?? 0)}.`,
          atMs: clickAt(outcome, 9 * second)?.atMs,
        },
        config: '`TimeWindows.ofSizeAndGrace(10 s, 5 s)`: grace is measured in stream time.',
        sources: [
          { text: 'Kafka documentation, Streams: time', url: sources.time },
          { text: 'Kafka documentation, Streams: out-of-order handling', url: sources.outOfOrder },
        ],
      }),
      goOn: 'And the last two?',
    },
    eight: {
      heading: () => 'Then come 15 s and 8 s',
      body: () => ['The click of 15 s comes next, and after it, as the last, a click of 8 s.'],
    },
    count: {
      heading: () => 'The count of [0, 10)',
      body: () => ['Of the six clicks, four were made before 10 s: at 1, 4, 9 and 8 s.'],
    },
    'run-eight': {
      heading: () => 'Watch the window close',
      body: () => ['Watch what stream time does to [0, 10), what is written to `counts`, and what becomes of 8 s.'],
    },
    'saw-eight': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The click of 15 s moved stream time to 15 s, and 10 > 15 − 5 is false: [0, 10) closed *at* 15 s, and its final count, ${printedFor(outcome, 0)?.count ?? 0}, was written at once.`,
          'The click of 8 s came to a closed window and was dropped. Nothing corrects the count that was written; a metric, `dropped-records-total`, has counted the loss, and the log has a line.',
        ],
        event: {
          text: 'The task took the click of 15 s; stream time passed the end of [0, 10) by its grace.',
          atMs: printedAt(outcome) ?? clickAt(outcome, 15 * second)?.atMs,
        },
        config: '`suppress(untilWindowCloses(unbounded()))` holds back each update until the window takes no more.',
        sources: [
          { text: 'Kafka documentation, Streams DSL: windowing', url: sources.windowing },
          { text: 'Kafka documentation, Streams DSL: window final results', url: sources.finalResults },
        ],
      }),
      goOn: 'And the window after it?',
    },
    next: {
      heading: () => 'Nobody clicks any more',
      body: () => [
        'The window [10, 20) holds two clicks, those of 12 and 15 s. No record comes any more; the clock goes on to 60 s.',
      ],
    },
    'run-silence': {
      heading: () => 'Watch the clock and the edge',
      body: () => ['The dashed line is the clock. Watch whether anything is written.'],
    },
    'saw-silence': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The clock is at ${seconds(outcome.atMs)} and stream time still at ${seconds(clickAt(outcome, 8 * second)?.streamTimeMs ?? 0)}: no clock moves it, only records. [10, 20) holds ${storedIn(outcome, 10 * second)} and is not written.`,
          'That is no defect of `suppress`: replayed a year later, the same records give the same windows and the same counts.',
        ],
        event: {
          text: 'The last record that the task took. Since then nothing could close a window.',
          atMs: clickAt(outcome, 8 * second)?.atMs,
        },
        config: '[10, 20) closes when the task takes a record of 25 s or later: 20 s and 5 s of grace.',
        sources: [
          { text: 'Kafka documentation, Streams: time', url: sources.time },
          { text: 'Kafka documentation, Streams DSL: window final results', url: sources.finalResults },
        ],
      }),
      goOn: 'What would close it?',
    },
    guarantee: {
      heading: () => 'To get the count of [10, 20)',
      body: () => [
        'Say somebody needs the count of [10, 20). The topic has two partitions, and the clicks on this page lie in one of them.',
      ],
      explanation: () => ({
        paragraphs: [
          'Only a later record that this *task* takes closes the window. A task reads one partition, so a record in the other one moves the stream time of the other task and leaves this one as it is.',
          'Where a stream may fall silent, send a record now and then to every partition, or use `process` with a punctuator of wall-clock time.',
        ],
        event: { text: 'Each of your choices was run on the same clicks.', atMs: undefined },
        config: 'Stream time belongs to a task, and a task to a partition.',
        sources: [{ text: 'Kafka documentation, Streams architecture: partitions and tasks', url: sources.tasks }],
      }),
    },
    vary: {
      heading: () => 'Other windows',
      body: () => [
        'Hopping windows overlap, sliding windows begin and end with records, sessions grow as long as records come. Say before each change which clicks will count.',
      ],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    nine: {
      ask: () => 'What becomes of the click of 9 s?',
      option: (_, id) =>
        ({
          counted: 'It counts in [0, 10)',
          dropped: 'It is dropped: stream time has passed 10 s',
          'next-window': 'It counts in [10, 20), the window of the moment',
        })[id] ?? id,
      row: () => 'The click of 9 s',
      short: (id) => ({ counted: 'counts', dropped: 'dropped', 'next-window': 'in [10, 20)' })[id] ?? id,
    },
    'saw-nine': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'edge-stayed': 'The click counted, and stream time stayed where it was',
          'edge-back': 'Stream time went back to 9 s',
          printed: 'A count of [0, 10) was written to `counts`',
        })[id] ?? id,
    },
    count: {
      ask: () => 'Which count of [0, 10) is written in the end?',
      option: (_, id) => id,
      row: () => 'Count of [0, 10)',
      short: (id) => id,
    },
    eight: {
      ask: () => 'What becomes of the click of 8 s?',
      option: (_, id) =>
        ({
          counted: 'It counts in [0, 10), like that of 9 s',
          dropped: 'It is dropped',
          corrected: 'It counts, and a corrected count of [0, 10) is written',
        })[id] ?? id,
      row: () => 'The click of 8 s',
      short: (id) => ({ counted: 'counts', dropped: 'dropped', corrected: 'corrected' })[id] ?? id,
    },
    'saw-eight': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'closed-by-fifteen': 'The click of 15 s closed [0, 10), and its count was written once',
          'closed-by-clock': 'The clock closed [0, 10) before the click of 15 s came',
          'each-update': 'A count was written for every click',
        })[id] ?? id,
    },
    next: {
      ask: () => 'When is the count of [10, 20) written?',
      option: (_, id, [value = 25]) =>
        ({
          'at-25': `When the clock shows ${value} s`,
          later: 'Some time after that, with the next commit',
          never: 'Not while nobody clicks',
        })[id] ?? id,
      row: () => 'Count of [10, 20)',
      short: (id, [value = 25]) => ({ 'at-25': `at ${value} s`, later: 'later', never: 'not written' })[id] ?? id,
    },
    'saw-silence': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          waits: 'The store holds 2 for [10, 20), and nothing was written',
          printed: 'The count of [10, 20) was written',
          lost: 'The two clicks of [10, 20) are gone',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these brings it out?',
      option: (_, id, [value = 0]) =>
        ({
          wait: `Waiting ${value} minutes`,
          'no-grace': 'A grace of 0 s',
          'same-partition': `A click of ${value} s on another page, in the same partition`,
          'other-partition': `A click of ${value} s on another page, in the other partition`,
        })[id] ?? id,
    },
  },
  corrections: {
    M21: 'No clock closes a window. Stream time does: the largest event time that the *task* has taken, and it moves only with records.',
    M22: 'Late is not the same as too late: a window takes records as long as its end lies after stream time minus grace, and drops them from then on.',
    M23: 'Without `suppress` every update of a window is written; with it, one final count, once, when the window has closed.',
  },
  trial: (_, { outcome }) => {
    const printed = printedFor(outcome, 10 * second);
    return printed === undefined
      ? `At ${seconds(outcome.atMs)} the count of [10, 20) is not written.`
      : `The count of [10, 20), ${printed.count}, was written at ${seconds(printed.atMs)}.`;
  },
  challenge: {
    goal: () =>
      'Keep the windows of 10 s. Can you have the click of 8 s count, and a count of [0, 10) written nevertheless?',
    hint: 'How long does [0, 10) have to wait for the click of 8 s, in stream time? And what is written while it waits?',
    met: (_, view) =>
      `Nothing was dropped (${droppedOf(view).length}), and ${printedOf(view).length} counts were written. What comes early is not final, and what is final comes late: you choose which.`,
  },
};
