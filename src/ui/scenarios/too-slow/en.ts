import { groupOf, memberOf, repeatsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  busyPartition,
  committedCount,
  group,
  handlingMs,
  isDone,
  maxPollIntervalMs,
  outAtMs,
  recordCount,
  refusalOf,
  removalsOf,
  slow,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** The words of scenario 10 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `report ${record + 1}`,
  recordsLegend: () => '',
  steps: {
    slow: {
      heading: () => 'Six reports from one poll',
      body: () => [
        `Partition ${busyPartition} belongs to \`${slow}\`. Six reports come in at once, and one poll returns them all. Each takes ${seconds(handlingMs)}: ${seconds(recordCount * handlingMs)} until it polls again.`,
        `\`max.poll.interval.ms\` is ${seconds(maxPollIntervalMs)} here. Beside the loop, the consumer sends a heartbeat every second.`,
      ],
      goOn: 'Will it stay in the group?',
    },
    stays: {
      heading: () => 'It lives, and it works',
      body: () => [
        `Look at \`${slow}\` at ${seconds(outAtMs)}: its process runs, its heartbeats went out on time, and it is at the fifth report.`,
      ],
    },
    'run-out': {
      heading: () => 'Watch the group’s state',
      body: () => ['Watch what happens 6 s after the poll, and what the member is doing then.'],
    },
    'saw-out': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const [removal] = memberOf(outcome, slow).removals;
        return {
          paragraphs: [
            'A heartbeat says only that a process lives. That it gets on is said by its polls; without one for `max.poll.interval.ms` the consumer itself tells the coordinator that it leaves.',
            'Its handler knows nothing of it and works on: nobody can take a record out of its hands.',
          ],
          event: { text: `\`${slow}\` left the group: it had not polled in time.`, atMs: removal?.atMs },
          config: `\`max.poll.interval.ms\` = ${seconds(maxPollIntervalMs)} here (5 minutes by default).`,
          sources: [
            { text: 'Kafka documentation, Consumer Configs, max.poll.interval.ms', url: sources.maxPollInterval },
          ],
        };
      },
      goOn: 'And when it is done?',
    },
    commit: {
      heading: () => 'Six reports done, and now the commit',
      body: () => [
        `\`${slow}\` has handled all six, and commits offset ${recordCount}. \`A-2\` owns partition ${busyPartition} by now.`,
      ],
    },
    'run-commit': {
      heading: () => 'Watch the commit',
      body: () => ['Watch what becomes of it, and where `A-2` has begun.'],
    },
    'saw-commit': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The commit was refused with \`${refusalOf(outcome) ?? ''}\`: only members can commit, and it is none. In Java that is a \`CommitFailedException\`.`,
          '`A-2` had asked where to go on. Nothing was committed, so it began at offset 0: the same work, done a second time.',
        ],
        event: {
          text: `The coordinator refused the commit of \`${slow}\`.`,
          atMs: groupOf(outcome, group).commits.find(({ refused }) => refused !== undefined)?.atMs,
        },
        config: 'Generation and member id: every commit carries them.',
        sources: [
          { text: 'Kafka documentation, Consumer Configs, max.poll.interval.ms', url: sources.maxPollInterval },
        ],
      }),
      goOn: 'Will the other one manage?',
    },
    progress: {
      heading: () => 'Let it run on',
      body: () => ['`A-2` handles the reports as fast as `A-1` did. `A-1` polls, and joins again.'],
    },
    'run-storm': {
      heading: () => 'Watch the generation',
      body: () => ['Watch the committed offset of partition 0, and how often the group rebalances.'],
    },
    'saw-storm': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `Whoever has the partition is out before it can commit: ${groupOf(outcome, group).handledCount} handlings, ${removalsOf(outcome)} times out, generation ${groupOf(outcome, group).epoch}, and ${committedCount(outcome)} of ${recordCount} reports committed. That is a *rebalance storm*: full speed, no progress.`,
        ],
        event: {
          text: 'Each member left in its turn, for the same reason.',
          atMs: memberOf(outcome, 'A-2').removals[0]?.atMs,
        },
        config: '`max.poll.records` × time for a record must stay below `max.poll.interval.ms`.',
        sources: [{ text: 'Kafka documentation, Consumer Configs, max.poll.records', url: sources.maxPollRecords }],
      }),
      goOn: 'What ends the storm?',
    },
    guarantee: {
      heading: () => 'Done, and committed',
      body: () => ['Say all seven reports must be committed in the end, and none handled twice.'],
      explanation: () => ({
        paragraphs: [
          'Poll sooner or be expected later: fewer records from a poll, or a longer interval. Fewer records are the better cure, because a long interval is also how long a stuck member keeps its partitions.',
          'More heartbeats, or a longer session, are about processes that die. This one never did.',
        ],
        event: { text: 'Each of your choices was run on the same records.', atMs: undefined },
        config: '`max.poll.records`, `max.poll.interval.ms`.',
        sources: [
          { text: 'Kafka documentation, Consumer Configs, max.poll.records', url: sources.maxPollRecords },
          { text: 'Kafka documentation, Consumer Configs, session.timeout.ms', url: sources.sessionTimeout },
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
    stays: {
      ask: () => `Is \`${slow}\` still a member at ${seconds(outAtMs)}?`,
      option: (_, id) =>
        ({
          heartbeats: 'Yes: its heartbeats keep it in the group',
          out: 'No, though it lives and works on',
          stopped: 'No: its process was ended',
        })[id] ?? id,
      row: () => 'Still a member',
      short: (id) => (id === 'heartbeats' ? 'yes' : 'no'),
    },
    'saw-out': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          session: 'Its session ran out',
          left: 'Its consumer left the group, and its handler worked on',
          interrupted: 'The record in its hands was taken away',
        })[id] ?? id,
    },
    commit: {
      ask: () => 'What becomes of the commit?',
      option: (_, id) =>
        ({ accepted: 'It is accepted: the work is done, after all', refused: 'It is refused' })[id] ?? id,
      row: () => 'The late commit',
      short: (id) => id,
    },
    'saw-commit': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          once: 'Each report was handled once',
          twice: '`A-2` began with reports that `A-1` had handled or was handling',
          rest: '`A-2` went on with what `A-1` had not handled yet',
        })[id] ?? id,
    },
    progress: {
      ask: () => `How many of the ${recordCount} reports are committed in the end?`,
      option: (_, id) => id,
      row: () => 'Committed in the end',
      short: (id) => id,
    },
    'saw-storm': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          settles: 'After a second round the group had settled',
          storm: 'The members threw each other out, and nothing was ever committed',
          slowly: 'It went slowly, but it went on',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these make sure of it?',
      option: (_, id, [value = 0]) =>
        ({
          heartbeat: `A heartbeat every ${value} ms`,
          session: `\`session.timeout.ms\` of ${value} s`,
          records: `\`max.poll.records\` of ${value}`,
          interval: `\`max.poll.interval.ms\` of ${value} s`,
        })[id] ?? id,
    },
  },
  corrections: {
    M12: 'Heartbeats only say that the process lives. A consumer that does not poll within `max.poll.interval.ms` leaves the group, and its commit is refused.',
    M13: 'Each rebalance only hands the same too large portion to somebody else: it never settles by itself.',
  },
  trial: (_, { outcome }) =>
    isDone(outcome) && repeatsOf(outcome, group) === 0
      ? 'Everything was committed, and handled once.'
      : `${repeatsOf(outcome, group)} handlings were repeats; ${committedCount(outcome)} of ${recordCount} committed.`,
  challenge: {
    goal: () =>
      `Leave \`max.poll.interval.ms\` at ${seconds(maxPollIntervalMs)}. Can you have all reports committed, each handled once?`,
    hint: 'How many reports can be handled between two polls?',
    met: (_, view) => `All committed, ${repeatsOf(view, group)} repeats, and nobody ever left.`,
  },
};
