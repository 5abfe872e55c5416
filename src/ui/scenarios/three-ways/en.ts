import { laneSpecOf } from '../run-outcome.js';
import type { ScenarioTexts, StoryContext } from '../scenario-texts.js';
import { fanFacts, keysOfPartitions, overtakingIn, queueFacts, topicFacts } from './facts.js';
import { firstRepeatedKey, type QuestionId, type StepId } from './scenario.js';
import { sources } from './sources.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const and = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
const count = ({ spec }: StoryContext): number => spec.records.length;
const countInWords = (context: StoryContext): string => (count(context) === 12 ? 'twelve' : String(count(context)));
const records = (context: StoryContext): string => `${countInWords(context)} record${count(context) === 1 ? '' : 's'}`;

/** `Worker 2` from `worker-2`. */
function actorName(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1).replace('-', ' ');
}

function name({ own, spec, label }: StoryContext, record: number): string {
  const content = spec.records[record];
  if (content === undefined) return '';
  if (own) return content.key === null ? label(record) : `${content.key} (${label(record)})`;
  return `${content.key} ${record < 6 ? 'placed' : 'paid'}`;
}

/** The two records that may change places, in words: of the first key that comes again. */
const later = ({ own }: StoryContext): string => (own ? 'a later record' : '*paid*');
const earlier = ({ own }: StoryContext): string =>
  own ? 'an earlier one of the same key' : '*placed* of the same order';

function partitionsInWords(context: StoryContext): string {
  return keysOfPartitions(context.spec)
    .map((keys, partition) => {
      const shown = keys.slice(0, 4).map((key) => `\`${key}\``);
      const rest = keys.length - shown.length;
      return `p${partition} takes ${shown.length === 0 ? 'none' : and(rest > 0 ? [...shown, `${rest} more`] : shown)}`;
    })
    .join('; ');
}

