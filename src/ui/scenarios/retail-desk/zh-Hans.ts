import type { StreamsRunView } from '../../../engine/scenario/streams-run-view.js';
import { cellsOf, type StreamsScenarioTexts } from '../streams-outcome.js';
import { streamsSources as sources } from '../streams-sources.js';
import {
  adjustmentsUntil,
  deskTask,
  isRight,
  itemsIn,
  levelAt,
  levelsUntil,
  movedIn,
  reordersUntil,
  takenOver,
} from './outcome.js';
import { killAtMs, killEndMs, program, salesEndMs } from './run.js';
import type { QuestionId, StepId } from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;
const lastReorderMs = (outcome: StreamsRunView): number | undefined => cellsOf(outcome, 'reorders').at(-1)?.storedAtMs;

/** The words of scenario 19 in Simplified Chinese. */
export const simplifiedChinese: StreamsScenarioTexts<StepId, QuestionId> = {
  recordName: (context, record) => context.label(record),
  recordsLegend: () => '',
  steps: {
    desk: {
      heading: () => '流进，流出',
      body: ({ own }) =>
        own
          ? [
              '你的销售和到货写入两个主题。应用由此算出每种商品的库存、补货单和调价。',
              `每种商品开始时有 ${program.openingStock} 件，低于 ${program.reorderBelow} 件就补货。10 秒内卖出 ${program.fastSales} 件以上的商品会涨价。`,
            ]
          : [
              '一家商店有销售流和到货流。一个应用由此算出别的流：每种商品的库存、补货单和调价。',
              `每种商品开始时有 ${program.openingStock} 件，低于 ${program.reorderBelow} 件就补货。销售以订单为键，库存按商品计数。所以每条记录先经过一个*重分区主题*（repartition topic），在那里按商品存放。`,
              '两个实例分担任务：每个子拓扑的每个分区是一个任务（task）。',
            ],
      goOn: '会补什么货？',
    },
    reorder: {
      heading: () => '六次销售和一次到货',
      body: () => ['sku-1：先后卖出 3、2、2 件。sku-2：卖出 4 件，到货 5 件，又卖出 4 件。sku-4：卖出 2 件。'],
    },
    updates: {
      heading: () => '写出了什么',
      body: () => [
        '每种商品的库存是状态存储里的一张*表*。`stock-levels` 是作为流的这张表。缓存关闭，`statestore.cache.max.bytes` 为 0。',
      ],
    },
    'run-sales': {
      heading: () => '看主题怎样填满',
      body: () => ['看一次销售怎样经过重分区主题到达状态存储，存储的每次变化写出了什么。'],
    },
    'saw-sales': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `进来 ${levelsUntil(outcome, salesEndMs).length} 条记录，出去 ${levelsUntil(outcome, salesEndMs).length} 条库存：作为流的表是它的变化，而不是它的行。存储的每次变化也是变更日志里的一条记录。`,
          `只有 ${reordersUntil(outcome, salesEndMs).join('、')} 低于 ${program.reorderBelow}。sku-2 卖得更多，但中间到了货。`,
        ],
        event: {
          text: '处理了使 sku-1 降到 3 的那次销售，写出一张补货单。',
          atMs: cellsOf(outcome, 'reorders')[0]?.storedAtMs,
        },
        config: '`statestore.cache.max.bytes` = 0：什么也不扣住。有缓存时，两次提交之间同一个键的多次更新合成一次。',
        sources: [
          { text: 'Kafka 文档，Streams：流与表的对偶', url: sources.duality },
          { text: 'Kafka 文档，Streams：内存管理', url: sources.memory },
        ],
      }),
      goOn: '如果一个实例死了呢？',
    },
    takeover: {
      heading: () => 'desk-2 被杀掉',
      body: () => [
        `在 ${seconds(killAtMs)}，desk-2 被杀掉。sku-1 和 sku-2 的任务在它那里；sku-1 的库存是 3。两秒后又卖出一件 sku-1。`,
      ],
    },
    again: {
      heading: () => '库存从哪里来？',
      body: () => ['desk-2 的状态存储在它的内存里和它自己的磁盘上。desk-1 两样都没有。'],
    },
    'run-kill': {
      heading: () => '看任务怎样转移',
      body: () => ['看谁得到 desk-2 的任务，什么时候，在取下一次销售之前它做什么。'],
    },
    'saw-kill': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const span = takenOver(outcome);
        return {
          paragraphs: [
            `会话超时之后，组把任务 ${deskTask} 交给 desk-1。它读了该任务变更日志的 ${span?.restoredRecords ?? 0} 条记录，恢复了状态存储，然后取走等着的那次销售。sku-1 的库存是 ${levelAt(outcome, 'sku-1', killEndMs) ?? 0}。`,
            `那次销售还关闭了 sku-2 卖出 8 件的 10 秒窗口：${adjustmentsUntil(outcome, killEndMs).join('、')} 涨价了。连 \`suppress\` 里等着的东西也恢复了。`,
            '没有销售被处理两次，因为全都已经提交。假如 desk-2 死在一次变化和下一次提交之间，其间的销售会被再取一次、再减一次：至少一次（at least once）。',
          ],
          event: { text: `desk-1 恢复了任务 ${deskTask} 的状态。`, atMs: span?.restoredAtMs },
          config: '`session.timeout.ms` 决定何时发现（这里 6 秒）；`num.standby.replicas` 会备好一份副本。',
          sources: [
            { text: 'Kafka 文档，Streams 架构：容错', url: sources.recovery },
            { text: 'Kafka 文档，Streams：处理保证', url: sources.guarantees },
          ],
        };
      },
      goOn: '如果代码变了呢？',
    },
    'new-code': {
      heading: () => '更早补货',
      body: () => [
        '新代码在低于 8 件时补货。关闭 desk-1，*重置*（reset）应用，再用新代码启动 desk-1：偏移量回到开头，状态存储和内部主题都没有了，一切重读。',
        '界限为 8 时，sku-1 和 sku-2 各补货一次。主题里有旧代码的一张补货单。',
      ],
    },
    'run-new-code': {
      heading: () => '看它重读过去',
      body: () => ['看内部主题消失又出现，`reorders` 和 `stock-levels` 里添了什么。'],
    },
    'saw-new-code': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `\`reorders\` 现在有 ${cellsOf(outcome, 'reorders').length} 条记录：旧代码的一条和新代码的两条。重置只动应用为自己创建的东西，从不动它的输出：读过的人已经读过了。`,
          '库存是对的，因为是从零开始算的。不过看看 sku-2 的库存：这次是 6、2、7，而不是 6、11、7。重读时销售和到货以另一种先后相遇，只有终点相同。',
        ],
        event: { text: '写出了新代码的最后一张补货单。', atMs: lastReorderMs(outcome) },
        config: '`kafka-streams-application-reset`，以及清除实例自己磁盘的 `KafkaStreams#cleanUp`。',
        sources: [{ text: 'Kafka 文档，Streams：应用重置工具', url: sources.reset }],
      }),
      goOn: '还能怎么做？',
    },
    'saw-own': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `进来 ${movedIn(outcome)} 条记录，出去 ${cellsOf(outcome, 'stock-levels').length} 条库存，商品共 ${itemsIn(outcome)} 种：作为流的表是它的变化。`,
          `补货：${reordersUntil(outcome, outcome.atMs).join('、') || '无'}。涨价：${adjustmentsUntil(outcome, outcome.atMs).join('、') || '无'}。同一分区里更晚的销售关闭窗口之后，窗口才有定论。`,
        ],
        event: {
          text: '写出了最后一条库存。',
          atMs: cellsOf(outcome, 'stock-levels').at(-1)?.storedAtMs ?? outcome.atMs,
        },
        config: '`statestore.cache.max.bytes` = 0：什么也不扣住。',
        sources: [{ text: 'Kafka 文档，Streams：流与表的对偶', url: sources.duality }],
      }),
      goOn: '改一改',
    },
    guarantee: {
      heading: () => '新规则用于旧销售',
      body: () => ['假设新规则要用于*全部*销售，而且库存要对：sku-1 是 2，sku-2 是 7，sku-4 是 8。'],
      explanation: () => ({
        paragraphs: [
          '从头读的人也必须从零算起：偏移量和状态存储是一体的。只退回偏移量，每次销售都会被再减一次。',
          '新的 `application.id` 有自己的偏移量、状态存储和内部主题，旧应用可以一直运行到新应用赶上为止。',
        ],
        event: { text: '你选的每一项都用同样的销售运行过了。', atMs: undefined },
        config: '`application.id` 是组的名字，因而决定偏移量，也是所有内部主题的前缀。',
        sources: [{ text: 'Kafka 文档，Streams：应用重置工具', url: sources.reset }],
      }),
    },
    vary: {
      heading: () => '改一改，看一看',
      body: () => ['每次改动都会立即运行。改之前先说你预期什么。'],
    },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    reorder: {
      ask: () => `到 ${seconds(salesEndMs)}，哪些商品补了货？`,
      option: (_, id) =>
        ({ 'sku-1': '只有 sku-1', 'sku-2': '只有 sku-2', 'sku-1+sku-2': 'sku-1 和 sku-2', nothing: '都没有' })[id] ??
        id,
      row: () => '补货的商品',
      short: (id) => ({ 'sku-1': '仅 sku-1', 'sku-2': '仅 sku-2', 'sku-1+sku-2': '两种', nothing: '无' })[id] ?? id,
    },
    updates: {
      ask: ({ own }) => `${own ? '最后' : `到 ${seconds(salesEndMs)}`}，\`stock-levels\` 有几条记录？`,
      option: (_, id) => id,
      row: () => '写出的库存',
      short: (id) => id,
    },
    'saw-sales': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'each-update': '每次销售和到货都写出一条库存；一种商品补了货',
          'last-only': '每种商品写出一条库存',
          'by-order': '库存按订单计数，和销售的键一样',
        })[id] ?? id,
    },
    takeover: {
      ask: () => '那次销售之后写出的 sku-1 库存是多少？',
      option: (_, id) => id,
      row: () => '杀掉之后 sku-1 的库存',
      short: (id) => id,
    },
    again: {
      ask: () => 'desk-1 怎样得到 sku-1 的库存？',
      option: (_, id) =>
        ({
          changelog: '读状态存储的变更日志（changelog）',
          sales: '把所有销售再处理一遍',
          disk: '它已经有一份副本',
        })[id] ?? id,
      row: () => '状态来自',
      short: (id) => ({ changelog: '变更日志', sales: '销售', disk: '自己的副本' })[id] ?? id,
    },
    'saw-kill': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'came-back': '任务转移了，库存恢复了，等着的销售也取走了',
          'began-anew': '库存从初始值重新开始',
          'sale-lost': '其间到来的销售丢了',
        })[id] ?? id,
    },
    'new-code': {
      ask: () => '最后 `reorders` 有几条记录？',
      option: (_, id) => id,
      row: () => '最后的补货单',
      short: (id) => id,
    },
    'saw-new-code': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          added: '新的补货单加在旧的后面，库存是对的',
          replaced: '旧的补货单没有了',
          'counted-twice': '销售被减了两次',
        })[id] ?? id,
    },
    'saw-own': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'each-update': '每次销售和到货都写出一条库存',
          'last-only': '每种商品写出一条库存',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '哪些做得到？',
      option: (_, id) =>
        ({
          restart: '直接启动新代码',
          'offsets-only': '把偏移量退到最早，再启动',
          reset: '重置应用，再启动',
          'new-id': '用新的 `application.id` 启动',
        })[id] ?? id,
    },
  },
  corrections: {
    M1: '输出也是普通的主题：写出并读过的东西，没有什么能收回。',
    M8: '组从提交的地方继续。只换代码，什么也不会重读。',
    M9: '记录在分区里等着，直到拥有它的人从提交的偏移量继续读。',
    M23: '作为流的表是它的变化：每次更新一条记录，除非缓存或 `suppress` 扣住一些。',
    M24: '记录按分区相遇：键不同的，先经过重分区主题。',
    M28: '状态存储是变更日志这个主题的累积。谁得到任务，谁就读它，再从最后一次提交的地方继续。',
  },
  trial: (_, { outcome }) => {
    const stock = outcome.applications
      .flatMap(({ tasks }) => tasks.flatMap(({ stores }) => stores))
      .filter(({ store }) => store === 'stock')
      .flatMap(({ rows }) => rows.map(({ key, value }) => `${key} ${value}`));
    const added = cellsOf(outcome, 'reorders').filter(({ storedAtMs }) => storedAtMs > killEndMs).length;
    return `${isRight(outcome) ? '对' : '不对'}：库存 ${stock.join('，')}；新补货单 ${added} 张。`;
  },
  challenge: {
    goal: ({ own }) =>
      own
        ? '能不能让 `stock-levels` 的记录比进来的销售和到货更少？'
        : `能不能让 \`stock-levels\` 在 ${seconds(killAtMs)}之前最多有三条、至少有一条记录？`,
    hint: '什么可以扣住更新，扣到什么时候？',
    met: ({ own }, view) =>
      `写出了 ${levelsUntil(view, own ? view.atMs : killAtMs).length} 条：缓存把每个键最新的值留到提交。读这个主题的人看到的中间状态更少。`,
  },
};
