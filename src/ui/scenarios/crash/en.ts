import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { groupOf, repeatsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  autoCommit,
  commitFirst,
  crashesAfter,
  handledBeforeDeath,
  lostOf,
  processFirst,
  recordCount,
  sessionMs,
  type QuestionId,
  type StepId,
} from './scenario.js';

const diedAt = (outcome: GroupRunView, group: string): number | undefined =>
  groupOf(outcome, group).members[0]?.lives[0]?.toMs;

const firstCommit = (outcome: GroupRunView, group: string): number | undefined =>
  groupOf(outcome, group).commits[0]?.atMs;

const callTexts = {
  option: (_: unknown, id: string): string =>
    ({
      [String(crashesAfter)]: `${crashesAfter}: the last ${recordCount - crashesAfter} are never handled`,
      [String(recordCount)]: `${recordCount}: each record once`,
      [String(recordCount + crashesAfter)]: `${recordCount + crashesAfter}: the first ${crashesAfter} twice`,
    })[id] ?? id,
  short: (id: string): string => `${id} calls`,
};

const sawTexts = {
  ask: () => 'Which of these happened?',
  option: (_: unknown, id: string): string =>
    ({
      lost: 'Records were left out for good',
      exactly: 'Each record was handled exactly once',
      repeated: 'Records were handled a second time',
    })[id] ?? id,
};

