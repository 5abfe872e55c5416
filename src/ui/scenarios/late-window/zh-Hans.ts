import type { StreamsRunView } from '../../../engine/scenario/streams-run-view.js';
import type { StreamsScenarioTexts } from '../streams-outcome.js';
import { streamsSources as sources } from '../streams-sources.js';
import { clickAt, droppedOf, printedFor, printedOf, storedIn, type QuestionId, type StepId } from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;
const second = 1000;

/** When the final count of [0, 10) was written. */
const printedAt = (outcome: StreamsRunView): number | undefined => printedFor(outcome, 0)?.atMs;

/** The words of scenario 20 in Simplified Chinese. */
export const simplifiedChinese: StreamsScenarioTexts<StepId, QuestionId> = {
  recordName: (context, record) => context.label(record),
  recordsLegend: () => '',
  steps: {
    clicks: {
      heading: () => '不按先后到来的点击',
      body: () => [
        '一个应用按 10 秒的窗口（window）统计页面点击：[0, 10)、[10, 20) 等等。算数的是记录*里面*的时间，即事件时间（event time）：点击何时发生，而不是何时到达。',
        '窗口在结束后还接收迟到的点击 5 秒，这叫*宽限期*（grace）。有了 `suppress(untilWindowCloses)`，计数只在窗口关闭时写出一次。',
        '发生在 1、4、12、9、15、8 秒的点击按这个先后到来，每 2 秒一条。',
      ],
      goOn: '第四次点击会怎样？',
    },
    nine: {
      heading: () => '9 秒的点击在 12 秒的点击之后才到',
      body: () => [
        '9 秒的点击到来之前，已有 1、4、12 秒三次点击。到目前为止最大的事件时间就是*流时间*（stream time）：12 秒。',
      ],
    },
    'run-nine': {
      heading: () => '看那条边线',
      body: () => ['粗线是流时间。看什么推动它，以及 9 秒的点击去了哪里。点击都在一个分区里，所以由一个任务处理。'],
    },
    'saw-nine': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          '9 秒的点击迟到了，但仍然计入：只要窗口的终点晚于流时间减去宽限期，窗口就接收记录，而 10 > 12 − 5。[0, 10) 的计数是 3。',
          '流时间停在 12 秒。它是任务取过的最大事件时间，从不后退。',
        ],
        event: {
          text: `任务取走 9 秒的点击时，流时间是 ${seconds(clickAt(outcome, 9 * second)?.streamTimeMs ?? 0)}。`,
          atMs: clickAt(outcome, 9 * second)?.atMs,
        },
        config: '`TimeWindows.ofSizeAndGrace(10 s, 5 s)`：宽限期以流时间计量。',
        sources: [
          { text: 'Kafka 文档，Streams：时间', url: sources.time },
          { text: 'Kafka 文档，Streams：乱序处理', url: sources.outOfOrder },
        ],
      }),
      goOn: '最后两次呢？',
    },
    eight: {
      heading: () => '接着是 15 秒和 8 秒',
      body: () => ['接下来是 15 秒的点击，最后是一次 8 秒的点击。'],
    },
    count: {
      heading: () => '[0, 10) 的计数',
      body: () => ['六次点击中有四次发生在 10 秒之前：1、4、9、8 秒。'],
    },
    'run-eight': {
      heading: () => '看窗口关闭',
      body: () => ['看流时间对 [0, 10) 做了什么，`counts` 里写了什么，8 秒的点击怎样了。'],
    },
    'saw-eight': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `15 秒的点击把流时间推到 15 秒，10 > 15 − 5 不成立：[0, 10) 就在 15 秒*这一刻*关闭，最终计数 ${printedFor(outcome, 0)?.count ?? 0} 立即写出。`,
          '8 秒的点击遇到的是已关闭的窗口，被丢弃。写出的计数不会再更正；指标 `dropped-records-total` 记下了这次丢失，日志里也有一行。',
        ],
        event: {
          text: '任务取走 15 秒的点击；流时间超过 [0, 10) 的终点达到了宽限期。',
          atMs: printedAt(outcome) ?? clickAt(outcome, 15 * second)?.atMs,
        },
        config: '`suppress(untilWindowCloses(unbounded()))` 扣住每次更新，直到窗口不再接收记录。',
        sources: [
          { text: 'Kafka 文档，Streams DSL：窗口', url: sources.windowing },
          { text: 'Kafka 文档，Streams DSL：窗口的最终结果', url: sources.finalResults },
        ],
      }),
      goOn: '下一个窗口呢？',
    },
    next: {
      heading: () => '没有人再点击',
      body: () => ['窗口 [10, 20) 里有两次点击，12 秒和 15 秒。不再有记录到来；时钟一直走到 60 秒。'],
    },
    'run-silence': {
      heading: () => '看时钟和边线',
      body: () => ['虚线是时钟。看有没有东西写出。'],
    },
    'saw-silence': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `时钟走到了 ${seconds(outcome.atMs)}，流时间还停在 ${seconds(clickAt(outcome, 8 * second)?.streamTimeMs ?? 0)}：推动它的不是时钟，只有记录。[10, 20) 里有 ${storedIn(outcome, 10 * second)} 次，没有写出。`,
          '这不是 `suppress` 的缺陷：一年之后重放，同样的记录给出同样的窗口和同样的计数。',
        ],
        event: {
          text: '任务取走的最后一条记录。此后没有什么能关闭窗口。',
          atMs: clickAt(outcome, 8 * second)?.atMs,
        },
        config: '任务取到 25 秒或更晚的记录时，[10, 20) 才关闭：20 秒加上 5 秒宽限期。',
        sources: [
          { text: 'Kafka 文档，Streams：时间', url: sources.time },
          { text: 'Kafka 文档，Streams DSL：窗口的最终结果', url: sources.finalResults },
        ],
      }),
      goOn: '什么能关闭它？',
    },
    guarantee: {
      heading: () => '要得到 [10, 20) 的计数',
      body: () => ['假设有人需要 [10, 20) 的计数。主题有两个分区，这个页面的点击都在其中一个里。'],
      explanation: () => ({
        paragraphs: [
          '只有这个*任务*（task）取到的更晚的记录才能关闭窗口。一个任务读一个分区，另一个分区里的记录推动的是另一个任务的流时间，与这里无关。',
          '如果流可能沉寂，就不时向每个分区发一条记录，或者用 `process` 加按时钟的定时回调（punctuator）。',
        ],
        event: { text: '你选的每一项都用同样的点击运行过了。', atMs: undefined },
        config: '流时间属于任务，任务属于分区。',
        sources: [{ text: 'Kafka 文档，Streams 架构：分区与任务', url: sources.tasks }],
      }),
    },
    vary: {
      heading: () => '别的窗口',
      body: () => [
        '跳跃窗口互相重叠，滑动窗口随记录开始和结束，会话窗口只要还有记录就继续变长。每次改动之前，先说哪些点击会计入。',
      ],
    },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    nine: {
      ask: () => '9 秒的点击会怎样？',
      option: (_, id) =>
        ({
          counted: '计入 [0, 10)',
          dropped: '被丢弃：流时间已过 10 秒',
          'next-window': '计入当前的窗口 [10, 20)',
        })[id] ?? id,
      row: () => '9 秒的点击',
      short: (id) => ({ counted: '计入', dropped: '丢弃', 'next-window': '在 [10, 20)' })[id] ?? id,
    },
    'saw-nine': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'edge-stayed': '点击计入了，流时间没有动',
          'edge-back': '流时间退回到 9 秒',
          printed: '`counts` 里写出了 [0, 10) 的计数',
        })[id] ?? id,
    },
    count: {
      ask: () => '最后写出的 [0, 10) 的计数是多少？',
      option: (_, id) => id,
      row: () => '[0, 10) 的计数',
      short: (id) => id,
    },
    eight: {
      ask: () => '8 秒的点击会怎样？',
      option: (_, id) =>
        ({
          counted: '和 9 秒的一样计入 [0, 10)',
          dropped: '被丢弃',
          corrected: '计入，并写出更正后的 [0, 10) 计数',
        })[id] ?? id,
      row: () => '8 秒的点击',
      short: (id) => ({ counted: '计入', dropped: '丢弃', corrected: '更正' })[id] ?? id,
    },
    'saw-eight': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'closed-by-fifteen': '15 秒的点击关闭了 [0, 10)，计数写出一次',
          'closed-by-clock': '15 秒的点击到来之前，时钟就关闭了 [0, 10)',
          'each-update': '每次点击都写出一个计数',
        })[id] ?? id,
    },
    next: {
      ask: () => '[10, 20) 的计数什么时候写出？',
      option: (_, id, [value = 25]) =>
        ({
          'at-25': `时钟到 ${value} 秒时`,
          later: '再晚一些，随下一次提交',
          never: '没有人点击就不写出',
        })[id] ?? id,
      row: () => '[10, 20) 的计数',
      short: (id, [value = 25]) => ({ 'at-25': `${value} 秒`, later: '更晚', never: '没有写出' })[id] ?? id,
    },
    'saw-silence': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          waits: '状态存储里 [10, 20) 是 2，什么也没有写出',
          printed: '[10, 20) 的计数写出了',
          lost: '[10, 20) 的两次点击没有了',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '哪些能让它写出来？',
      option: (_, id, [value = 0]) =>
        ({
          wait: `等 ${value} 分钟`,
          'no-grace': '宽限期设为 0 秒',
          'same-partition': `另一个页面上 ${value} 秒的点击，在同一分区`,
          'other-partition': `另一个页面上 ${value} 秒的点击，在另一分区`,
        })[id] ?? id,
    },
  },
  corrections: {
    M21: '关闭窗口的不是时钟，而是流时间：*任务*取过的最大事件时间，只有记录才能推动它。',
    M22: '迟到不等于太迟：只要窗口终点晚于流时间减去宽限期，窗口就接收记录；从那以后才丢弃。',
    M23: '没有 `suppress`，窗口的每次更新都写出；有了它，只在窗口关闭时写出一次最终计数。',
  },
  trial: (_, { outcome }) => {
    const printed = printedFor(outcome, 10 * second);
    return printed === undefined
      ? `到 ${seconds(outcome.atMs)}，[10, 20) 的计数没有写出。`
      : `[10, 20) 的计数 ${printed.count} 在 ${seconds(printed.atMs)} 写出。`;
  },
  challenge: {
    goal: () => '保留 10 秒的窗口。能不能既让 8 秒的点击计入，又写出 [0, 10) 的计数？',
    hint: '按流时间，[0, 10) 要等 8 秒的点击多久？它等待的时候写出什么？',
    met: (_, view) =>
      `没有丢弃（${droppedOf(view).length}），写出了 ${printedOf(view).length} 个计数。早来的不是最终结果，最终结果来得晚：由你选择。`,
  },
};
