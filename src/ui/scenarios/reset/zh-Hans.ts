import { groupOf, memberOf, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  backAtMs,
  beginsAt,
  deletedAtMs,
  failureOf,
  known,
  knownOffset,
  logStart,
  newEarliest,
  newLatest,
  newNone,
  noticesLoss,
  parked,
  parkedOffset,
  startsAtMs,
  storedCount,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

const beginning = {
  option: (_: unknown, id: string): string =>
    ({
      '0': '偏移量 0：第一条记录',
      [String(parkedOffset)]: `偏移量 ${parkedOffset}：它停下的地方`,
      [String(knownOffset)]: `偏移量 ${knownOffset}：它停下的地方`,
      [String(logStart)]: `偏移量 ${logStart}：还在的第一条`,
      [String(storedCount)]: `偏移量 ${storedCount}：下一条将写入的`,
    })[id] ?? id,
  short: (id: string): string => id,
};

/** The words of scenario 7 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    groups: {
      heading: () => '消费者从哪里开始？',
      body: () => [
        `一个分区里有十条记录，偏移量 0 到 9。\`${known}\` 以前读过一些，提交了偏移量 ${knownOffset}，然后停下。\`${newEarliest}\` 和 \`${newLatest}\` 从未读过。`,
        `在第 ${seconds(startsAtMs)}三个都启动。\`${newEarliest}\` 和 \`${known}\` 的 \`auto.offset.reset\` 是 \`earliest\`，\`${newLatest}\` 的是 \`latest\`（Kafka 的默认值）。`,
      ],
      goOn: '逐个预测',
    },
    earliest: { heading: () => `\`${newEarliest}\`：新组，earliest`, body: () => ['它没有已提交的偏移量。'] },
    latest: { heading: () => `\`${newLatest}\`：新组，latest`, body: () => ['它也没有。'] },
    known: {
      heading: () => `\`${known}\`：老组，earliest`,
      body: () => [`它提交过偏移量 ${knownOffset}，\`auto.offset.reset\` 是 \`earliest\`。`],
    },
    'run-new': { heading: () => '看各自从哪里开始', body: () => ['每个组的第一条记录以及原因，都写在它的分区旁边。'] },
    'saw-new': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `问题永远是：有没有已提交的偏移量，日志里还有没有它？对 \`${known}\` 来说有：它从 ${beginsAt(outcome, known) ?? 0} 开始，它的设置根本没有用到。`,
          `只有没有时才由 \`auto.offset.reset\` 决定：\`${newEarliest}\` 从 ${beginsAt(outcome, newEarliest) ?? 0} 开始；\`${newLatest}\` 在末端等待，永远看不到这十条记录。`,
        ],
        event: {
          text: `\`${known}\` 找到了它已提交的偏移量。`,
          atMs: groupOf(outcome, known).partitions[0]?.start?.atMs,
        },
        config: '`auto.offset.reset`（默认 latest）。',
        sources: [{ text: 'Kafka 文档 Consumer Configs：auto.offset.reset', url: sources.autoOffsetReset }],
      }),
      goOn: '如果什么都不许猜呢？',
    },
    none: { heading: () => `\`${newNone}\`：新组，none`, body: () => ['第三种设置：`none`。这个组也是新的。'] },
    'run-none': { heading: () => '看它的进程', body: () => ['看它的轮询带来什么。'] },
    'saw-none': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `它的轮询失败了：${memberOf(outcome, `${newNone}-1`).lives.at(-1)?.error?.message ?? ''}`,
          '设为 `none` 时，只有程序自己能决定。这适合宁可停下也不愿猜测的程序。',
        ],
        event: {
          text: `进程以 ${failureOf(outcome, newNone) ?? ''} 结束。`,
          atMs: memberOf(outcome, `${newNone}-1`).lives.at(-1)?.toMs,
        },
        config: '`auto.offset.reset` = none。',
        sources: [{ text: 'Kafka 文档 Consumer Configs：auto.offset.reset', url: sources.autoOffsetReset }],
      }),
      goOn: '偏移量太旧呢？',
    },
    parked: {
      heading: () => `\`${parked}\`：离开太久`,
      body: () => [
        `\`${parked}\` 提交了偏移量 ${parkedOffset} 后停下。在第 ${seconds(deletedAtMs)}，偏移量 ${logStart} 之前的记录消失（这里用 \`kafka-delete-records\`，保留策略随时间也会这样做）。第 ${seconds(backAtMs)}它回来。它的 \`auto.offset.reset\` 是 \`latest\`。`,
      ],
    },
    'run-parked': { heading: () => '看它的第一条记录', body: () => ['看日志的起点越过它的偏移量，以及它从哪里继续。'] },
    'saw-parked': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `它请求偏移量 ${parkedOffset}，broker 回答 OFFSET_OUT_OF_RANGE。它有偏移量，却不可用：于是再次由 \`auto.offset.reset\` 决定，\`latest\` 把它带到 ${beginsAt(outcome, parked) ?? 0}。`,
          `偏移量 ${parkedOffset} 到 ${logStart - 1} 本来就没了。偏移量 ${logStart} 到 ${storedCount - 1} 还在日志里，它却一声不响地跳过了。`,
        ],
        event: { text: '偏移量超出范围，被重置。', atMs: groupOf(outcome, parked).partitions[0]?.start?.atMs },
        config: '`auto.offset.reset` = latest；`retention.ms`、`offsets.retention.minutes`。',
        sources: [
          { text: 'Kafka 文档 Consumer Configs：auto.offset.reset', url: sources.autoOffsetReset },
          { text: 'Kafka 文档 Broker Configs：offsets.retention.minutes', url: sources.offsetsRetention },
        ],
      }),
      goOn: '怎样会更好？',
    },
    guarantee: {
      heading: () => '还在的一条也不跳过',
      body: () => [`假设 \`${parked}\` 不能在无人告知的情况下跳过日志里还有的记录。`],
      explanation: () => ({
        paragraphs: [
          '`earliest` 会读剩下的一切；代价是组的偏移量过期时会重复。`latest` 和 `by_duration` 适合只要新记录、不要全部的读者。',
        ],
        event: { text: '你的每个选择都在同样的记录上运行过。', atMs: undefined },
        config: '`auto.offset.reset`：earliest、latest、none 或 by_duration:…',
        sources: [{ text: 'Kafka 文档 Consumer Configs：auto.offset.reset', url: sources.autoOffsetReset }],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立刻运行。改之前先说出你的预期。'] },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    earliest: { ask: () => `\`${newEarliest}\` 从哪个偏移量开始？`, ...beginning, row: () => '新组，earliest' },
    latest: { ask: () => `\`${newLatest}\` 从哪个偏移量开始？`, ...beginning, row: () => '新组，latest' },
    known: { ask: () => `\`${known}\` 从哪个偏移量开始？`, ...beginning, row: () => '老组，earliest' },
    'saw-new': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          always: '两个 `earliest` 的组都从偏移量 0 开始',
          'only-new': '这个设置只对没有已提交偏移量的组起作用',
          'latest-reads-all': '`latest` 的组也读了这十条记录',
        })[id] ?? id,
    },
    none: {
      ask: () => '它会怎么做？',
      option: (_, id) => ({ waits: '等待新记录', fails: '它的轮询失败', start: '从偏移量 0 开始' })[id] ?? id,
      row: () => '新组，none',
      short: (id) => ({ waits: '等待', fails: '失败', start: '0' })[id] ?? id,
    },
    'saw-none': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) => ({ ended: '它的进程以错误结束', committed: '它提交了将要开始的偏移量' })[id] ?? id,
    },
    parked: { ask: () => `\`${parked}\` 从哪个偏移量继续？`, ...beginning, row: () => '离开太久' },
    'saw-parked': {
      ask: () => '发生了其中哪一项？',
      option: (_, id, [value = 0]) =>
        ({
          'from-start': '它从日志的新起点继续',
          skipped: `它跳过了 ${value} 条记录，其中一些还在`,
          committed: '它得到了它的记录：有人替它留着',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '其中哪些能确保做到？',
      option: (_, id, [value = 0]) =>
        ({ latest: '`latest`', earliest: '`earliest`', duration: `\`by_duration:PT${value}S\`` })[id] ?? id,
    },
  },
  corrections: {
    M8: '`auto.offset.reset` 只在没有可用的已提交偏移量时才起作用。有的话，组就从那里继续。',
    M9: '`latest` 会跳过记录：新组到来之前的，以及已提交偏移量过旧时日志里剩下的一切。',
  },
  trial: (_, { outcome }) =>
    noticesLoss(outcome)
      ? `\`${parked}\` 从偏移量 ${beginsAt(outcome, parked) ?? 0} 继续，那是还在的第一条。`
      : `\`${parked}\` 从偏移量 ${beginsAt(outcome, parked) ?? 0} 继续：跳过了还在的记录。`,
  challenge: {
    goal: () => `能否让 \`${parked}\` 从偏移量 ${logStart}（还在的第一条）继续？`,
    hint: '偏移量超出范围时，会用到哪个设置？',
    met: () => '它读了剩下的一切。',
  },
};
