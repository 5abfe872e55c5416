import { groupOf, memberOf, repeatsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  busyPartition,
  committedCount,
  group,
  handlingMs,
  isDone,
  maxPollIntervalMs,
  outAtMs,
  recordCount,
  refusalOf,
  removalsOf,
  slow,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

/** The words of scenario 10 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `报告 ${record + 1}`,
  recordsLegend: () => '',
  steps: {
    slow: {
      heading: () => '一次轮询拿到六份报告',
      body: () => [
        `分区 ${busyPartition} 属于 \`${slow}\`。六份报告同时到达，一次轮询全部返回。每份要 ${seconds(handlingMs)}：到再次轮询要 ${seconds(recordCount * handlingMs)}。`,
        `这里 \`max.poll.interval.ms\` 为 ${seconds(maxPollIntervalMs)}。在循环之外，消费者每秒发送一次心跳。`,
      ],
      goOn: '它会留在组里吗？',
    },
    stays: {
      heading: () => '它活着，也在工作',
      body: () => [`看第 ${seconds(outAtMs)}的 \`${slow}\`：进程在运行，心跳按时发出，正在处理第五份报告。`],
    },
    'run-out': { heading: () => '看组的状态', body: () => ['看轮询之后 6 秒发生了什么，成员那时在做什么。'] },
    'saw-out': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const [removal] = memberOf(outcome, slow).removals;
        return {
          paragraphs: [
            '心跳只说明进程还活着。说明它有进展的是轮询；超过 `max.poll.interval.ms` 没有轮询，消费者自己就会告诉协调者它要离开。',
            '它的处理代码对此一无所知，继续工作：谁也不能从它手里拿走记录。',
          ],
          event: { text: `\`${slow}\` 离开了组：它没有及时轮询。`, atMs: removal?.atMs },
          config: `\`max.poll.interval.ms\` 在这里为 ${seconds(maxPollIntervalMs)}（默认 5 分钟）。`,
          sources: [{ text: 'Kafka 文档 Consumer Configs：max.poll.interval.ms', url: sources.maxPollInterval }],
        };
      },
      goOn: '等它做完呢？',
    },
    commit: {
      heading: () => '六份报告处理完，该提交了',
      body: () => [
        `\`${slow}\` 已处理全部六份，提交偏移量 ${recordCount}。此时分区 ${busyPartition} 归 \`A-2\` 所有。`,
      ],
    },
    'run-commit': { heading: () => '看这次提交', body: () => ['看它的结果，以及 `A-2` 从哪里开始。'] },
    'saw-commit': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `提交被拒绝，错误是 \`${refusalOf(outcome) ?? ''}\`：只有成员才能提交，而它已不是成员。在 Java 里这就是 \`CommitFailedException\`。`,
          '`A-2` 问过从哪里继续。什么也没有提交，所以它从偏移量 0 开始：同样的工作又做了一遍。',
        ],
        event: {
          text: `协调者拒绝了 \`${slow}\` 的提交。`,
          atMs: groupOf(outcome, group).commits.find(({ refused }) => refused !== undefined)?.atMs,
        },
        config: '代（generation）和成员 id：每次提交都带着它们。',
        sources: [{ text: 'Kafka 文档 Consumer Configs：max.poll.interval.ms', url: sources.maxPollInterval }],
      }),
      goOn: '另一个能做到吗？',
    },
    progress: {
      heading: () => '让它继续运行',
      body: () => ['`A-2` 处理报告和 `A-1` 一样快。`A-1` 再次轮询，重新加入。'],
    },
    'run-storm': { heading: () => '看代的数字', body: () => ['看分区 0 的已提交偏移量，以及组再平衡了多少次。'] },
    'saw-storm': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `谁拥有这个分区，谁就在提交之前出局：处理了 ${groupOf(outcome, group).handledCount} 次，出局 ${removalsOf(outcome)} 次，已到第 ${groupOf(outcome, group).epoch} 代，${recordCount} 份报告只提交了 ${committedCount(outcome)} 份。这就是*再平衡风暴*：全速运转，毫无进展。`,
        ],
        event: { text: '每个成员都因同样的原因轮流离开。', atMs: memberOf(outcome, 'A-2').removals[0]?.atMs },
        config: '`max.poll.records` × 每条记录的时间必须小于 `max.poll.interval.ms`。',
        sources: [{ text: 'Kafka 文档 Consumer Configs：max.poll.records', url: sources.maxPollRecords }],
      }),
      goOn: '怎样平息风暴？',
    },
    guarantee: {
      heading: () => '做完，并且提交',
      body: () => ['假设最后七份报告都必须提交，而且没有一份处理两次。'],
      explanation: () => ({
        paragraphs: [
          '要么早点轮询，要么允许晚点轮询：一次轮询少拿些记录，或者把间隔加长。少拿记录更好，因为间隔越长，卡住的成员占着分区的时间也越长。',
          '更多心跳、更长会话，都只针对死去的进程。这个进程从未死去。',
        ],
        event: { text: '你的每个选择都在同样的记录上运行过。', atMs: undefined },
        config: '`max.poll.records`、`max.poll.interval.ms`。',
        sources: [
          { text: 'Kafka 文档 Consumer Configs：max.poll.records', url: sources.maxPollRecords },
          { text: 'Kafka 文档 Consumer Configs：session.timeout.ms', url: sources.sessionTimeout },
        ],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立刻运行。改之前先说出你的预期。'] },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    stays: {
      ask: () => `第 ${seconds(outAtMs)}时 \`${slow}\` 还是成员吗？`,
      option: (_, id) =>
        ({
          heartbeats: '是：心跳让它留在组里',
          out: '不是，尽管它活着并在工作',
          stopped: '不是：它的进程被结束了',
        })[id] ?? id,
      row: () => '还是成员',
      short: (id) => (id === 'heartbeats' ? '是' : '不是'),
    },
    'saw-out': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          session: '它的会话超时了',
          left: '它的消费者离开了组，而处理代码继续工作',
          interrupted: '它手里的记录被拿走了',
        })[id] ?? id,
    },
    commit: {
      ask: () => '这次提交结果如何？',
      option: (_, id) => ({ accepted: '被接受：工作毕竟做完了', refused: '被拒绝' })[id] ?? id,
      row: () => '迟到的提交',
      short: (id) => (id === 'accepted' ? '接受' : '拒绝'),
    },
    'saw-commit': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          once: '每份报告都只处理了一次',
          twice: '`A-2` 从 `A-1` 已处理或正在处理的报告开始',
          rest: '`A-2` 接着处理 `A-1` 还没处理的',
        })[id] ?? id,
    },
    progress: {
      ask: () => `最后 ${recordCount} 份报告提交了几份？`,
      option: (_, id) => id,
      row: () => '最后提交了',
      short: (id) => id,
    },
    'saw-storm': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          settles: '第二轮之后组就稳定了',
          storm: '成员轮流把对方挤出局，始终什么也没提交',
          slowly: '慢是慢，但在前进',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '其中哪些能确保做到？',
      option: (_, id, [value = 0]) =>
        ({
          heartbeat: `每 ${value} 毫秒一次心跳`,
          session: `\`session.timeout.ms\` 为 ${value} 秒`,
          records: `\`max.poll.records\` 为 ${value}`,
          interval: `\`max.poll.interval.ms\` 为 ${value} 秒`,
        })[id] ?? id,
    },
  },
  corrections: {
    M12: '心跳只说明进程还活着。没有在 `max.poll.interval.ms` 之内轮询的消费者会离开组，它的提交会被拒绝。',
    M13: '每次再平衡只是把同样过大的一份交给别人：它不会自己平息。',
  },
  trial: (_, { outcome }) =>
    isDone(outcome) && repeatsOf(outcome, group) === 0
      ? '全部提交，而且每份只处理了一次。'
      : `重复处理 ${repeatsOf(outcome, group)} 次；${recordCount} 份中提交了 ${committedCount(outcome)} 份。`,
  challenge: {
    goal: () =>
      `让 \`max.poll.interval.ms\` 保持 ${seconds(maxPollIntervalMs)}。能否让所有报告都提交，而且每份只处理一次？`,
    hint: '两次轮询之间能处理几份报告？',
    met: (_, view) => `全部提交，重复 ${repeatsOf(view, group)} 次，没有成员离开过。`,
  },
};
