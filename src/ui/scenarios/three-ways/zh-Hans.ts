import { laneSpecOf } from '../run-outcome.js';
import type { ScenarioTexts, StoryContext } from '../scenario-texts.js';
import { fanFacts, keysOfPartitions, overtakingIn, queueFacts, topicFacts } from './facts.js';
import { firstRepeatedKey, type QuestionId, type StepId } from './scenario.js';
import { sources } from './sources.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} 秒`;
const count = ({ spec }: StoryContext): number => spec.records.length;
const actors: Readonly<Record<string, string>> = {
  worker: '工作者',
  subscriber: '订阅者',
  A: 'A 组成员',
  B: 'B 组成员',
};

function actorName(id: string): string {
  const [kind = '', number = ''] = id.split(/-(?=\d+$)/);
  return `${actors[kind] ?? kind} ${number}`;
}

function name({ own, spec, label }: StoryContext, record: number): string {
  const content = spec.records[record];
  if (content === undefined) return '';
  if (own) return content.key === null ? label(record) : `${content.key}（${label(record)}）`;
  return `${content.key} ${record < 6 ? '下单' : '付款'}`;
}

const later = ({ own }: StoryContext): string => (own ? '后发的记录' : '*付款*');
const earlier = ({ own }: StoryContext): string => (own ? '同一个键先发的记录' : '同一订单的*下单*');

function partitionsInWords(context: StoryContext): string {
  return keysOfPartitions(context.spec)
    .map((keys, partition) => {
      const shown = keys.slice(0, 4).map((key) => `\`${key}\``);
      const rest = keys.length - shown.length;
      return `p${partition} 存 ${shown.length === 0 ? '（无）' : shown.join('、')}${rest > 0 ? ` 等 ${keys.length} 个` : ''}`;
    })
    .join('；');
}

