import { cellsOf, processedBy, type StreamsScenarioTexts } from '../streams-outcome.js';
import { streamsSources as sources } from '../streams-sources.js';
import {
  outputs,
  partitionOfKey,
  pricedOf,
  refusalOf,
  streamStream,
  streamTable,
  tableTable,
  unequal,
  type QuestionId,
  type StepId,
} from './scenario.js';

const same = '还是那四条记录：sale 1，价格 10，sale 2，价格 12，都是 sku-1。';

/** The words of scenario 21 in Simplified Chinese. */
export const simplifiedChinese: StreamsScenarioTexts<StepId, QuestionId> = {
  recordName: (context, record) => context.label(record),
  recordsLegend: () => '',
  steps: {
    sales: {
      heading: () => '卖出时是什么价？',
      body: () => [
        '两个主题：`sales` 和 `prices`，都以商品为键。先卖出一件，价格还不知道；价格来了，10；又卖出一件；然后价格变成 12。',
        '三个应用用不同的连接（join）把两个主题连起来。你会一个接一个地看到它们。',
      ],
      goOn: '流与表',
    },
    'stream-table': {
      heading: () => '流–表连接',
      body: () => [
        '第一个应用把 `sales` 当作流（stream），把 `prices` 当作表（table），每次销售与表里的价格连接。（内连接：没有价格就没有结果。）',
        same,
      ],
    },
    'run-stream-table': {
      heading: () => '看表和输出',
      body: () => ['看销售到来时状态存储里有什么，新价格又做了什么。'],
    },
    'saw-stream-table': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `${pricedOf(outcome, streamTable).length} 条结果：${pricedOf(outcome, streamTable).join('，')}。销售只在被处理时查一次表。sale 1 什么也没查到，悄无声息地没有了：内连接不会说。`,
          '新价格改变表，但什么也不写出。它不会回头去找过去的销售。',
          '它也不看时间：表里是最后到来的。时间戳更早、却来得更晚的价格会取代更新的价格。带版本的表（KIP-889）则按销售自己的时间查价格。',
        ],
        event: {
          text: '处理了 sale 1：那时表里没有 sku-1 的行。',
          atMs: processedBy(outcome, streamTable).find(({ value }) => value === 'sale 1')?.atMs,
        },
        config: '`KStream#join(KTable)`：只有流的一边触发。',
        sources: [{ text: 'Kafka 文档，Streams DSL：连接', url: sources.joining }],
      }),
      goOn: '两张表',
    },
    'table-table': {
      heading: () => '表–表连接',
      body: () => ['第二个应用把两个主题都当作表：每种商品最新的销售和最新的价格。', same],
    },
    'run-table-table': {
      heading: () => '看两张表',
      body: () => ['看两个状态存储，以及任何一边的变化写出了什么。'],
    },
    'saw-table-table': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `${pricedOf(outcome, tableTable).length} 条结果：${pricedOf(outcome, tableTable).join('；')}。结果本身是一张表，两边都能改变它。所以来晚的价格与 sale 1 连接上了。`,
          '只有最新的与最新的相遇：sale 1 at 12 不会出现，因为 sale 2 已取代了它。',
        ],
        event: {
          text: '价格 10 到来时，另一张表里已有 sale 1，于是写出一条结果。',
          atMs: cellsOf(outcome, outputs[tableTable])[0]?.storedAtMs,
        },
        config: '`KTable#join(KTable)`：两边都触发；这里缓存关闭。',
        sources: [{ text: 'Kafka 文档，Streams DSL：连接', url: sources.joining }],
      }),
      goOn: '两条流',
    },
    'stream-stream': {
      heading: () => '流–流连接',
      body: () => ['第三个应用把两边都当作流，把同一商品、前后相差最多 10 秒的记录连接起来。', same],
    },
    'run-stream-stream': {
      heading: () => '看两边的窗口',
      body: () => ['两边各有一个状态存储，只要还可能遇到对方，就一直留着。'],
    },
    'saw-stream-stream': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `${pricedOf(outcome, streamStream).length} 条结果：两次销售和两个价格，彼此都在 10 秒之内，组成四对。后到的一方在对方的存储里找到先到的。`,
          '对于本来属于一起的事件，比如点击和浏览，这是对的。价格是状态，不是事件：这里它与从不适用的销售配了对。',
        ],
        event: {
          text: '价格 12 遇到两次销售，写出两条结果。',
          atMs: cellsOf(outcome, outputs[streamStream]).at(-1)?.storedAtMs,
        },
        config: '`JoinWindows.ofTimeDifferenceWithNoGrace(10 s)`',
        sources: [{ text: 'Kafka 文档，Streams DSL：连接', url: sources.joining }],
      }),
      goOn: '两边不合时',
    },
    partitions: {
      heading: () => '三个分区与四个分区',
      body: () => [
        '另一家商店：`price-list` 有 3 个分区，存着 sku-1 和 sku-2 的价格。`orders` 有 4 个。一个应用把订单（流）与价格（表）连接。',
        '键所在的分区是 murmur2(键) 除以分区数的余数。3 个分区时，sku-1 和 sku-2 都在 p1；4 个时，sku-1 在 p3，sku-2 在 p1。',
      ],
    },
    'run-partitions': {
      heading: () => '看它启动',
      body: () => ['看应用怎样了。'],
    },
    'saw-partitions': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `它立刻失败：${refusalOf(outcome)?.code ?? ''}。一个任务读两个主题的同一个分区，所以两边的分区数必须相等：它们必须*共同分区*（co-partitioned）。`,
          '这是查得出的，是好的情形。查不出的在后面。',
        ],
        event: { text: `应用报告：${refusalOf(outcome)?.message ?? ''}`, atMs: refusalOf(outcome)?.atMs },
        config: '两个主题的分区数。',
        sources: [{ text: 'Kafka 文档，Streams DSL：共同分区', url: sources.copartitioning }],
      }),
      goOn: '那就加一个分区',
    },
    fourth: {
      heading: () => '四个与四个',
      body: () => [
        '有人给 `price-list` 加了一个分区（`kafka-topics --alter --partitions 4`），再启动应用。然后有 sku-1 的订单，又有 sku-2 的订单。',
      ],
    },
    'run-fourth': {
      heading: () => '看任务',
      body: () => ['看哪个任务取走哪个订单，价格又在哪个任务里。'],
    },
    'saw-fourth': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `它在运行，对缺了什么只字不提：只有 ${pricedOf(outcome, unequal).join('，')}。sku-1 的订单去了 p${partitionOfKey(outcome, 'orders', 'sku-1') ?? ''}；它的价格还在 p${partitionOfKey(outcome, 'price-list', 'sku-1') ?? ''}，是三个分区时写在那里的。加分区不会搬动任何记录。`,
          '两个数字相等，检查就通过了。键是否放在同样的地方，没有人能检查：一边用了别的分区器（partitioner）也会这样。',
        ],
        event: {
          text: '处理 sku-1 订单的任务里没有它的价格。',
          atMs: processedBy(outcome, unequal).find(({ value }) => value === 'sale 3')?.atMs,
        },
        config: '`kafka-topics --alter --partitions` 只改变新记录的去处。',
        sources: [{ text: 'Kafka 文档，Streams DSL：共同分区', url: sources.copartitioning }],
      }),
      goOn: '什么有用？',
    },
    guarantee: {
      heading: () => '两个订单都要有价格',
      body: () => ['假设两个订单都必须带着价格出来：sale 3 是 10，sale 4 是 20。'],
      explanation: () => ({
        paragraphs: [
          '记录必须去到对方所在的地方。`repartition()` 把两边按键重写到同样大小的主题里。`GlobalKTable` 在每个实例上都是完整的，根本不需要分区。或者把价格再写一遍，分区器会把它们放到现在该在的地方。',
          '左连接也找不到价格，但它*会说*：“at no price” 是一条能被人注意到的结果。',
        ],
        event: { text: '你选的每一项都用同样的记录运行过了。', atMs: undefined },
        config: '`repartition()`、`GlobalKTable`、`leftJoin`。',
        sources: [
          { text: 'Kafka 文档，Streams DSL：连接', url: sources.joining },
          { text: 'Kafka 文档，Streams DSL：共同分区', url: sources.copartitioning },
        ],
      }),
    },
    vary: {
      heading: () => '别的连接',
      body: () => ['给订单换一种连接，先说会出来什么。'],
    },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    'stream-table': {
      ask: () => '写出几条结果？',
      option: (_, id) => id,
      row: () => '流–表的结果',
      short: (id) => id,
    },
    'saw-stream-table': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'only-sale-2': '只出来 sale 2，价格 10',
          waited: 'sale 1 等到了价格，以 10 出来',
          again: '价格变化时 sale 2 又出来一次',
        })[id] ?? id,
    },
    'table-table': {
      ask: () => '写出几条结果？',
      option: (_, id) => id,
      row: () => '表–表的结果',
      short: (id) => id,
    },
    'saw-table-table': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'both-sides': '两边都有行之后，任何一张表的每次变化都写出结果',
          'sales-only': '只有销售写出结果',
          'every-pair': '每次销售与每个价格都出来一次',
        })[id] ?? id,
    },
    'stream-stream': {
      ask: () => '写出几条结果？',
      option: (_, id) => id,
      row: () => '流–流的结果',
      short: (id) => id,
    },
    'saw-stream-stream': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'every-pair': '每次销售与每个价格都出来一次',
          nearest: '每次销售与最近的价格出来',
          'like-table': '每次销售与之前的价格出来',
        })[id] ?? id,
    },
    partitions: {
      ask: () => '应用会怎样？',
      option: (_, id) =>
        ({
          works: '照样连接：由键决定，与分区无关',
          'some-missing': '在运行，但有些订单找不到价格',
          refused: '什么也没处理就失败',
        })[id] ?? id,
      row: () => '三个与四个分区',
      short: (id) => ({ works: '正常', 'some-missing': '有缺', refused: '失败' })[id] ?? id,
    },
    'saw-partitions': {
      ask: () => '发生了哪一种？',
      option: (_, id) => ({ failed: '失败了，并说了原因', runs: '在运行' })[id] ?? id,
    },
    fourth: {
      ask: () => '哪些订单找到价格？',
      option: (_, id) =>
        ({ both: '两个都找到：分区数现在相等', 'second-only': '只有 sku-2 的', none: '都没有' })[id] ?? id,
      row: () => '四个与四个分区',
      short: (id) => ({ both: '两个', 'second-only': '仅 sku-2', none: '无' })[id] ?? id,
    },
    'saw-fourth': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          elsewhere: 'sku-1 的订单和价格在不同的任务里',
          moved: '价格搬到了现在该在的分区',
          error: '应用又失败了',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '哪些能让两个都带着价格出来？',
      option: (_, id) =>
        ({
          restart: '再启动一次应用',
          left: '左连接',
          repartition: '两边都 `repartition()`',
          global: '把价格当作 `GlobalKTable`',
          'write-again': '把价格再写一遍',
        })[id] ?? id,
    },
  },
  corrections: {
    M6: '加分区改变的是键的*下一条*记录去哪里。已经写下的留在原处。',
    M24: '连接不是查询：记录到来时，拥有那个分区的任务说一次；那时没找到对方的，就没有声音。',
  },
  trial: (_, { outcome }) => `出来的是：${pricedOf(outcome, unequal).join('，') || '什么也没有'}。`,
  challenge: {
    goal: () => '主题保持原样。能不能让应用*说出*它没找到 sku-1 的价格？',
    hint: '哪种连接会把没找到对方的记录传下去？',
    met: (_, view) => `它说：${pricedOf(view, unequal).join('，')}。沉默变成了可以留意的东西。`,
  },
};
