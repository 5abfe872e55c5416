import { groupOf, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  drainedAt,
  first,
  later,
  recordCount,
  rewindAtMs,
  storedCount,
  type QuestionId,
  type StepId,
} from './scenario.js';

/** The words of scenario 2 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    drain: {
      heading: () => '一个组读完所有记录',
      body: () => [
        `一个分区里来了 ${recordCount} 个订单。组 \`${first}\` 逐条读取，每条之后提交。`,
        '它一直读到没有可读的为止。',
      ],
      goOn: '那时还剩什么？',
    },
    left: { heading: () => '全都读完了', body: () => [`\`${first}\` 已处理并提交了全部 ${recordCount} 条。`] },
    'run-drain': { heading: () => '看日志', body: () => ['看记录，也看已提交偏移量的标记。'] },
    'saw-drain': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `日志里仍有 ${storedCount(outcome)} 条记录，和以前一样。读取移动的是一个游标：\`${first}\` 提交了偏移量 ${recordCount}，也就是下一条要读的。`,
          '队列交出消息就忘掉它。日志会保留它，直到保留策略决定删除，不管读没读过。',
        ],
        event: { text: `\`${first}\` 提交了偏移量 ${recordCount}。`, atMs: drainedAt(outcome, first) },
        config: '主题的 `retention.ms` 和 `retention.bytes`：删除记录的是它们，不是读者。',
        sources: [
          { text: 'Kafka 文档：主要概念与术语', url: sources.concepts },
          { text: 'Kafka 文档 Topic Configs：retention.ms', url: sources.retention },
        ],
      }),
      goOn: '对别人呢？',
    },
    newcomer: {
      heading: () => '来了第二个组',
      body: () => [`\`${later}\` 从未读过这个主题。它现在启动，\`auto.offset.reset\` = earliest。`],
    },
    'run-newcomer': {
      heading: () => '看两个标记',
      body: () => [`看 \`${later}\` 得到什么，对 \`${first}\` 又有什么影响。`],
    },
    'saw-newcomer': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `\`${later}\` 从第一条开始读了全部 ${groupOf(outcome, later).handledRecords.length} 条。每个组都有自己的游标，互不知晓。`,
          '组与组之间就是发布/订阅：只要日志里还有，无论何时来，每个组都得到全部。',
        ],
        event: { text: `\`${later}\` 也提交了偏移量 ${recordCount}。`, atMs: drainedAt(outcome, later) },
        config: '`group.id`：这是谁的游标。',
        sources: [{ text: 'Kafka 文档 Design：消费者位置', url: sources.consumerPosition }],
      }),
      goOn: '第一个组能再读一遍吗？',
    },
    rewind: {
      heading: () => '第一个组被拨回去',
      body: () => [
        `\`${first}\` 有个缺陷。它停下，偏移量被设回开头（\`kafka-consumer-groups --reset-offsets --to-earliest\`），然后再启动。`,
      ],
    },
    'run-rewind': { heading: () => '看谁在读', body: () => ['看两个标记，以及日志的末端。'] },
    'saw-rewind': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `\`${first}\` 把所有记录又处理了一遍：一共 ${groupOf(outcome, first).handledCount} 次。\`${later}\` 原地不动，日志也没有变化。`,
          '所以新版本的程序可以重新处理过去。只是它在外面做过的事（邮件、付款）会做两遍：那要由它自己负责。',
        ],
        event: { text: `\`${first}\` 的已提交偏移量被设为 0。`, atMs: rewindAtMs },
        config: '已提交的偏移量：一个可以设置的数字。',
        sources: [{ text: 'Kafka 文档 Basic Operations：管理消费者组', url: sources.managingGroups }],
      }),
      goOn: '什么才会删除记录？',
    },
    guarantee: {
      heading: () => '从日志里消失',
      body: () => ['假设这些记录不能再留在日志里，对谁都不行。'],
      explanation: () => ({
        paragraphs: ['读者做什么都删不掉记录。保留策略会，压缩会，`DeleteRecords` 则立刻生效：它移动日志的起点。'],
        event: { text: '你的每个选择都在同样的记录上运行过。', atMs: undefined },
        config: '`retention.ms`、`cleanup.policy`、`kafka-delete-records`。',
        sources: [{ text: 'Kafka 文档 Topic Configs：retention.ms', url: sources.retention }],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立刻运行。改之前先说出你的预期。'] },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    left: {
      ask: () => '那时日志里有几条记录？',
      option: (_, id) => (id === '0' ? '0 条：都被消费掉了' : `${id} 条：读取不会拿走什么`),
      row: () => '日志里还剩',
      short: (id) => id,
    },
    'saw-drain': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          emptied: '每条记录处理完就消失了',
          cursor: '记录留在原处，一个标记从它们上面移过',
          marked: '日志被重写，注明哪些已读',
        })[id] ?? id,
    },
    newcomer: {
      ask: () => '它得到几条记录？',
      option: (_, id) => (id === '0' ? '0 条：都已被读过' : `${id} 条：全部`),
      row: () => '新组得到',
      short: (id) => id,
    },
    'saw-newcomer': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          'two-cursors': '每个组都有自己的游标',
          'one-cursor': '第二个组在等新的记录',
          disturbed: '第一个组不得不重新开始',
        })[id] ?? id,
    },
    rewind: {
      ask: () => '谁会再处理这些记录？',
      option: (_, id) =>
        ({
          nobody: '没有人：处理过的就处理过了',
          both: '两个组：日志被拨回去了',
          first: `只有 \`${first}\``,
        })[id] ?? id,
      row: () => '重置之后',
      short: (id) => ({ nobody: '没有人', both: '两个组', first })[id] ?? id,
    },
    'saw-rewind': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          appended: '这些记录被再次追加',
          'same-log': '再次读取了同样的记录；日志没有变化',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '其中哪些能确保做到？',
      option: (_, id, [value = 0]) =>
        ({
          read: '每个组都读完所有记录',
          commit: '把偏移量设到末端（`--to-latest`）',
          delete: `对偏移量 ${value} 之前的记录执行 \`DeleteRecords\``,
        })[id] ?? id,
    },
  },
  corrections: {
    M1: '读取移动的是游标。记录离开日志靠保留策略、压缩或 `DeleteRecords`，从来不是因为被读取。',
    M2: '每个组都有自己的游标。一个组读到哪里、被设到哪里，与另一个组无关。',
  },
  trial: (_, { outcome }) =>
    storedCount(outcome) === 0 ? '日志空了。' : `日志里仍有 ${storedCount(outcome)} 条记录。`,
  challenge: {
    goal: () => `能否让 \`${later}\` 漏掉日志里有的记录？`,
    hint: '没有偏移量的组从哪里开始？',
    met: (_, view) =>
      `\`${later}\` 只处理了 ${recordCount} 条中的 ${groupOf(view, later).handledRecords.length} 条：它从末端开始。`,
  },
};
