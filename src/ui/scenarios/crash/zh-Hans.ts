import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { groupOf, repeatsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  autoCommit,
  commitFirst,
  crashesAfter,
  handledBeforeDeath,
  lostOf,
  processFirst,
  recordCount,
  sessionMs,
  type QuestionId,
  type StepId,
} from './scenario.js';

const diedAt = (outcome: GroupRunView, group: string): number | undefined =>
  groupOf(outcome, group).members[0]?.lives[0]?.toMs;

const firstCommit = (outcome: GroupRunView, group: string): number | undefined =>
  groupOf(outcome, group).commits[0]?.atMs;

const callTexts = {
  option: (_: unknown, id: string): string =>
    ({
      [String(crashesAfter)]: `${crashesAfter} 次：最后 ${recordCount - crashesAfter} 条永远不会处理`,
      [String(recordCount)]: `${recordCount} 次：每条记录一次`,
      [String(recordCount + crashesAfter)]: `${recordCount + crashesAfter} 次：前 ${crashesAfter} 条各两次`,
    })[id] ?? id,
  short: (id: string): string => `${id} 次`,
};

const sawTexts = {
  ask: () => '发生了其中哪一项？',
  option: (_: unknown, id: string): string =>
    ({
      lost: '有记录被永远漏掉了',
      exactly: '每条记录恰好处理了一次',
      repeated: '有记录被处理了第二次',
    })[id] ?? id,
};