/** The words of scenario 1 in Simplified Chinese. */
export const simplifiedChinese: ScenarioTexts<StepId, QuestionId> = {
  recordName: name,
  recordsLegend: (own) => (own ? '' : 'a 下单 · b 付款'),
  steps: {
    records: {
      heading: (context) => (context.own ? `你的 ${count(context)} 条记录，三种分法` : '同样十二条记录，三种分法'),
      body: (context) => [
        context.own
          ? `你的记录每隔 ${seconds(context.spec.recordIntervalMs)}发出一条：先经过队列，再经过发布/订阅，最后经过 Kafka 主题。`
          : `六个订单先依次*下单*（a），再依次*付款*（b）：共十二条记录，每隔 ${seconds(context.spec.recordIntervalMs)}发出一条，以订单为键。它们先经过队列，再经过发布/订阅，最后经过 Kafka 主题。`,
        '每次运行之前，先说出你的预测。',
      ],
      goOn: '从队列开始',
    },
    'queue-share': {
      heading: () => '一个队列，两个工作者',
      body: ({ spec }) => {
        const [first, second] = laneSpecOf(spec, 'queue').workers;
        return [
          `两个工作者从同一个队列取消息。消息一经*确认*（acknowledged）就从队列中消失。工作者 1 处理一条要 ${seconds(first?.handlingMs ?? 0)}，工作者 2 要 ${seconds(second?.handlingMs ?? 0)}。`,
        ];
      },
    },
    'queue-sequence': {
      heading: () => '会按什么顺序处理完？',
      body: (context) => {
        const pair = firstRepeatedKey(context.spec.records);
        if (context.own)
          return pair === undefined ? ['你的记录里没有重复的键。'] : ['同一个键的记录按各行的先后顺序发出。'];
        return [`每个订单先发出*下单*，${seconds(6 * context.spec.recordIntervalMs)}之后再发出*付款*。`];
      },
    },
    'queue-run': {
      heading: () => '观察两个工作者',
      body: () => ['一根横条就是一条记录，处理多久就有多长。看谁取走了哪一条，每根横条在哪里结束。'],
    },
    'queue-saw': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (context, outcome) => {
        const { counts, overtaking } = queueFacts(outcome);
        const [first = 0, second = 0] = counts;
        const shares = `工作者 1 处理了 ${first} 条，工作者 2 处理了 ${second} 条：队列按速度分配，谁空闲谁就取下一条。`;
        const base = {
          config: `\`delivery: competing\`（竞争消费），${counts.length} 个工作者：没有什么把同一个键的记录绑在一起。`,
          sources: [
            { text: 'Kafka 文档 Design › Consumer Position：队列如何记录哪些消息已被消费', url: sources.position },
          ],
        };
        if (overtaking === undefined)
          return {
            ...base,
            paragraphs: [shares, '这一次每个键都保持了先后顺序。这是碰巧，不是保证。'],
            event: { text: '没有记录后发先至。', atMs: undefined },
          };
        const { earlierTakenMs, laterTakenMs, laterHandledMs, earlierTookMs, byMs } = overtaking;
        return {
          ...base,
          paragraphs: [
            shares,
            `*${name(context, overtaking.later)}*在 ${seconds(laterHandledMs)}处理完，比*${name(context, overtaking.earlier)}*${byMs === undefined ? '更早' : `早 ${seconds(byMs)}`}：后发先至（overtook）。队列按顺序*交出*消息，但按什么顺序处理完，取决于工作者。`,
          ],
          event: {
            text: `${actorName(overtaking.earlierActor)}在 ${seconds(earlierTakenMs)}取走 ${name(context, overtaking.earlier)}，用了 ${seconds(earlierTookMs)}；${actorName(overtaking.laterActor)}有空，在 ${seconds(laterTakenMs)}取走了 ${name(context, overtaking.later)}。`,
            atMs: laterTakenMs,
          },
        };
      },
      goOn: '继续：发布/订阅',
    },
    'fan-copies': {
      heading: () => '发布/订阅，两个订阅者',
      body: ({ spec }) => {
        const [first, second] = laneSpecOf(spec, 'publish-subscribe').subscribers;
        return [
          `第一条记录发布之前，两个订阅者已经在收听。订阅者忙的时候，它的消息在自己的收件箱里等待。订阅者 1 处理一条要 ${seconds(first?.handlingMs ?? 0)}，订阅者 2 要 ${seconds(second?.handlingMs ?? 0)}。`,
        ];
      },
    },
    'fan-run': {
      heading: () => '观察两个订阅者',
      body: () => ['看每个订阅者收到哪些记录。'],
    },
    'fan-saw': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (context, outcome) => {
        const { counts, total } = fanFacts(outcome);
        return {
          paragraphs: [
            `分别处理了 ${counts.join(' 次和 ')} 次，一共 ${total} 次：凡是在收听的，每条消息都会收到，所以增加订阅者并不能分担工作。`,
            '每个订阅者都保持了先后顺序。没在收听的，不会为它保留任何消息：来晚的订阅者收不到之前的消息，收件箱里等待的消息也会随订阅者一起消失。',
          ],
          event: { text: `${count(context)} 条记录中的每一条都发布给了 ${counts.length} 个订阅者。`, atMs: 0 },
          config: `${counts.length} 个订阅者，各有自己的收件箱；什么都不存储。`,
          sources: [
            {
              text: 'Kafka 文档 Introduction › Main Concepts：主题可有多个订阅者，事件被消费后不会删除',
              url: sources.concepts,
            },
          ],
        };
      },
      goOn: '继续：主题',
    },
    'topic-split': {
      heading: ({ spec }) => {
        const { partitions } = laneSpecOf(spec, 'topic');
        return `一个主题（topic），${partitions === 3 ? '三' : `${partitions} `}个分区`;
      },
      body: (context) => {
        const group = laneSpecOf(context.spec, 'topic').groups[0];
        const [first, second] = group?.members ?? [];
        return [
          `主题把记录存储起来。同一个键总是进入同一个分区（partition）：${partitionsInWords(context)}。`,
          `消费者组（consumer group）A 有两个成员。成员 1 负责 p0 和 p1，处理一条要 ${seconds(first?.handlingMs ?? 0)}；成员 2 负责 p2，要 ${seconds(second?.handlingMs ?? 0)}。`,
        ];
      },
    },
    'topic-rest': {
      heading: () => '第二个组，晚得多',
      body: (context) => [
        `消费者组 B 有一个成员，等 ${count(context)} 条全部存好才启动，\`auto.offset.reset=earliest\`（Kafka 的默认值是 \`latest\`）。`,
      ],
    },
    'topic-run': {
      heading: () => '观察两个组',
      body: () => [
        '实心旗是消费者组*已提交*（committed）的偏移量，空心旗是成员的*位置*（position）。这里成员每处理一条就提交一次；Kafka 默认每 5 秒自动提交。',
      ],
    },
    'topic-saw': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (context, outcome) => {
        const { groupA, groupB, groupBStartMs, crossing } = topicFacts(outcome);
        return {
          paragraphs: [
            `A 组按 ${groupA.join(' / ')} 分担：消费者组分的是*分区*，不是记录，与速度无关。一个分区内只有一个成员按顺序读取，所以每个键都保持了自己的顺序。`,
            `B 组得到 ${groupB} 条：读取不会删除任何东西，只会移动本组自己的偏移量。${crossing === undefined ? '' : `分区之间没有先后顺序：它先处理了 ${name(context, crossing.first)}，后处理 ${name(context, crossing.then)}。`}`,
          ],
          event: {
            text:
              groupBStartMs === undefined
                ? 'B 组一直没有分到分区。'
                : `B 组在 ${seconds(groupBStartMs)}分到全部分区，没有已提交的偏移量，于是从偏移量 0 开始读。`,
            atMs: groupBStartMs,
          },
          config:
            '`group.id`、range 分配策略（p0 和 p1 | p2），以及 `auto.offset.reset=earliest`（只在没有已提交偏移量时起作用）。',
          sources: [
            {
              text: 'Kafka 文档 Design › Consumer Position：每个分区在每个组内只由一个消费者消费',
              url: sources.position,
            },
            { text: 'Kafka 文档 Introduction › Main Concepts：键相同，分区相同，顺序相同', url: sources.concepts },
            { text: 'Kafka 文档 Consumer Configs › auto.offset.reset', url: sources.reset },
          ],
        };
      },
      goOn: '三种一起看',
    },
    replay: {
      heading: () => '并排比较',
      body: () => ['三种方式共用一个时钟。可以再放一遍，或点选一条记录，看它在各处的经过和原因。'],
      goOn: '说说原因',
    },
    guarantee: {
      heading: () => '看到了，再说说为什么',
      body: () => [],
      explanation: () => ({
        paragraphs: [
          '速度只能让后发先至变少。要排除它，同一个键的记录必须*始终由一个读者*依次处理：独占消费者做得到，但放弃了并行；分区也做得到，而且不同的键之间仍然并行。',
        ],
        event: { text: '每个选项都配上一次特别慢的处理，实际运行过。', atMs: undefined },
        config: '`delivery: exclusive`；或者每条记录都有键，并且每个分区在组内只有一个成员。',
        sources: [{ text: 'Kafka 文档 Design › Consumer Position', url: sources.position }],
      }),
      goOn: '自己动手改',
    },
    vary: {
      heading: () => '改动一处',
      body: () => ['每次改动都会立即重新运行；上一次运行以虚线轮廓保留。'],
      instructions: () => ['让工作者 2 和工作者 1 一样快。', '让一个工作者包揽全部。', '拖动任意横条的末端。'],
      goOn: '自由发挥',
    },
    play: {
      heading: () => '自由发挥',
      body: () => ['一切都可以改。'],
    },
  },
  questions: {
    'slow-share': {
      ask: (context) => `${count(context)} 条中，慢的工作者 2 会得到几条？`,
      option: (_, __, [value]) => `${value} 条`,
      row: (context) => `慢工作者在 ${count(context)} 条中得到`,
      short: (_, [value]) => String(value),
    },
    overtaking: {
      ask: (context) => `在哪里，${later(context)}可能比${earlier(context)}更早处理完？`,
      option: (_, id) =>
        ({ queue: '就在这个队列里', nowhere: '哪里都不会：先发出的先处理完', group: '只会在主题的读者之间' })[id] ?? id,
      row: ({ own }) => (own ? '可能后发先至的地方' : '付款可能先于下单的地方'),
      short: (id) => ({ queue: '队列', nowhere: '没有', group: 'A 组' })[id] ?? id,
    },
    'queue-saw': {
      ask: () => '队列里发生了什么？',
      option: (context, id) =>
        ({
          even: '两个工作者处理得差不多一样多，每个键都保持顺序',
          kept: '一个工作者处理得更多，每个键都保持顺序',
          overtook: `有${later(context)}比${earlier(context)}更早处理完`,
        })[id] ?? id,
    },
    copies: {
      ask: () => '两个订阅者一共会处理多少次？',
      option: (_, __, [value]) => `${value} 次`,
      row: () => '发布/订阅一共处理',
      short: (_, [value]) => String(value),
    },
    'fan-saw': {
      ask: () => '订阅者收到了什么？',
      option: (_, id) =>
        ({
          'one-each': '每条记录只到其中一个',
          everybody: '每条记录两个都收到',
          'slow-fewer': '快的收到全部，慢的少一些',
        })[id] ?? id,
    },
    'group-split': {
      ask: (context) => `${count(context)} 条记录在 A 组成员 1 和成员 2 之间怎么分？`,
      option: (_, __, values) => values.join(' / '),
      row: () => 'A 组的分法',
      short: (_, values) => values.join(' / '),
    },
    'group-rest': {
      ask: () => 'B 组会得到多少条记录？',
      option: (_, __, [value]) => `${value} 条`,
      row: () => '最后启动的 B 组得到',
      short: (_, [value]) => String(value),
    },
    'topic-saw': {
      ask: () => '两个组是怎样分担记录的？',
      option: (_, id) =>
        ({
          'by-speed': 'A 组里谁空闲谁就取下一条，不论哪个分区',
          'by-partition': 'A 组成员各自处理自己的分区；B 组又处理了全部记录',
          'left-over': 'B 组只处理了 A 组剩下的',
        })[id] ?? id,
    },
    guarantee: {
      ask: (context) =>
        context.own
          ? '下面哪些能*保证*同一个键的记录不会后发先至？可能不止一项。'
          : '在队列里，order-2 的*付款*处理完时，*下单*还在处理。下面哪些能*保证*这种事绝不发生？可能不止一项。',
      option: (_, id, [value]) =>
        ({
          faster: `让第二个工作者更快（每条 ${seconds(value ?? 0)}）`,
          exclusive: '同一时间只有一个工作者（独占消费者 exclusive consumer）',
          'third-worker': '增加第三个工作者',
          partition: '同一个键的记录放进同一个分区，由一个成员读取',
        })[id] ?? id,
    },
  },
  corrections: {
    M1: '读取主题不会删除任何东西：每个组都有自己的偏移量。',
    M2: '在队列或一个组内部，每条记录只归一个；而每个订阅者、每个组都会得到全部。',
    M4: '组分的是分区，不是记录：分到多少条取决于键。',
    M5: '主题只在每个分区内部有先后顺序。',
    M9: '以 `latest` 启动的组会跳过之前存储的记录。',
    M29: '队列按顺序交出消息；有多个工作者时，处理完的顺序由他们决定。',
    M30: '谁空闲谁取下一条，所以队列按速度分配；订阅者和分区则不是。',
  },
  trial: (context, { option, spec, outcome }) => {
    const overtaking = overtakingIn(outcome, outcome.lanes[0]?.lane === 'topic' ? 'topic' : 'queue');
    const slow = spec.overrides[0];
    const condition = slow === undefined ? '运行结果' : `让其中一次处理长达 ${seconds(slow.handlingMs)}，运行结果`;
    if (overtaking !== undefined)
      return `${condition}：${context.label(overtaking.later)} 比 ${context.label(overtaking.earlier)} 后发先至${overtaking.byMs === undefined ? '' : `，早了 ${seconds(overtaking.byMs)}`}。${
        option === 'faster' ? '工作者再快，只要有一次处理慢了就会这样。' : '工作者越多，后发先至的机会越多。'
      }`;
    return `${condition}：先后顺序保持不变。${
      option === 'exclusive'
        ? '只要在超时之前确认，前一条确认后才交出下一条。不过另一个工作者只能待命。'
        : option === 'partition'
          ? '只要成员一直持有该分区，并且一次只处理一条，分区就按顺序读取；其他分区同时照常进行。'
          : '你的键没有及时重复出现，所以这次运行说明不了什么。'
    }`;
  },
  challenge: {
    goal: ({ own }) =>
      own ? '让 A 组先处理完同一个键中后发的记录。' : '让 A 组先处理完某个订单的*付款*，后处理完它的*下单*。',
    hint: '调速度没有用：同一个键的记录在同一个分区里，由一个成员依次读取。是什么让它们进入同一个分区的？',
    luck: '没有键，就再没有什么能保持先后顺序。不管 B 组如何，A 组这次只是碰巧。让一个成员慢下来，或者换一个随机种子。',
    met: (context, view) => {
      const overtaking = overtakingIn(view, 'topic', 'A');
      const happened =
        overtaking === undefined
          ? ''
          : `A 组里 ${context.label(overtaking.later)} 比 ${context.label(overtaking.earlier)} 后发先至。`;
      return `${happened}没有键，同一订单的记录会落在不同分区，由不同的成员读取：再没有什么能保持它们的顺序。（这里 \`batch.size\` 为 0，每条记录都重新选择分区。按 Kafka 的默认设置，生产者会停留在一个分区，直到写满约 16 KB：十二条小记录会全部落在同一个分区。）`;
    },
  },
};
