import { groupOf, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  awayMs,
  consumer,
  cooperative,
  eager,
  firstStopMs,
  fixed,
  movesOf,
  partitions,
  pausedByRestart,
  pausedMsOf,
  slowMs,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const pausing = {
  ask: () => `How many of the ${partitions} partitions pause when the first member is restarted?`,
  option: (_: unknown, id: string): string =>
    ({
      '0': 'None',
      '2': '2: its own',
      '4': '4: those that move, away and back',
      [String(partitions)]: `${partitions}: all of them`,
    })[id] ?? id,
  short: (id: string): string => id,
};

/** The words of scenario 11 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    restart: {
      heading: () => 'A rolling restart',
      body: () => [
        `A group of three members reads ${partitions} partitions. There is a new version of the program, so each member is stopped, and started again ${seconds(awayMs)} later; then it is the next one’s turn. The third member takes ${seconds(slowMs)} for a record.`,
        'You will see the same restart four times, with the same records: under three protocols, and with static members.',
      ],
      goOn: 'First the oldest way',
    },
    eager: {
      heading: () => '`eager`: everybody gives up everything',
      body: () => [
        `The classic protocol, with the \`range\` assignor. At ${seconds(firstStopMs)} \`${eager}-1\` is stopped; at ${seconds(firstStopMs + awayMs)} it is back.`,
      ],
    },
    'run-eager': {
      heading: () => 'Watch who has to wait',
      body: () => [
        `Watch the rows of the members that nobody restarts. (The first rebalances are the members coming; the restarts begin at ${seconds(firstStopMs)}.)`,
      ],
    },
    'saw-eager': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          'Every rebalance is a barrier: all members give all partitions up, join again, and wait until the last one has done so, which may be at a long record. Then the leader shares out everything anew.',
          `A restart is two of them, one when a member goes and one when it comes back. Partitions paused for ${seconds(pausedMsOf(outcome, eager))} in all, and ${movesOf(outcome, eager)} times one changed hands.`,
        ],
        event: {
          text: `\`${eager}-1\` left, and the group prepared a rebalance.`,
          atMs: groupOf(outcome, eager).states.find(
            ({ state, fromMs }) => state === 'PreparingRebalance' && fromMs >= firstStopMs,
          )?.fromMs,
        },
        config: '`partition.assignment.strategy` = range (eager).',
        sources: [
          {
            text: 'Kafka documentation, Consumer Configs, partition.assignment.strategy',
            url: sources.assignmentStrategy,
          },
        ],
      }),
      goOn: 'Can’t they keep what they have?',
    },
    cooperative: {
      heading: () => '`cooperative-sticky`: give up only what moves',
      body: () => [
        'The same group with the cooperative assignor. Members keep their partitions, and read on, while the group rebalances.',
      ],
    },
    'run-cooperative': {
      heading: () => 'Watch the generations',
      body: () => [
        'Watch what the others do meanwhile, and how many generations it takes until the restarted member has something again.',
      ],
    },
    'saw-cooperative': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          'Nobody gave up anything when the member left: what it had was handed to the others. When it came back, two partitions were to be its own again. That takes two rounds: in the first their owners hear that they are to give them up, in the second somebody else may have them.',
          `${pausedByRestart(outcome, cooperative)} partitions paused, the others never did. Between the two rounds the moving ones waited: ${seconds(pausedMsOf(outcome, cooperative))} in all, because the others hear of a round only with their next heartbeat.`,
        ],
        event: {
          text: 'Members joined again, with what they had given up.',
          atMs: groupOf(outcome, cooperative).states.findLast(
            ({ state, fromMs }) => state === 'PreparingRebalance' && fromMs < firstStopMs + 10_000,
          )?.fromMs,
        },
        config: '`partition.assignment.strategy` = cooperative-sticky.',
        sources: [
          {
            text: 'Kafka documentation, Consumer Configs, partition.assignment.strategy',
            url: sources.assignmentStrategy,
          },
          { text: 'Kafka documentation, Consumer Configs, heartbeat.interval.ms', url: sources.heartbeatInterval },
        ],
      }),
      goOn: 'And without a barrier?',
    },
    consumer: {
      heading: () => '`group.protocol` = consumer (KIP-848)',
      body: () => [
        'Now the broker shares the partitions out. It tells each member by its heartbeats what it is to have; members don’t join, and there is no leader. While the second member is restarted, the third is at a slow record.',
      ],
    },
    'run-consumer': {
      heading: () => 'Watch the epochs',
      body: () => [
        'Watch the state of the group, and whether anybody waits for somebody who has nothing to do with it.',
      ],
    },
    'saw-consumer': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          'There is no barrier. The group gets a new epoch, the broker computes a target, and each member takes its own steps towards it (*Reconciling*): who is to give something up does so at its next heartbeat, and only then somebody else gets it.',
          `It isn’t instant: a heartbeat goes out every 5 s here, so moving partitions paused for ${seconds(pausedMsOf(outcome, consumer))} in all. What does not move never notices.`,
        ],
        event: {
          text: 'The group had a new epoch, and members began to reconcile.',
          atMs: groupOf(outcome, consumer).states.find(
            ({ state, fromMs }) => state === 'Reconciling' && fromMs >= firstStopMs,
          )?.fromMs,
        },
        config: '`group.protocol` = consumer; `group.consumer.heartbeat.interval.ms` (broker, 5 s).',
        sources: [{ text: 'Kafka documentation, Consumer Rebalance Protocol', url: sources.consumerRebalanceProtocol }],
      }),
      goOn: 'Must anything move at all?',
    },
    static: {
      heading: () => 'Static members',
      body: () => [
        `Eager again, but each member has a \`group.instance.id\`, and the session is 10 s. A static member that is stopped does not leave: it is only away, for ${seconds(awayMs)}.`,
      ],
    },
    'run-static': { heading: () => 'Watch the generation', body: () => ['Watch whether the others notice anything.'] },
    'saw-static': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The coordinator kept the place of each member until it was back. Nothing moved and nobody else paused; its own two partitions waited for it: ${seconds(pausedMsOf(outcome, fixed))} in all.`,
          'The price: if a static member dies for good, its partitions wait for the whole session.',
        ],
        event: { text: 'The member came back under its instance id, and got what it had.', atMs: firstStopMs + awayMs },
        config: '`group.instance.id`, and a `session.timeout.ms` that is longer than a restart.',
        sources: [{ text: 'Kafka documentation, Static Membership', url: sources.staticMembership }],
      }),
      goOn: 'All four, side by side',
    },
    guarantee: {
      heading: () => 'Nothing moves',
      body: () => [
        `Say a restart of ${seconds(awayMs)} must not move a single partition: each member has filled a large cache for its own.`,
      ],
      explanation: (_, outcome) => ({
        paragraphs: [
          `Cooperative and KIP-848 make a move cheap; they don’t prevent it: a member that leaves has left. Moves: eager ${movesOf(outcome, eager)}, cooperative ${movesOf(outcome, cooperative)}, consumer ${movesOf(outcome, consumer)}, static ${movesOf(outcome, fixed)}.`,
          'Only who does not leave keeps its place. (KIP-848 knows static members too.)',
        ],
        event: { text: 'Each of your choices was run with the same restart.', atMs: undefined },
        config: '`group.instance.id`.',
        sources: [{ text: 'Kafka documentation, Static Membership', url: sources.staticMembership }],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    eager: { ...pausing, row: () => 'Eager: pausing' },
    'saw-eager': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'own-only': 'Only the restarted member’s partitions paused',
          everybody: 'Members that were not restarted gave their partitions up too',
          waited: 'Its partitions waited for it until it was back',
        })[id] ?? id,
    },
    cooperative: { ...pausing, row: () => 'Cooperative: pausing' },
    'saw-cooperative': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          kept: 'When it left, the others kept what they had',
          'all-stopped': 'All partitions paused, only for a shorter time',
          'one-round': 'When it came back, one rebalance was enough',
        })[id] ?? id,
    },
    consumer: {
      ask: () => 'What do the members do while the group settles?',
      option: (_, id) =>
        ({
          'all-wait': 'They wait for the slowest, as before',
          'nothing-moves': 'Nothing: partitions stay where they are',
          'each-alone': 'Each gives up and takes up its own, without waiting for anybody else',
        })[id] ?? id,
      row: () => 'KIP-848: members',
      short: (id) => ({ 'all-wait': 'wait', 'nothing-moves': 'stay', 'each-alone': 'each alone' })[id] ?? id,
    },
    'saw-consumer': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'step-by-step': 'The group reconciled, member by member',
          stopped: 'All partitions paused',
          'at-once': 'It had settled within half a second each time',
        })[id] ?? id,
    },
    static: {
      ask: () => 'How often does a partition change hands during the whole restart?',
      option: (_, id) => ({ '0': 'Never', '2': 'Twice', [String(partitions)]: `${partitions} times` })[id] ?? id,
      row: () => 'Static: moves',
      short: (id) => id,
    },
    'saw-static': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          generation: 'The group had a new generation at each restart',
          'kept-place': 'The partitions of the one that was away waited for it; nobody else noticed',
          'no-pause': 'No partition paused at all',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these guarantee it?',
      option: (_, id) =>
        ({
          cooperative: 'The cooperative protocol',
          consumer: 'KIP-848',
          static: 'Static members',
        })[id] ?? id,
    },
  },
  corrections: {
    M13: 'A rebalance is never free. Eager stops everybody; cooperative and KIP-848 pause only what moves; static members that are back in time move nothing.',
  },
  trial: (_, { outcome }) => {
    const name = outcome.groups[0]?.group ?? '';
    const moves = movesOf(outcome, name);
    return moves === 0 ? 'Nothing moved.' : `Partitions changed hands ${moves} times.`;
  },
  challenge: {
    goal: () => `Can you have the restart of the group \`${eager}\` move nothing?`,
    hint: 'What would it take for a stopped member not to leave?',
    met: (_, view) => `Nothing moved; the partitions waited for ${seconds(pausedMsOf(view, eager))} in all.`,
  },
};