/** The words of scenario 9 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `order-${record + 1} paid`,
  recordsLegend: () => '',
  steps: {
    loop: {
      heading: () => '循环里的两行代码',
      body: () => [
        `五个订单写入一个分区。消费者轮询（poll）一次就拿到全部 ${recordCount} 条。它的循环有两行：\`commit\` 告诉组从哪里继续，\`handle\` 逐一向顾客收款。`,
        `处理完 ${crashesAfter} 条时进程死去，稍后重新启动。死去的进程的会话结束之后（最后一次心跳后 ${sessionMs / 1000} 秒），新进程才得到分区。`,
      ],
      goOn: '哪一行在前？',
    },
    first: {
      heading: () => '先提交，再处理',
      body: () => ['这个消费者的循环是：`poll(); commit(); handle each`。'],
    },
    'run-first': {
      heading: () => '看已提交的偏移量',
      body: () => [
        '它是主题上的实心旗标；每次提交是最后一行里的一条短线。看进程死去时它在哪里，下一个进程从哪里开始。',
      ],
    },
    'saw-first': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `消费者在处理任何记录之前就提交了偏移量 ${recordCount}。下一个进程询问从哪里继续，答案是 ${recordCount}。偏移量 ${crashesAfter} 和 ${crashesAfter + 1} 还在日志里，但没有人会回头处理它们。`,
          '这就是*至多一次*（at most once）：没有重复处理，但一次崩溃可能丢掉一次轮询返回的全部记录。',
        ],
        event: {
          text: `在处理第一条记录之前，偏移量 ${recordCount} 已经提交。`,
          atMs: firstCommit(outcome, commitFirst),
        },
        config: '`enable.auto.commit` = false，并在工作之前调用 `commitSync()`。',
        sources: [{ text: 'Kafka 文档 Design：消息投递语义', url: sources.semantics }],
      }),
      goOn: '反过来呢？',
    },
    after: {
      heading: () => '先处理，再提交',
      body: () => ['同样的记录，同样的崩溃：`poll(); handle each; commit()`。'],
    },
    'run-after': {
      heading: () => '看每次处理',
      body: () => ['条上填实的角（放得下时还有 `×2`）表示：组以前处理过这条记录。'],
    },
    'saw-after': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `进程死去时什么也没有提交，所以下一个进程从偏移量 0 开始：${recordCount} 条记录调用了 ${recordCount + crashesAfter} 次，其中 ${repeatsOf(outcome, processFirst)} 次是重复。`,
          '这就是*至少一次*（at least once）：不会丢失，但崩溃会重复上次提交之后处理过的记录。',
        ],
        event: {
          text: `进程死去时已处理 ${handledBeforeDeath(outcome, processFirst)} 条，一条也没有提交。`,
          atMs: diedAt(outcome, processFirst),
        },
        config: '`enable.auto.commit` = false，并在工作之后调用 `commitSync()`。',
        sources: [{ text: 'Kafka 文档 Design：消息投递语义', url: sources.semantics }],
      }),
      goOn: '让消费者自己提交呢？',
    },
    auto: {
      heading: () => '交给消费者自己提交',
      body: () => ['循环是 `poll(); handle each`，`enable.auto.commit` 为 true：这是 Kafka 的默认值。'],
    },
    'run-auto': {
      heading: () => '看它什么时候提交',
      body: () => ['`auto.commit.interval.ms` 为 5 秒。看处理记录期间有没有提交。'],
    },
    'saw-auto': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `自动提交发生在 \`poll()\` 里面，而且只提交*之前*的轮询返回的记录。循环处理记录时不轮询，所以什么也没提交：调用了 ${groupOf(outcome, autoCommit).handledCount} 次，和工作之后再提交一样。`,
          '只要再次轮询之前处理完所有记录，它就是至少一次。若把记录交给别的线程就继续轮询，它会提交没有人处理过的记录。',
        ],
        event: { text: '进程在第二次轮询之前死去。', atMs: diedAt(outcome, autoCommit) },
        config: '`enable.auto.commit` = true，`auto.commit.interval.ms` = 5 秒。',
        sources: [
          { text: 'Kafka 文档 Consumer Configs：enable.auto.commit', url: sources.autoCommit },
          { text: 'Kafka 文档 Consumer Configs：auto.commit.interval.ms', url: sources.autoCommitInterval },
        ],
      }),
      goOn: '怎样让每位顾客只付一次？',
    },
    guarantee: {
      heading: () => '每个订单只算一次',
      body: () => ['假设无论进程何时死去，最后每个订单都必须收过款，而且没有一个收两次。'],
      explanation: () => ({
        paragraphs: [
          '提交得更频繁，只是把两行之间的缝隙变小，永远不会消除：工作之后、提交之前总有一个瞬间。',
          '消除它要靠另一边：一个能认出这条记录的接收端。按记录自己的键写入，第二次什么也不会改变。这时至少一次就够了。',
        ],
        event: { text: '你的每个选择都在同样的崩溃下运行过。', atMs: undefined },
        config: '接收端保存结果所用的键。',
        sources: [{ text: 'Kafka 文档 Design：消息投递语义', url: sources.semantics }],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立刻运行。改之前先说出你的预期。'] },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    first: { ask: () => '最后 `handle` 一共被调用了多少次？', ...callTexts, row: () => '先提交' },
    'saw-first': sawTexts,
    after: { ask: () => '最后 `handle` 一共被调用了多少次？', ...callTexts, row: () => '先处理' },
    'saw-after': sawTexts,
    auto: { ask: () => '最后 `handle` 一共被调用了多少次？', ...callTexts, row: () => '自动提交' },
    'saw-auto': sawTexts,
    guarantee: {
      ask: () => '其中哪些能保证做到？',
      option: (_, id, [value = 0]) =>
        ({
          each: '先处理，并在*每条*记录之后提交',
          'auto-often': `每 ${value} 毫秒自动提交一次`,
          upsert: '先处理，并按订单自己的键保存每个结果',
        })[id] ?? id,
    },
  },
  corrections: {
    M11: '已提交的偏移量只说明从哪里继续。在工作之前提交，崩溃会丢记录；在工作之后提交，崩溃会重复记录。自动提交只提交之前的轮询返回的记录。',
  },
  trial: (_, { option, outcome }) => {
    const [group] = outcome.groups;
    if (group === undefined) return '';
    const lost = lostOf(group);
    const calls = `调用 ${group.handledCount} 次`;
    if (option === 'upsert') return `${calls}，但接收端只有 ${group.handledRecords.length} 行：每个订单一次。`;
    if (lost > 0) return `${calls}：有 ${lost} 个订单从未收款。`;
    return `${recordCount} 个订单${calls}：有 ${group.handledCount - group.handledRecords.length} 个收了两次。`;
  },
  challenge: {
    goal: () => `能否让 \`${processFirst}\` 什么也不丢，而且最多重复一条记录？`,
    hint: '一次崩溃会重复多少？上次提交之后的一切。',
    met: (_, view) => `没有丢失，重复了 ${repeatsOf(view, processFirst)} 条：缝隙变小了，但还在。`,
  },
};