/** The words of scenario 9 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `order-${record + 1} paid`,
  recordsLegend: () => '',
  steps: {
    loop: {
      heading: () => 'Two lines of a loop',
      body: () => [
        `Five orders come into a partition. A consumer polls, and gets all ${recordCount} at once. Its loop has two lines: \`commit\` tells the group where to go on, \`handle\` charges the customers, one after the other.`,
        `The process dies when it has handled ${crashesAfter} of them, and is started again a little later. It gets the partition when the session of the dead one is over: ${sessionMs / 1000} s after its last heartbeat.`,
      ],
      goOn: 'Which line comes first?',
    },
    first: {
      heading: () => 'First commit, then handle',
      body: () => ['The loop of this consumer says: `poll(); commit(); handle each`.'],
    },
    'run-first': {
      heading: () => 'Watch the committed offset',
      body: () => [
        'It is the solid flag on the topic; each commit is a tick in the last row. Watch where it is when the process dies, and where the next one begins.',
      ],
    },
    'saw-first': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The consumer had committed offset ${recordCount} before it handled anything. The next process asked where to go on and was told: at ${recordCount}. Offsets ${crashesAfter} and ${crashesAfter + 1} lie in the log, and nobody will come back for them.`,
          'This is *at most once*: nothing is handled twice, and a crash can lose all that a poll returned.',
        ],
        event: {
          text: `Offset ${recordCount} was committed, before the first record was handled.`,
          atMs: firstCommit(outcome, commitFirst),
        },
        config: '`enable.auto.commit` = false, and `commitSync()` before the work.',
        sources: [{ text: 'Kafka documentation, Design, Message Delivery Semantics', url: sources.semantics }],
      }),
      goOn: 'And the other way round?',
    },
    after: {
      heading: () => 'First handle, then commit',
      body: () => ['Now the same records and the same crash: `poll(); handle each; commit()`.'],
    },
    'run-after': {
      heading: () => 'Watch the handlings',
      body: () => [
        'A filled corner (and `×2`, where there is room) says that the group has handled this record before.',
      ],
    },
    'saw-after': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `Nothing was committed when the process died, so the next one began at offset 0: ${recordCount + crashesAfter} calls for ${recordCount} records, ${repeatsOf(outcome, processFirst)} of them repeats.`,
          'This is *at least once*: nothing is lost, and a crash repeats what was handled since the last commit.',
        ],
        event: {
          text: `The process died with ${handledBeforeDeath(outcome, processFirst)} records handled and none committed.`,
          atMs: diedAt(outcome, processFirst),
        },
        config: '`enable.auto.commit` = false, and `commitSync()` after the work.',
        sources: [{ text: 'Kafka documentation, Design, Message Delivery Semantics', url: sources.semantics }],
      }),
      goOn: 'What if the consumer commits by itself?',
    },
    auto: {
      heading: () => 'Leave it to the consumer',
      body: () => ['The loop says `poll(); handle each`, and `enable.auto.commit` is true: Kafka’s default.'],
    },
    'run-auto': {
      heading: () => 'Watch when it commits',
      body: () => ['`auto.commit.interval.ms` is 5 s. Watch whether a commit comes while records are being handled.'],
    },
    'saw-auto': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `Auto-commit works inside \`poll()\`, and commits only what *earlier* polls returned. While the loop handles records it does not poll, so nothing was committed: ${groupOf(outcome, autoCommit).handledCount} calls, as if you had committed after the work.`,
          'It is at least once as long as you handle everything before you poll again. Hand records to another thread and poll on, and it commits what nobody has handled.',
        ],
        event: { text: 'The process died before it polled a second time.', atMs: diedAt(outcome, autoCommit) },
        config: '`enable.auto.commit` = true, `auto.commit.interval.ms` = 5 s.',
        sources: [
          { text: 'Kafka documentation, Consumer Configs, enable.auto.commit', url: sources.autoCommit },
          { text: 'Kafka documentation, Consumer Configs, auto.commit.interval.ms', url: sources.autoCommitInterval },
        ],
      }),
      goOn: 'How does each customer pay once?',
    },
    guarantee: {
      heading: () => 'Each order counts once',
      body: () => [
        'Say that in the end every order must have been charged, and none twice, whenever the process dies.',
      ],
      explanation: () => ({
        paragraphs: [
          'Committing more often makes the gap between the two lines small; it never closes it. There is always a moment after the work and before the commit.',
          'What closes it is on the other side: a sink that knows the record again. Written under its own key, the second time changes nothing. Then at least once is enough.',
        ],
        event: { text: 'Each of your choices was run with the same crash.', atMs: undefined },
        config: 'The key under which the sink stores what it has done.',
        sources: [{ text: 'Kafka documentation, Design, Message Delivery Semantics', url: sources.semantics }],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    first: {
      ask: () => 'How often will `handle` have been called in the end?',
      ...callTexts,
      row: () => 'First commit',
    },
    'saw-first': sawTexts,
    after: {
      ask: () => 'How often will `handle` have been called in the end?',
      ...callTexts,
      row: () => 'First handle',
    },
    'saw-after': sawTexts,
    auto: {
      ask: () => 'How often will `handle` have been called in the end?',
      ...callTexts,
      row: () => 'Auto-commit',
    },
    'saw-auto': sawTexts,
    guarantee: {
      ask: () => 'Which of these guarantee it?',
      option: (_, id, [value = 0]) =>
        ({
          each: 'Handle first, and commit after *every* record',
          'auto-often': `Auto-commit every ${value} ms`,
          upsert: 'Handle first, and store each result under the order’s own key',
        })[id] ?? id,
    },
  },
  corrections: {
    M11: 'A committed offset only says where to go on. Commit before the work and a crash loses records; commit after it, and a crash repeats them. Auto-commit commits what earlier polls returned.',
  },
  trial: (_, { option, outcome }) => {
    const [group] = outcome.groups;
    if (group === undefined) return '';
    const lost = lostOf(group);
    const calls = `${group.handledCount} calls`;
    if (option === 'upsert') return `${calls}, but ${group.handledRecords.length} rows in the sink: each order once.`;
    if (lost > 0) return `${calls}: ${lost} orders were never charged.`;
    return `${calls} for ${recordCount} orders: ${group.handledCount - group.handledRecords.length} charged twice.`;
  },
  challenge: {
    goal: () => `Can you have \`${processFirst}\` lose nothing, and repeat one record at most?`,
    hint: 'How much does a crash repeat? Everything since the last commit.',
    met: (_, view) =>
      `Nothing lost, and ${repeatsOf(view, processFirst)} repeated: the gap is small now, but it is there.`,
  },
};
