import { groupOf, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  addedAtMs,
  group,
  isKept,
  moving,
  partitionCount,
  placeOf,
  refusalOf,
  shrinkAtMs,
  slowMs,
  staying,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** The words of scenario 5 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    'half-done': {
      heading: () => 'Three partitions, and orders that are half done',
      body: () => [
        `\`${moving}\` is created and paid, \`${staying}\` is created. Their keys have chosen partitions 0 and 2.`,
        `\`A-1\` reads partitions 0 and 1 and takes ${seconds(slowMs)} for a record; \`A-2\` reads partition 2 and is fast. (\`max.poll.records\` is 1.)`,
      ],
      goOn: 'Send them',
    },
    'run-half': {
      heading: () => 'Watch where they lie',
      body: () => ['Each key has its partition: that is what keeps an order in sequence.'],
    },
    moves: {
      heading: () => 'A fourth partition',
      body: () => [
        `At ${seconds(addedAtMs)} somebody runs \`kafka-topics --alter --partitions 4\`. Then \`${moving}\` is shipped. A key’s partition is \`murmur2(key)\`, without its sign, modulo the number of partitions.`,
      ],
    },
    stays: { heading: () => 'And the other one?', body: () => [`\`${staying}\` is paid as well.`] },
    'run-added': {
      heading: () => 'Watch the new partition',
      body: () => ['Watch who gets it, which record comes into it first, and what `A-1` still has to do.'],
    },
    'saw-added': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const overtaking = groupOf(outcome, group).verdict.overtakings.find(({ key }) => key === moving);
        return {
          paragraphs: [
            `Modulo 4, \`${moving}\` belongs to partition ${placeOf(outcome, 'order-2 shipped') ?? 0}, and \`${staying}\` to partition ${placeOf(outcome, 'order-4 paid') ?? 0} as before. What was stored already stays where it is: nothing is moved.`,
            '*Shipped* was finished before *paid*: the two lay in different partitions, and between partitions there is no sequence.',
          ],
          event: {
            text: `The topic got its fourth partition; from then on \`${moving}\` went there.`,
            atMs: overtaking?.laterHandledMs,
          },
          config: 'The number of partitions of the topic: part of what gives a key its place.',
          sources: [{ text: 'Kafka documentation, Basic Operations, Modifying topics', url: sources.modifyTopic }],
        };
      },
      goOn: 'Can it be undone?',
    },
    shrink: {
      heading: () => 'Back to three?',
      body: () => [`At ${seconds(shrinkAtMs)} the same somebody asks for three partitions again.`],
    },
    'run-shrink': {
      heading: () => 'Watch the answer',
      body: () => ['Watch what the broker says, and the partitions.'],
    },
    'saw-shrink': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          'The broker refused. Kafka would have to drop the records of a partition, or to mix them into others and give them new offsets; it does neither.',
          'Who needs fewer partitions makes a new topic.',
        ],
        event: { text: refusalOf(outcome)?.message ?? '', atMs: shrinkAtMs },
        config: '`CreatePartitions`: the count is the new total, and must be larger.',
        sources: [{ text: 'Kafka documentation, Basic Operations, Modifying topics', url: sources.modifyTopic }],
      }),
      goOn: 'How could it have gone well?',
    },
    guarantee: {
      heading: () => 'Each order in its sequence, for ever',
      body: () => ['Say that each order must be handled in its sequence, also while the topic grows.'],
      explanation: () => ({
        paragraphs: [
          'What is in the old places must be done before something goes to the new ones. So either nobody sends until the group has no lag, or there were partitions enough from the beginning.',
          'How partitions move between members has nothing to do with it: the keys moved, not the partitions.',
        ],
        event: { text: 'Each of your choices was run with the same orders.', atMs: undefined },
        config: 'Partitions of the topic, chosen once.',
        sources: [{ text: 'Kafka documentation, Basic Operations, Modifying topics', url: sources.modifyTopic }],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    moves: {
      ask: () => `Which partition does \`${moving} shipped\` go to?`,
      option: (_, id) => (id === '0' ? '0, as before' : id === '3' ? '3, the new one' : id),
      row: () => `${moving} goes to`,
      short: (id) => `p${id}`,
    },
    stays: {
      ask: () => `Which partition does \`${staying} paid\` go to?`,
      option: (_, id) => (id === '2' ? '2, as before' : id === '3' ? '3, the new one' : id),
      row: () => `${staying} goes to`,
      short: (id) => `p${id}`,
    },
    'saw-added': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          moved: `The older records of \`${moving}\` were moved to its new partition`,
          overtaken: `\`${moving} shipped\` was finished before \`${moving} paid\``,
          lost: 'A record was never handled',
        })[id] ?? id,
    },
    shrink: {
      ask: () => 'What happens?',
      option: (_, id) =>
        ({
          merged: 'The records of partition 3 are spread over the others',
          dropped: 'Partition 3 is deleted, with its records',
          refused: 'It is refused',
        })[id] ?? id,
      row: () => 'Back to three',
      short: (id) => ({ merged: 'spread', dropped: 'deleted', refused: 'refused' })[id] ?? id,
    },
    'saw-shrink': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          three: 'The topic has three partitions again',
          four: 'An error came back, and there are still four partitions',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these guarantee it?',
      option: (_, id, [value = 0]) =>
        ({
          cooperative: 'The cooperative protocol',
          drain: 'Send on only when the group has handled everything',
          'four-at-once': `${value} partitions from the beginning`,
        })[id] ?? id,
    },
  },
  corrections: {
    M6: 'A key’s partition depends on how many there are. Another number sends some keys elsewhere, moves nothing that is stored, and can’t be made smaller again.',
  },
  trial: (_, { outcome }) =>
    isKept(outcome)
      ? `Every order was kept, with ${partitionCount(outcome)} partitions.`
      : `Out of sequence: ${groupOf(outcome, group)
          .verdict.brokenKeys.map((key) => `\`${key}\``)
          .join(', ')}.`,
  challenge: {
    goal: () => 'Can you have every order kept, although the partition is added in the middle?',
    hint: 'What was `A-1` doing when the order was shipped?',
    met: () => 'Kept: everything in the old places was done in time. Nothing but speed saw to it, though.',
  },
};
