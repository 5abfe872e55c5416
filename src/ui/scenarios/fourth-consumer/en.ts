import { groupOf, ownerAt, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  cutShortAt,
  endsAtMs,
  fourthStartsAtMs,
  group,
  idleMembers,
  killed,
  killedAtMs,
  orphan,
  orphanedForMs,
  resumedAt,
  settledAtMs,
  swiftMs,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** The words of scenario 3 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    members: {
      heading: () => 'One topic, three partitions, and a group that grows',
      body: () => [
        'An order arrives every second, in three partitions. A member takes 1.2 s for each, so one alone falls behind.',
        `\`${group}-1\` starts at 0 s, \`${group}-2\` at 6 s, \`${group}-3\` at 12 s. Their \`group.id\` is the same.`,
      ],
      goOn: 'Start them',
    },
    'run-three': {
      heading: () => 'Watch who owns what',
      body: () => [
        'Each time a member joins, the group *rebalances*: everybody gives up what they have, and the partitions are shared out anew. The number in the bar is the *generation*.',
      ],
    },
    idle: {
      heading: () => 'A fourth member starts',
      body: () => [
        `At ${seconds(fourthStartsAtMs)} \`${group}-4\` joins. There are three partitions, and each has an owner.`,
      ],
    },
    'run-idle': {
      heading: () => 'Watch the fourth',
      body: () => ['Watch its row, and those of the others while it joins.'],
    },
    'saw-idle': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const joined = groupOf(outcome, group).states.find(
          ({ state, fromMs }) => state === 'PreparingRebalance' && fromMs >= fourthStartsAtMs,
        );
        return {
          paragraphs: [
            'A partition has exactly one owner in a group. Three partitions keep three members busy; a fourth joins without an error, gets nothing, and stands by.',
            'It cost something all the same: with the `eager` protocol all members gave their partitions up and waited until everybody had joined again.',
          ],
          event: { text: `\`${group}-4\` joined, and the group prepared a rebalance.`, atMs: joined?.fromMs },
          config: 'The number of partitions of the topic: it bounds how many members of one group can work at a time.',
          sources: [{ text: 'Kafka documentation, Design, Consumer Position', url: sources.consumerPosition }],
        };
      },
      goOn: 'What is a stand-by good for?',
    },
    takeover: {
      heading: () => `\`${killed}\` is killed`,
      body: () => [
        `At ${seconds(killedAtMs)} its process dies, in the middle of a record of partition ${orphan}. It can't say goodbye.`,
      ],
    },
    record: {
      heading: () => 'And the record in its hands?',
      body: () => [
        'Each member commits after every record. This one was not finished, so its offset is not committed.',
      ],
    },
    'run-takeover': {
      heading: () => `Watch partition ${orphan}`,
      body: () => ['Watch how long nobody works on it, who gets it, and with which record that member begins.'],
    },
    'saw-takeover': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const taker = ownerAt(outcome, group, orphan, endsAtMs);
        const [removal] = groupOf(outcome, group).members.find(({ member }) => member === killed)?.removals ?? [];
        return {
          paragraphs: [
            `Nobody told the coordinator. It waited until the session of \`${killed}\` had run out: for ${seconds(orphanedForMs(outcome))} nobody worked on partition ${orphan}, while others went on.`,
            `\`${taker ?? '–'}\` has it now. The \`range\` assignor lays members and partitions side by side, sorted, so a gap moves everybody behind it: not only the one that stood by gets something new.`,
            `It went on at offset ${resumedAt(outcome) ?? 0}, the *committed* one. The record at offset ${cutShortAt(outcome) ?? 0} was begun twice; nothing was left out.`,
          ],
          event: { text: `The coordinator removed \`${killed}\`: its session had expired.`, atMs: removal?.atMs },
          config: '`session.timeout.ms` = 10 s here (45 s by default): how long a member may be silent.',
          sources: [
            { text: 'Kafka documentation, Consumer Configs, session.timeout.ms', url: sources.sessionTimeout },
            {
              text: 'Kafka documentation, Consumer Configs, partition.assignment.strategy',
              url: sources.assignmentStrategy,
            },
          ],
        };
      },
      goOn: 'How could all four work?',
    },
    guarantee: {
      heading: () => 'Work for four',
      body: () => [
        `Say all four members shall have something to do at ${seconds(settledAtMs)}, while everybody lives.`,
      ],
      explanation: () => ({
        paragraphs: [
          'Only the number of partitions decides how many can work. Choose it for the day on which you will need most; it can grow later, but then keys change their place (that is another scenario).',
        ],
        event: { text: 'Each of your choices was run on the same records.', atMs: undefined },
        config: 'Partitions of the topic; members of the group.',
        sources: [{ text: 'Kafka documentation, Introduction, Main Concepts and Terminology', url: sources.concepts }],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    idle: {
      ask: () => 'What does the fourth member get?',
      option: (_, id) =>
        ({
          refused: 'An error: there are no more partitions',
          shares: 'Part of the records of a partition, which it shares with its owner',
          nothing: 'Nothing: it stands by',
        })[id] ?? id,
      row: () => 'The fourth member',
      short: (id) => ({ refused: 'error', shares: 'shares', nothing: 'stands by' })[id] ?? id,
    },
    'saw-idle': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'only-newcomer': 'Only the newcomer waited; the others went on',
          'all-paused': 'All partitions were paused for a moment, and the newcomer got none',
          faster: 'The records were handled faster than before',
        })[id] ?? id,
    },
    takeover: {
      ask: () => `Who has partition ${orphan} in the end?`,
      option: (_, id) => (id === 'nobody' ? `Nobody, until \`${killed}\` comes back` : `\`${id}\``),
      row: () => `Partition ${orphan} goes to`,
      short: (id) => (id === 'nobody' ? 'nobody' : id),
    },
    record: {
      ask: () => 'What becomes of the record that it was handling?',
      option: (_, id) =>
        ({
          lost: 'It is lost: it had been read already',
          again: 'The new owner begins with it, again',
          'all-again': `Everything in partition ${orphan} is read again from the start`,
        })[id] ?? id,
      row: () => 'The record in hand',
      short: (id) => ({ lost: 'lost', again: 'again', 'all-again': 'all again' })[id] ?? id,
    },
    'saw-takeover': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'at-once': `Somebody else took partition ${orphan} at once`,
          'after-session': 'The group first waited for the session to run out',
          'stood-still': `Nobody took partition ${orphan}`,
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these give all four something to do?',
      option: (_, id, [value = 0]) =>
        ({
          partitions: `A topic with ${value} partitions`,
          cooperative: 'The cooperative protocol',
          session: `\`session.timeout.ms\` of ${value} s`,
        })[id] ?? id,
    },
  },
  corrections: {
    M1: 'Reading takes nothing out of the log. What is not committed is read again by whoever owns the partition next.',
    M3: 'A partition has one owner in a group. Members beyond the number of partitions join without an error and stand by.',
    M8: 'Who takes a partition over goes on at its *committed* offset, not at the start.',
    M13: 'A rebalance takes its time and can move more than one partition; a dead member is noticed when its session has run out.',
  },
  trial: (_, { outcome }) => {
    const idle = idleMembers(outcome, settledAtMs);
    return idle.length === 0
      ? 'All four had a partition.'
      : `${idle.map((member) => `\`${member}\``).join(', ')} stood by.`;
  },
  challenge: {
    goal: () =>
      `Can you have all survivors busy at the end, and partition ${orphan} without work for less than ${seconds(swiftMs)} after the kill?`,
    hint: 'How many partitions must there be? And what did the coordinator wait for?',
    luck: `There are partitions enough. Nobody worked on partition ${orphan} for too long, though.`,
    met: (_, view) => `Everybody is busy, and partition ${orphan} waited for ${seconds(orphanedForMs(view))} only.`,
  },
};
