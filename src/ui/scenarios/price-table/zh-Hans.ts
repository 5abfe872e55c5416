import { cellsOf, type StreamsScenarioTexts } from '../streams-outcome.js';
import { streamsSources as sources } from '../streams-sources.js';
import {
  changelog,
  changes,
  cleanedOf,
  isWhole,
  restoredAfter,
  restarts,
  spansOf,
  tableOf,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

/** The words of scenario 15 in Simplified Chinese. */
export const simplifiedChinese: StreamsScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `变化 ${record}`,
  recordsLegend: () => '',
  steps: {
    table: {
      heading: () => '一张价格表',
      body: () => [
        '一个应用把主题 `prices` 当作*表*（table）来读：每条记录是一种商品的新价格，没有值的记录，即墓碑（tombstone），把商品去掉。',
        'sku-1 先后是 10、9、8、7。sku-2 是 20，然后被去掉。sku-3 先后是 5、4、3。一共九条记录。',
        '表在实例的状态存储（store）里。它的每次变化也写进应用为自己创建的一个主题：*变更日志*（changelog）。',
      ],
      goOn: '表里有什么？',
    },
    rows: {
      heading: () => '九次变化之后',
      body: () => ['九条记录都读完了。'],
    },
    deleted: {
      heading: () => '磁盘被清空',
      body: () => [
        '然后实例关闭，它自己磁盘上的东西全部删除，再重新启动。不再有记录到来，应用也已提交：九条都读过了。',
      ],
    },
    reads: {
      heading: () => '它要读多少？',
      body: () => ['不管它怎样找回表：在处理任何东西之前，它要读若干条记录。'],
    },
    'run-full': {
      heading: () => '看状态存储消失又回来',
      body: () => [`看变更日志怎样随表增长，${seconds(restarts[0])}时发生什么。`],
    },
    'saw-full': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `实例从头读变更日志，共 ${restoredAfter(outcome, 0) ?? 0} 条，得到同样的表：${tableOf(outcome).join('，')}。把变化一个接一个地应用，剩下的就是表；变化的流和表是同一事物的两面。`,
          '它没有重读 `prices`：提交的偏移量说它读过了。状态和输入从不同的地方读。',
        ],
        event: { text: '任务恢复了状态。', atMs: spansOf(outcome)[1]?.restoredAtMs },
        config: '变更日志是普通的主题：`<application.id>-<store>-changelog`，经过压缩。',
        sources: [
          { text: 'Kafka 文档，Streams：流与表的对偶', url: sources.duality },
          { text: 'Kafka 文档，Streams 架构：容错', url: sources.recovery },
        ],
      }),
      goOn: '两行要读九条？',
    },
    compacted: {
      heading: () => '清理器来了',
      body: () => [
        '变更日志会被压缩（compaction）：清理器去掉已被同键新记录取代的记录。最后一段是活动段，保持原样；墓碑保留一分钟。（在压缩的场景里见过：同样的九条记录。）',
        '清理之后，磁盘再次清空。',
      ],
    },
    'run-compacted': {
      heading: () => '看清理器，再看重启',
      body: () => [`看变更日志的哪些记录消失，${seconds(restarts[1])}时读了多少条。`],
    },
    'saw-compacted': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `清理器从 ${changes.length} 条里去掉 ${cleanedOf(outcome)} 条。读了 ${restoredAfter(outcome, 1) ?? 0} 条，表还是一样：压缩保留每个键的最后一个值，表需要的正是这些。`,
          '并不是每行一条：sku-1 有两条，其中一条在活动段里；sku-2 的墓碑也还在，也要读。',
        ],
        event: { text: '任务恢复了状态。', atMs: spansOf(outcome)[2]?.restoredAtMs },
        config: '`cleanup.policy` = compact；这里 `min.compaction.lag.ms` 是 20 秒，好让你看到清理前后。',
        sources: [
          { text: 'Kafka 文档，Streams 架构：容错', url: sources.recovery },
          { text: 'Kafka 文档，Streams 架构：状态存储', url: sources.stores },
        ],
      }),
      goOn: '如果什么也没清空呢？',
    },
    kept: {
      heading: () => '关闭再启动',
      body: () => ['实例再关闭、启动一次，这次不动它的磁盘。'],
    },
    'run-kept': {
      heading: () => '看最后一次重启',
      body: () => [`看 ${seconds(restarts[2])}时读了什么。`],
    },
    'saw-kept': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `它读了 ${restoredAfter(outcome, 2) ?? 0} 条：它在状态存储旁边记着变更日志读到了哪里，即*检查点*（checkpoint），从那里继续读。`,
          '所以磁盘上的存储省的是时间，不是真相。真相在日志里。',
        ],
        event: { text: '任务立即开始处理。', atMs: spansOf(outcome)[3]?.restoredAtMs },
        config: '`state.dir`：实例保存状态存储及其检查点的地方。',
        sources: [{ text: 'Kafka 文档，Streams 架构：状态存储', url: sources.stores }],
      }),
      goOn: '表必须保存在哪里？',
    },
    guarantee: {
      heading: () => '所有磁盘都丢了',
      body: () => ['假设最后一次变化一分钟之后，所有实例都可能丢掉磁盘，而表必须完整地回来。'],
      explanation: () => ({
        paragraphs: [
          '表背后的日志必须保留每个键的最后一个值，不管多旧。压缩做得到；按时间删除会忘掉很久没变的东西。',
          '如果表就是某个主题原样读来的，那个主题可以充当变更日志：`topology.optimization` = all 省去一份副本。',
        ],
        event: { text: '你选的每一项都用同样的变化运行过了，最后又丢了一次。', atMs: undefined },
        config: '支撑表的主题用 `cleanup.policy` = compact。',
        sources: [{ text: 'Kafka 文档，Streams：优化', url: sources.optimization }],
      }),
    },
    vary: {
      heading: () => '存到别处',
      body: () => ['选择表保存在哪里，先说每次重启会读什么。'],
    },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    rows: {
      ask: () => '表有几行？',
      option: (_, id) => id,
      row: () => '表的行数',
      short: (id) => id,
    },
    deleted: {
      ask: () => '之后表里有什么？',
      option: (_, id) =>
        ({
          same: '和之前一样的行',
          empty: '什么也没有，直到有新价格',
          'input-again': '一样的行，因为它把 `prices` 全部再处理一遍',
        })[id] ?? id,
      row: () => '磁盘清空之后',
      short: (id) => ({ same: '一样', empty: '空', 'input-again': '再处理' })[id] ?? id,
    },
    reads: {
      ask: () => '多少条记录？',
      option: (_, id) => id,
      row: () => '从完整日志读',
      short: (id) => id,
    },
    'saw-full': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'from-changelog': '读了变更日志，表又回来了',
          'from-input': '`prices` 的记录又处理了一遍',
          'not-at-all': '什么也没读',
        })[id] ?? id,
    },
    compacted: {
      ask: () => '这次它读多少条？',
      option: (_, id) => id,
      row: () => '从压缩后的日志读',
      short: (id) => id,
    },
    'saw-compacted': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          fewer: '读的记录更少，表一样',
          'one-each': '每行读一条记录',
          'other-table': '表不一样了',
        })[id] ?? id,
    },
    kept: {
      ask: () => '现在又是多少条？',
      option: (_, id) => id,
      row: () => '磁盘还在时读',
      short: (id) => id,
    },
    'saw-kept': {
      ask: () => '发生了哪一种？',
      option: (_, id) =>
        ({
          'nothing-read': '什么也没读，表就在那里',
          'read-again': '变更日志又读了一遍',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '哪些能保住它？',
      option: (_, id, [value = 0]) =>
        ({
          compact: '压缩的变更日志',
          'input-topic': '没有变更日志，由输入主题代替',
          delete: `${value} 秒后删除的变更日志`,
          none: '完全没有变更日志',
        })[id] ?? id,
    },
  },
  corrections: {
    M14: '保留策略按时间删除，不看键。商品的最后一个价格可能正是最旧的记录。',
    M15: '压缩保留每个键的最后一个值，并在一段时间内保留更多：活动段和新墓碑。',
    M16: '没有值的记录是墓碑：它去掉那一行，自己也是一条要读的记录。',
    M28: '状态存储是变更日志的累积。丢了存储就读变更日志；存储还在，就从检查点继续读。',
  },
  trial: (_, { outcome }) =>
    `${isWhole(outcome) ? '完整' : '不完整'}：${tableOf(outcome).join('，') || '没有行'}；读了 ${restoredAfter(outcome, 3) ?? 0} 条。`,
  challenge: {
    goal: () => '能不能不要变更日志主题，而每次丢失之后表仍然完整？',
    hint: '哪个主题已经有同样的变化？',
    met: (_, view) =>
      `表是 ${tableOf(view).join('，')}，没有 ${changelog}：\`prices\` 的 ${cellsOf(view, 'prices').length} 条记录就是它的变更日志。`,
  },
};
