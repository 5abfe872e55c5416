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

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;
const listed = (words: readonly string[]): string => words.join('、');
const overtaking = (outcome: GroupRunView, group: string) =>
  groupOf(outcome, group).verdict.overtakings.find(({ key }) => key === orderKey);

/** The words of scenario 4 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    orders: {
      heading: () => '创建、付款、发货',
      body: () => [
        '三个订单先创建，再付款，再发货：九条记录，每半秒一条，分布在三个分区。',
        `两个成员分担：一个处理一条要 ${seconds(fastMs)}，另一个要 ${seconds(slowMs)}。发送的记录*没有键*。`,
      ],
      goOn: '它们去哪里？',
    },
    places: {
      heading: () => '三条没有键的记录',
      body: () => [
        `\`${orderKey}\` 的三条记录会进入哪些分区？（这里 \`batch.size\` 为 0，让每条记录重新选择；默认 16 KiB 时，生产者会一直使用一个分区，发满这么多才换下一个。）`,
      ],
    },
    sequence: { heading: () => '它们按什么顺序处理？', body: () => ['发送顺序是 created、paid、shipped。'] },
    'run-without': {
      heading: () => `看 \`${orderKey}\``,
      body: () => ['看它的记录落在哪些分区，哪一条最先完成。'],
    },
    'saw-without': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `\`${orderKey}\` 的记录落在分区 ${placesOf(outcome, withoutKey).join('、')}：没有键时，生产者随机选择分区。每个分区内部有顺序，分区之间没有。`,
          `所以完成的顺序是 ${listed(sequenceOf(outcome, withoutKey))}：*created* 还在慢的成员手里，其他记录不会等它。`,
        ],
        event: {
          text: `\`${orderKey}\` 的一条较晚的记录已经完成，而较早的一条还在处理。`,
          atMs: overtaking(outcome, withoutKey)?.laterHandledMs,
        },
        config: '没有键的记录；`batch.size` 和 `partitioner.class` 决定生产者在一个分区停留多久。',
        sources: [
          { text: 'Kafka 文档 Producer Configs：partitioner.class', url: sources.partitioner },
          { text: 'Kafka 文档 Producer Configs：batch.size', url: sources.batchSize },
        ],
      }),
      goOn: '现在带上键',
    },
    keyed: {
      heading: () => '同样的记录，带上键',
      body: () => ['现在每条记录以订单为键。成员和速度不变。`murmur2(key)` 去掉符号后对三取模，就是分区。'],
    },
    'run-with': {
      heading: () => '看各个分区',
      body: () => ['看一个订单的记录落在哪里，快的成员此时在做什么。'],
    },
    'saw-with': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `\`${orderKey}\` 的所有记录都在分区 ${placesOf(outcome, withKey)[0] ?? 0}，顺序与发送时相同，而一个分区同时只有一个成员读取。所以每个订单都保持了顺序：${listed(sequenceOf(outcome, withKey))}。`,
          '订单之间没有顺序：快的成员已完成两个订单时，慢的还在处理它的第一个。',
        ],
        event: {
          text: '同一个键的每条记录都追加到这个键所属的分区。',
          atMs: trackOf(outcome, 'orders', placesOf(outcome, withKey)[0] ?? 0).cells[0]?.appendedAtMs,
        },
        config: '记录的键。',
        sources: [{ text: 'Kafka 文档：主要概念与术语', url: sources.concepts }],
      }),
      goOn: '什么能保证它？',
    },
    guarantee: {
      heading: () => '每个订单都按顺序',
      body: () => ['假设无论谁快谁慢，任何订单都绝不能在付款之前发货。'],
      explanation: () => ({
        paragraphs: [
          '顺序取决于记录*在哪里*：同一个分区里的记录一条接一条地交出。所有记录放在一个分区能保持全部顺序，但只有一个成员有事可做；用键则让相关的记录保持顺序，其余可以分担。',
          '速度什么也保证不了：只是让问题更少被看到。',
        ],
        event: { text: '你的每个选择都在同样的记录上运行过。', atMs: undefined },
        config: '记录的键，或只有一个分区的主题。',
        sources: [{ text: 'Kafka 文档：主要概念与术语', url: sources.concepts }],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立刻运行。改之前先说出你的预期。'] },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    places: {
      ask: () => `\`${orderKey}\` 的三条记录去哪里？`,
      option: (_, id) =>
        ({
          one: '都进入同一个分区：它们属于一起',
          turn: '轮流进入分区 0、1、2',
          chance: '随机',
        })[id] ?? id,
      row: () => '没有键',
      short: (id) => ({ one: '同一分区', turn: '轮流', chance: '随机' })[id] ?? id,
    },
    sequence: {
      ask: () => '订单会按发送的顺序处理吗：created、paid、shipped？',
      option: (_, id) => ({ 'as-sent': '会：主题是有顺序的', 'not-as-sent': '不会' })[id] ?? id,
      row: () => '按发送顺序处理',
      short: (id) => (id === 'as-sent' ? '会' : '不会'),
    },
    'saw-without': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          'log-mixed': '同一个分区里，记录的顺序与发送时不同',
          overtaken: `\`${orderKey}\` 的一条较晚的记录先于较早的完成`,
          lost: '有一条记录从未处理',
        })[id] ?? id,
    },
    keyed: {
      ask: () => '现在保持了哪种顺序？',
      option: (_, id) =>
        ({
          global: '全部九条记录的顺序',
          'per-key': '每个订单的顺序，但订单之间没有',
          none: '没有：速度仍然不同',
        })[id] ?? id,
      row: () => '有键',
      short: (id) => ({ global: '全部九条', 'per-key': '每个订单', none: '没有' })[id] ?? id,
    },
    'saw-with': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          'one-partition-each': '一个订单的记录都在同一个分区',
          'all-in-one': '九条记录都在同一个分区',
          waited: '快的成员等了慢的成员',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '其中哪些能保证做到？',
      option: (_, id, [value = 0]) =>
        ({
          equal: `没有键，但成员一样快（每条 ${value} 秒）`,
          key: '以订单号为键',
          'one-partition': '没有键，主题只有一个分区',
        })[id] ?? id,
    },
  },
  corrections: {
    M1: '没有丢失：每条记录都已存储，也都处理了。',
    M5: '主题没有顺序，分区才有。只有同一个分区里的记录才按发送的顺序处理。',
    M7: '没有键时，生产者随机选一个分区，发满一批才更换；有键时，由键的哈希值决定。',
  },
  trial: (_, { outcome }) =>
    keepsOrder(outcome)
      ? '这次运行里每个订单都保持了顺序。'
      : `顺序被打乱：${outcome.groups
          .flatMap(({ verdict }) => verdict.brokenKeys)
          .map((key) => `\`${key}\``)
          .join('、')}。`,
  challenge: {
    goal: () => `能否让组 \`${withoutKey}\` 碰运气保持每个订单的顺序，并且两个成员都在工作？`,
    hint: '试试别的种子，或别的速度。下一次你有多大把握？',
    met: () => '保持住了，但全凭运气：只是碰巧记录落在了无害的地方。',
  },
};
