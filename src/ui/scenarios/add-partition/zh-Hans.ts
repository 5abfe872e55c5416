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

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

/** The words of scenario 5 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    'half-done': {
      heading: () => '三个分区，和办到一半的订单',
      body: () => [
        `\`${moving}\` 已创建并付款，\`${staying}\` 已创建。它们的键选了分区 0 和 2。`,
        `\`A-1\` 读分区 0 和 1，一条记录要 ${seconds(slowMs)}；\`A-2\` 读分区 2，很快。（\`max.poll.records\` 为 1。）`,
      ],
      goOn: '发送它们',
    },
    'run-half': { heading: () => '看它们在哪里', body: () => ['每个键都有自己的分区：正是这一点让一个订单保持顺序。'] },
    moves: {
      heading: () => '第四个分区',
      body: () => [
        `在第 ${seconds(addedAtMs)}，有人执行了 \`kafka-topics --alter --partitions 4\`。然后 \`${moving}\` 发货。键的分区是 \`murmur2(key)\` 去掉符号后对分区数取模。`,
      ],
    },
    stays: { heading: () => '另一个呢？', body: () => [`\`${staying}\` 也付了款。`] },
    'run-added': {
      heading: () => '看新的分区',
      body: () => ['看谁得到它，哪条记录最先进入它，以及 `A-1` 手里还有什么。'],
    },
    'saw-added': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const overtaking = groupOf(outcome, group).verdict.overtakings.find(({ key }) => key === moving);
        return {
          paragraphs: [
            `对 4 取模，\`${moving}\` 属于分区 ${placeOf(outcome, 'order-2 shipped') ?? 0}，\`${staying}\` 仍属于分区 ${placeOf(outcome, 'order-4 paid') ?? 0}。已经存储的留在原处：什么也没有搬动。`,
            '*shipped* 先于 *paid* 完成：两条记录在不同的分区，而分区之间没有顺序。',
          ],
          event: {
            text: `主题有了第四个分区；从那时起 \`${moving}\` 的记录去了那里。`,
            atMs: overtaking?.laterHandledMs,
          },
          config: '主题的分区数：它参与决定键的位置。',
          sources: [{ text: 'Kafka 文档 Basic Operations：修改主题', url: sources.modifyTopic }],
        };
      },
      goOn: '能撤销吗？',
    },
    shrink: {
      heading: () => '回到三个？',
      body: () => [`在第 ${seconds(shrinkAtMs)}，同一个人要求改回三个分区。`],
    },
    'run-shrink': { heading: () => '看回答', body: () => ['看 broker 怎么说，也看各个分区。'] },
    'saw-shrink': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          'broker 拒绝了。Kafka 要么丢弃一个分区的记录，要么把它们混入其他分区并改变偏移量；两样它都不做。',
          '需要更少分区的人，要新建一个主题。',
        ],
        event: { text: refusalOf(outcome)?.message ?? '', atMs: shrinkAtMs },
        config: '`CreatePartitions`：给出的是新的总数，必须更大。',
        sources: [{ text: 'Kafka 文档 Basic Operations：修改主题', url: sources.modifyTopic }],
      }),
      goOn: '怎样才能不出问题？',
    },
    guarantee: {
      heading: () => '每个订单始终按顺序',
      body: () => ['假设每个订单都必须按顺序处理，主题增加分区时也不例外。'],
      explanation: () => ({
        paragraphs: [
          '新位置有记录之前，旧位置的必须先处理完。所以要么在组没有滞后之前谁也不发送，要么一开始就有足够的分区。',
          '分区在成员之间怎样移动与此无关：换位置的是键，不是分区。',
        ],
        event: { text: '你的每个选择都在同样的订单上运行过。', atMs: undefined },
        config: '主题的分区数，一次选好。',
        sources: [{ text: 'Kafka 文档 Basic Operations：修改主题', url: sources.modifyTopic }],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立刻运行。改之前先说出你的预期。'] },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    moves: {
      ask: () => `\`${moving} shipped\` 进入哪个分区？`,
      option: (_, id) => (id === '0' ? '0，和以前一样' : id === '3' ? '3，新的那个' : id),
      row: () => `${moving} 去`,
      short: (id) => `p${id}`,
    },
    stays: {
      ask: () => `\`${staying} paid\` 进入哪个分区？`,
      option: (_, id) => (id === '2' ? '2，和以前一样' : id === '3' ? '3，新的那个' : id),
      row: () => `${staying} 去`,
      short: (id) => `p${id}`,
    },
    'saw-added': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          moved: `\`${moving}\` 较早的记录被搬到了它的新分区`,
          overtaken: `\`${moving} shipped\` 先于 \`${moving} paid\` 完成`,
          lost: '有一条记录从未处理',
        })[id] ?? id,
    },
    shrink: {
      ask: () => '会发生什么？',
      option: (_, id) =>
        ({
          merged: '分区 3 的记录分散到其他分区',
          dropped: '分区 3 连同它的记录被删除',
          refused: '被拒绝',
        })[id] ?? id,
      row: () => '回到三个',
      short: (id) => ({ merged: '分散', dropped: '删除', refused: '拒绝' })[id] ?? id,
    },
    'saw-shrink': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) => ({ three: '主题又只有三个分区', four: '返回了错误，仍然是四个分区' })[id] ?? id,
    },
    guarantee: {
      ask: () => '其中哪些能保证做到？',
      option: (_, id, [value = 0]) =>
        ({
          cooperative: '协作式（cooperative）协议',
          drain: '组处理完所有记录之后才继续发送',
          'four-at-once': `一开始就有 ${value} 个分区`,
        })[id] ?? id,
    },
  },
  corrections: {
    M6: '键的分区取决于分区的数目。数目一变，有些键就去了别处；已存储的不会搬动，数目也不能再变小。',
  },
  trial: (_, { outcome }) =>
    isKept(outcome)
      ? `每个订单都保持了顺序，共 ${partitionCount(outcome)} 个分区。`
      : `顺序被打乱：${groupOf(outcome, group)
          .verdict.brokenKeys.map((key) => `\`${key}\``)
          .join('、')}。`,
  challenge: {
    goal: () => '虽然中途增加了分区，能否让每个订单都保持顺序？',
    hint: '订单发货时，`A-1` 在做什么？',
    met: () => '保持住了：旧位置的记录及时处理完了。但这全靠速度。',
  },
};
