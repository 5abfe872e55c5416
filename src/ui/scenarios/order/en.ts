import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { groupOf, sendsOf, trackOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  fastMs,
  keepsOrder,
  orderKey,
  placesOf,
  sequenceOf,
  slowMs,
  withKey,
  withoutKey,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const listed = (words: readonly string[]): string => words.join(', ');
const overtaking = (outcome: GroupRunView, group: string) =>
  groupOf(outcome, group).verdict.overtakings.find(({ key }) => key === orderKey);

/** The words of scenario 4 in English. */
export const english: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    orders: {
      heading: () => 'Created, paid, shipped',
      body: () => [
        'Three orders are created, then paid, then shipped: nine records, one every half second, in three partitions.',
        `Two members share them: one takes ${seconds(fastMs)} for a record, the other ${seconds(slowMs)}. The records are sent *without a key*.`,
      ],
      goOn: 'Where do they go?',
    },
    places: {
      heading: () => 'Three records without a key',
      body: () => [
        `Which partitions do the three records of \`${orderKey}\` go to? (Here \`batch.size\` is 0, so that each record chooses anew; with the default of 16 KiB a producer would stay with one partition until so much is sent, and then choose the next.)`,
      ],
    },
    sequence: {
      heading: () => 'And when are they handled?',
      body: () => [`They are sent in the sequence created, paid, shipped.`],
    },
    'run-without': {
      heading: () => `Watch \`${orderKey}\``,
      body: () => ['Watch in which partitions its records lie, and which of them is finished first.'],
    },
    'saw-without': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The records of \`${orderKey}\` lie in partitions ${placesOf(outcome, withoutKey).join(', ')}: without a key the producer takes a partition by chance. Each partition is in sequence; there is none between partitions.`,
          `So they were finished as ${listed(sequenceOf(outcome, withoutKey))}: *created* waited in the slow member’s hands, and the others did not wait for it.`,
        ],
        event: {
          text: `A later record of \`${orderKey}\` was finished while an earlier one was still in hand.`,
          atMs: overtaking(outcome, withoutKey)?.laterHandledMs,
        },
        config:
          'Records without a key; `batch.size` and `partitioner.class` decide how long a producer stays with a partition.',
        sources: [
          { text: 'Kafka documentation, Producer Configs, partitioner.class', url: sources.partitioner },
          { text: 'Kafka documentation, Producer Configs, batch.size', url: sources.batchSize },
        ],
      }),
      goOn: 'Now with a key',
    },
    keyed: {
      heading: () => 'The same records, with their keys',
      body: () => [
        'Now each record carries its order as its key. Members and speeds are the same. `murmur2(key)`, without its sign, modulo three, gives the partition.',
      ],
    },
    'run-with': {
      heading: () => 'Watch the partitions',
      body: () => ['Watch where the records of one order lie, and what the fast member does meanwhile.'],
    },
    'saw-with': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `All records of \`${orderKey}\` lie in partition ${placesOf(outcome, withKey)[0] ?? 0}, in the sequence in which they were sent, and one member at a time reads a partition. So each order was kept: ${listed(sequenceOf(outcome, withKey))}.`,
          'Between orders there is no sequence: the slow member was still at its first order when the fast one had finished two.',
        ],
        event: {
          text: 'Every record of a key was appended to the partition of its key.',
          atMs: trackOf(outcome, 'orders', placesOf(outcome, withKey)[0] ?? 0).cells[0]?.appendedAtMs,
        },
        config: 'The record’s key.',
        sources: [{ text: 'Kafka documentation, Introduction, Main Concepts and Terminology', url: sources.concepts }],
      }),
      goOn: 'What guarantees it?',
    },
    guarantee: {
      heading: () => 'Each order in its sequence',
      body: () => ['Say no order may ever be shipped before it is paid, however fast or slow anybody is.'],
      explanation: () => ({
        paragraphs: [
          'Sequence is a matter of *where* records lie: those of one partition are handed out one after the other. One partition for everything keeps everything in sequence, and keeps all members but one idle; a key keeps what belongs together in sequence, and shares the rest.',
          'Speed guarantees nothing: it only makes it less often seen.',
        ],
        event: { text: 'Each of your choices was run on the same records.', atMs: undefined },
        config: 'The key of the records, or a topic with one partition.',
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
    places: {
      ask: () => `Where do the three records of \`${orderKey}\` go?`,
      option: (_, id) =>
        ({
          one: 'All into one partition: they belong together',
          turn: 'Into partitions 0, 1 and 2, in turn',
          chance: 'Wherever chance has it',
        })[id] ?? id,
      row: () => 'Without a key',
      short: (id) => ({ one: 'one partition', turn: 'in turn', chance: 'by chance' })[id] ?? id,
    },
    sequence: {
      ask: () => 'Is the order handled as it was sent: created, paid, shipped?',
      option: (_, id) => ({ 'as-sent': 'Yes: a topic is in sequence', 'not-as-sent': 'No' })[id] ?? id,
      row: () => 'Handled as sent',
      short: (id) => (id === 'as-sent' ? 'yes' : 'no'),
    },
    'saw-without': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'log-mixed': 'Within a partition the records lie in another sequence than they were sent in',
          overtaken: `A later record of \`${orderKey}\` was finished before an earlier one`,
          lost: 'A record was never handled',
        })[id] ?? id,
    },
    keyed: {
      ask: () => 'Which sequence is kept now?',
      option: (_, id) =>
        ({
          global: 'That of all nine records',
          'per-key': 'That of each order, but not between orders',
          none: 'None: the speeds are still unequal',
        })[id] ?? id,
      row: () => 'With a key',
      short: (id) => ({ global: 'all nine', 'per-key': 'each order', none: 'none' })[id] ?? id,
    },
    'saw-with': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'one-partition-each': 'The records of an order lie in one partition',
          'all-in-one': 'All nine records lie in one partition',
          waited: 'The fast member waited for the slow one',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these guarantee it?',
      option: (_, id, [value = 0]) =>
        ({
          equal: `No key, and members that are equally fast (${value} s each)`,
          key: 'The order’s id as key',
          'one-partition': 'No key, and a topic with one partition',
        })[id] ?? id,
    },
  },
  corrections: {
    M1: 'Nothing is lost: every record was stored, and handled.',
    M5: 'A topic has no sequence, a partition has. Only records in one partition are handled in the sequence in which they were sent.',
    M7: 'Without a key a producer takes a partition by chance and stays with it until a batch is full; with a key, the key’s hash chooses.',
  },
  trial: (_, { outcome }) =>
    keepsOrder(outcome)
      ? 'Every order was kept in this run.'
      : `Out of sequence: ${outcome.groups
          .flatMap(({ verdict }) => verdict.brokenKeys)
          .map((key) => `\`${key}\``)
          .join(', ')}.`,
  challenge: {
    goal: () => `Can you have the group \`${withoutKey}\` keep every order by luck, with both members at work?`,
    hint: 'Try other seeds, or other speeds. How sure could you be next time?',
    met: () => 'Kept, by luck: nothing but chance put the records where they did no harm.',
  },
};