/** The words of scenario 1 in English. */
export const english: ScenarioTexts<StepId, QuestionId> = {
  recordName: name,
  recordsLegend: (own) => (own ? '' : 'a placed · b paid'),
  steps: {
    records: {
      heading: (context) =>
        context.own ? `Your ${records(context)}, shared in three ways` : 'The same twelve orders, shared in three ways',
      body: (context) => [
        context.own
          ? `Your records are sent one every ${seconds(context.spec.recordIntervalMs)}: through a queue, then publish/subscribe, then a Kafka topic.`
          : `Six orders are *placed* (a), then all six are *paid* (b): twelve records, one every ${seconds(context.spec.recordIntervalMs)}, each with its order as key. They go through a queue, then publish/subscribe, then a Kafka topic.`,
        'Before each run, say what you expect.',
      ],
      goOn: 'Begin with the queue',
    },
    'queue-share': {
      heading: () => 'A queue with two workers',
      body: ({ spec }) => {
        const [first, second] = laneSpecOf(spec, 'queue').workers;
        return [
          `Both workers take messages from one queue. A message is gone once it is *acknowledged*. Worker 1 needs ${seconds(first?.handlingMs ?? 0)} for a record, worker 2 needs ${seconds(second?.handlingMs ?? 0)}.`,
        ];
      },
    },
    'queue-sequence': {
      heading: () => 'In which sequence will they be finished?',
      body: (context) => {
        const pair = firstRepeatedKey(context.spec.records);
        if (context.own)
          return pair === undefined
            ? ['None of your keys comes twice.']
            : ['Records of one key are sent in the sequence of your lines.'];
        return [
          `Each order is sent as *placed* first, and as *paid* ${seconds(6 * context.spec.recordIntervalMs)} later.`,
        ];
      },
    },
    'queue-run': {
      heading: () => 'Watch both workers',
      body: () => [
        'One bar is one record, as long as its handling took. Watch who takes what, and where each bar ends.',
      ],
    },
    'queue-saw': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (context, outcome) => {
        const { counts, overtaking } = queueFacts(outcome);
        const [first = 0, second = 0] = counts;
        const shares = `Worker 1 finished ${first}, worker 2 finished ${second}: a queue balances by speed, because whoever is free takes the next.`;
        const base = {
          config: `\`delivery: competing\` with ${counts.length} workers: nothing ties the records of one key together.`,
          sources: [
            {
              text: 'Kafka documentation, Design, Consumer Position: how queues track what was consumed',
              url: sources.position,
            },
          ],
        };
        if (overtaking === undefined)
          return {
            ...base,
            paragraphs: [shares, 'Here every key kept its sequence. That was luck, not a promise.'],
            event: { text: 'No record finished before an earlier one of its key.', atMs: undefined },
          };
        const { earlierTakenMs, laterTakenMs, laterHandledMs, earlierTookMs, byMs } = overtaking;
        return {
          ...base,
          paragraphs: [
            shares,
            `*${name(context, overtaking.later)}* was finished at ${seconds(laterHandledMs)}, ${byMs === undefined ? 'before' : `${seconds(byMs)} before`} *${name(context, overtaking.earlier)}*: it overtook. The queue *handed out* in sequence; in which sequence they finish is up to the workers.`,
          ],
          event: {
            text: `${actorName(overtaking.earlierActor)} took ${name(context, overtaking.earlier)} at ${seconds(earlierTakenMs)} and needed ${seconds(earlierTookMs)}; ${actorName(overtaking.laterActor)} was free and took ${name(context, overtaking.later)} at ${seconds(laterTakenMs)}.`,
            atMs: laterTakenMs,
          },
        };
      },
      goOn: 'On to publish/subscribe',
    },
    'fan-copies': {
      heading: () => 'Publish/subscribe with two subscribers',
      body: ({ spec }) => {
        const [first, second] = laneSpecOf(spec, 'publish-subscribe').subscribers;
        return [
          `Two subscribers listen before the first record is published. While one is busy, its messages wait in its inbox. Subscriber 1 needs ${seconds(first?.handlingMs ?? 0)} for a record, subscriber 2 needs ${seconds(second?.handlingMs ?? 0)}.`,
        ];
      },
    },
    'fan-run': {
      heading: () => 'Watch both subscribers',
      body: () => ['Watch which records come to each of them.'],
    },
    'fan-saw': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (context, outcome) => {
        const { counts, total } = fanFacts(outcome);
        return {
          paragraphs: [
            `${and(counts.map(String))} handlings, ${total} in all: everybody who listens gets every message, so more subscribers never share the work.`,
            'Each subscriber kept the sequence. Nothing is kept for whoever is not listening: a late subscriber misses what came before it, and what waits in an inbox dies with its subscriber.',
          ],
          event: {
            text: `Each of the ${count(context)} records was published to ${counts.length} listeners.`,
            atMs: 0,
          },
          config: `${counts.length} subscribers, each with an inbox of its own; nothing is stored.`,
          sources: [
            {
              text: 'Kafka documentation, Introduction, Main Concepts: topics are multi-subscriber, and events are not deleted after consumption',
              url: sources.concepts,
            },
          ],
        };
      },
      goOn: 'On to the topic',
    },
    'topic-split': {
      heading: ({ spec }) =>
        `A topic of ${laneSpecOf(spec, 'topic').partitions === 3 ? 'three' : laneSpecOf(spec, 'topic').partitions} partitions`,
      body: (context) => {
        const group = laneSpecOf(context.spec, 'topic').groups[0];
        const [first, second] = group?.members ?? [];
        return [
          `The topic stores the records. A key always goes to the same partition: ${partitionsInWords(context)}.`,
          `Consumer group A has two members. Member 1 owns p0 and p1 and needs ${seconds(first?.handlingMs ?? 0)} for a record; member 2 owns p2 and needs ${seconds(second?.handlingMs ?? 0)}.`,
        ];
      },
    },
    'topic-rest': {
      heading: () => 'A second group, much later',
      body: (context) => [
        `Group B has one member. It starts when all ${count(context)} are stored, with \`auto.offset.reset=earliest\` (Kafka’s default is \`latest\`).`,
      ],
    },
    'topic-run': {
      heading: () => 'Watch both groups',
      body: () => [
        'A solid flag is an offset that a group has *committed*, an outlined one the *position* of a member. Here members commit after each record; Kafka’s default is auto-commit every 5 s.',
      ],
    },
    'topic-saw': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (context, outcome) => {
        const { groupA, groupB, groupBStartMs, crossing } = topicFacts(outcome);
        return {
          paragraphs: [
            `Group A split ${groupA.join(' / ')}: a group shares *partitions*, not records, whatever the speeds. Inside a partition one member reads in sequence, so each key kept its own.`,
            `Group B got ${groupB}: reading removes nothing, it only moves the group’s own offsets.${crossing === undefined ? '' : ` Between partitions there is no sequence: it handled ${name(context, crossing.first)} before ${name(context, crossing.then)}.`}`,
          ],
          event: {
            text:
              groupBStartMs === undefined
                ? 'Group B was never assigned a partition.'
                : `Group B was assigned all partitions at ${seconds(groupBStartMs)} and had no committed offset, so it began at offset 0.`,
            atMs: groupBStartMs,
          },
          config:
            '`group.id`, the range assignor (p0 and p1 | p2), and `auto.offset.reset=earliest`, which counts only where nothing is committed.',
          sources: [
            {
              text: 'Kafka documentation, Design, Consumer Position: each partition is consumed by exactly one consumer within each group',
              url: sources.position,
            },
            {
              text: 'Kafka documentation, Introduction, Main Concepts: same key, same partition, same sequence',
              url: sources.concepts,
            },
            { text: 'Kafka documentation, Consumer Configs, auto.offset.reset', url: sources.reset },
          ],
        };
      },
      goOn: 'See all three together',
    },
    replay: {
      heading: () => 'Side by side',
      body: () => ['All three on one clock. Play it again, or pick a record to see it everywhere, and why it came so.'],
      goOn: 'Say why',
    },
    guarantee: {
      heading: () => 'You saw it; now say why',
      body: () => [],
      explanation: () => ({
        paragraphs: [
          'Speed makes overtaking rarer. Only *one reader at a time* for the records of a key rules it out: the exclusive consumer by giving up parallel work, the partition by keeping it between keys.',
        ],
        event: { text: 'Every option was run with one handling that takes long.', atMs: undefined },
        config: '`delivery: exclusive`; or a key for each record and one member of the group for each partition.',
        sources: [{ text: 'Kafka documentation, Design, Consumer Position', url: sources.position }],
      }),
      goOn: 'Change it yourself',
    },
    vary: {
      heading: () => 'Change one thing',
      body: () => ['Every change runs at once; the run before it stays as dotted outlines.'],
      instructions: () => [
        'Give worker 2 the speed of worker 1.',
        'Let one worker take everything.',
        'Drag the end of any bar.',
      ],
      goOn: 'Free play',
    },
    play: {
      heading: () => 'Free play',
      body: () => ['Everything is yours to change.'],
    },
  },
  questions: {
    'slow-share': {
      ask: (context) => `How many of the ${count(context)} will worker 2, the slow one, get?`,
      option: (_, __, [value]) => String(value),
      row: (context) => `Slow worker’s share of ${count(context)}`,
      short: (_, [value]) => String(value),
    },
    overtaking: {
      ask: (context) => `Where can ${later(context)} be finished before ${earlier(context)}?`,
      option: (_, id) =>
        ({
          queue: 'Here, in the queue',
          nowhere: 'Nowhere: what is sent first is finished first',
          group: 'Only among the readers of a topic',
        })[id] ?? id,
      row: ({ own }) => (own ? 'Overtaking can happen in' : 'Paid before placed can happen in'),
      short: (id) => ({ queue: 'queue', nowhere: 'nowhere', group: 'group A' })[id] ?? id,
    },
    'queue-saw': {
      ask: () => 'What happened in the queue?',
      option: (context, id) =>
        ({
          even: 'Both workers finished about as many, each key in its sequence',
          kept: 'One worker finished more, each key in its sequence',
          overtook: `Somewhere ${later(context)} was finished before ${earlier(context)}`,
        })[id] ?? id,
    },
    copies: {
      ask: () => 'How many handlings will there be, both subscribers together?',
      option: (_, __, [value]) => String(value),
      row: () => 'Publish/subscribe handles in all',
      short: (_, [value]) => String(value),
    },
    'fan-saw': {
      ask: () => 'What came to the subscribers?',
      option: (_, id) =>
        ({
          'one-each': 'Each record came to one of them',
          everybody: 'Every record came to both',
          'slow-fewer': 'The slow one got fewer, the fast one all',
        })[id] ?? id,
    },
    'group-split': {
      ask: (context) => `How will the ${count(context)} be split between members 1 and 2 of group A?`,
      option: (_, __, values) => values.join(' / '),
      row: () => 'Group A splits',
      short: (_, values) => values.join(' / '),
    },
    'group-rest': {
      ask: () => 'How many records will group B get?',
      option: (_, __, [value]) => String(value),
      row: () => 'Group B, starting last, gets',
      short: (_, [value]) => String(value),
    },
    'topic-saw': {
      ask: () => 'How did the groups share the records?',
      option: (_, id) =>
        ({
          'by-speed': 'In group A, whoever was free took the next record of any partition',
          'by-partition': 'In group A each member handled its own partitions; group B handled everything again',
          'left-over': 'Group B handled only what group A had left',
        })[id] ?? id,
    },
    guarantee: {
      ask: (context) =>
        context.own
          ? 'Which of these would *guarantee* that no record is finished before an earlier one of its key? There may be several.'
          : 'In the queue, order-2 was finished as *paid* while it was still being handled as *placed*. Which of these would *guarantee* that this never happens? There may be several.',
      option: (_, id, [value]) =>
        ({
          faster: `A faster second worker (${seconds(value ?? 0)} a record)`,
          exclusive: 'One worker at a time (exclusive consumer)',
          'third-worker': 'A third worker',
          partition: 'All records of a key in one partition, read by one member',
        })[id] ?? id,
    },
  },
  corrections: {
    M1: 'Reading a topic removes nothing: every group has offsets of its own.',
    M2: 'Inside a queue or a group each record goes to one; between subscribers or groups, each gets them all.',
    M4: 'A group shares partitions, not records: how many records that makes depends on the keys.',
    M5: 'A topic has a sequence within each partition only.',
    M9: 'A group that starts with `latest` skips what was stored before.',
    M29: 'A queue hands out in sequence; with several workers the finishing is theirs.',
    M30: 'Whoever is free takes the next, so a queue shares by speed; subscribers and partitions do not.',
  },
  trial: (context, { option, spec, outcome }) => {
    const overtaking = overtakingIn(outcome, outcome.lanes[0]?.lane === 'topic' ? 'topic' : 'queue');
    const slow = spec.overrides[0];
    const condition = slow === undefined ? 'Run' : `Run with one handling of ${seconds(slow.handlingMs)}`;
    if (overtaking !== undefined)
      return `${condition}: ${context.label(overtaking.later)} overtook ${context.label(overtaking.earlier)}${overtaking.byMs === undefined ? '' : ` by ${seconds(overtaking.byMs)}`}. ${
        option === 'faster'
          ? 'One slow handling is enough, however fast the worker.'
          : 'More workers, more ways to overtake.'
      }`;
    return `${condition}: sequence kept. ${
      option === 'exclusive'
        ? 'The next is handed out when the last is acknowledged, as long as that comes before the timeout. But the other worker stands by.'
        : option === 'partition'
          ? 'One member reads a partition in sequence, as long as it keeps the partition and handles one record at a time. Other partitions go on meanwhile.'
          : 'None of your keys came twice in time, so this run proves nothing.'
    }`;
  },
  challenge: {
    goal: ({ own }) =>
      own
        ? 'Make group A handle a later record before an earlier one of the same key.'
        : 'Make group A handle *paid* before *placed* of one order.',
    hint: 'No speed can do it: the records of a key lie in one partition, and one member reads that in sequence. What puts them into one partition?',
    luck: 'Without keys nothing keeps the sequence any more. Group A kept it by luck, whatever happened in group B. Let one member be slow, or take another seed.',
    met: (context, view) => {
      const overtaking = overtakingIn(view, 'topic', 'A');
      const happened =
        overtaking === undefined
          ? ''
          : `${context.label(overtaking.later)} overtook ${context.label(overtaking.earlier)} in group A. `;
      return `${happened}Without keys the records of one order lie in different partitions, with readers of their own: nothing keeps their sequence. (Here \`batch.size\` is 0, so that each record chooses a partition anew. By Kafka’s default a producer stays with one partition until about 16 KB are full: twelve small records would all lie in one.)`;
    },
  },
};
