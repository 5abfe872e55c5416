import type { Language } from '../texts/languages.js';

/** What a scenario is about; the first page lists them by it. */
export type Subject = 'sharing' | 'groups' | 'offsets' | 'storage' | 'streams';

/** What the page knows of a scenario before it is opened: everything else is loaded with it. */
export interface ListedScenario {
  readonly number: number;
  readonly subject: Subject;
  /** How long it takes. */
  readonly minutes: number;
  readonly names: Readonly<Record<Language, { readonly title: string; readonly objective: string }>>;
  readonly firstStep: string;
  readonly lastStep: string;
  /** The ids of its questions that ask for a prediction. */
  readonly predictions: readonly string[];
}

/** All scenarios, by the name that addresses them. */
export const catalogue = {
  'three-ways': {
    number: 1,
    subject: 'sharing',
    minutes: 8,
    names: {
      en: {
        title: 'Three ways to share twelve orders',
        objective: 'Tell queue, publish/subscribe and groups apart',
      },
      'zh-Hans': { title: '十二条订单记录的三种分法', objective: '分清队列、发布/订阅和消费者组' },
    },
    firstStep: 'records',
    lastStep: 'play',
    predictions: ['slow-share', 'overtaking', 'copies', 'group-split', 'group-rest'],
  },
  'fourth-consumer': {
    number: 3,
    subject: 'groups',
    minutes: 7,
    names: {
      en: { title: 'The fourth consumer', objective: 'Partitions bound how many can work' },
      'zh-Hans': { title: '第四个消费者', objective: '分区数决定能有多少成员工作' },
    },
    firstStep: 'members',
    lastStep: 'play',
    predictions: ['idle', 'takeover', 'record'],
  },
  order: {
    number: 4,
    subject: 'sharing',
    minutes: 6,
    names: {
      en: { title: 'Where does order live?', objective: 'Order lives in a partition; keys choose it' },
      'zh-Hans': { title: '顺序在哪里？', objective: '顺序在分区之内，键决定分区' },
    },
    firstStep: 'orders',
    lastStep: 'play',
    predictions: ['places', 'sequence', 'keyed'],
  },
  'add-partition': {
    number: 5,
    subject: 'sharing',
    minutes: 6,
    names: {
      en: { title: 'Just add a partition', objective: 'Another number of partitions gives keys other places' },
      'zh-Hans': { title: '只是加个分区', objective: '分区数一变，键就换位置' },
    },
    firstStep: 'half-done',
    lastStep: 'play',
    predictions: ['moves', 'stays', 'shrink'],
  },
  'read-again': {
    number: 2,
    subject: 'offsets',
    minutes: 6,
    names: {
      en: { title: 'Read it again', objective: 'Reading is not removing' },
      'zh-Hans': { title: '再读一遍', objective: '读取不等于删除' },
    },
    firstStep: 'drain',
    lastStep: 'play',
    predictions: ['left', 'newcomer', 'rewind'],
  },
  reset: {
    number: 7,
    subject: 'offsets',
    minutes: 8,
    names: {
      en: { title: 'Earliest, latest, none', objective: 'Where a group begins, and when that is asked' },
      'zh-Hans': { title: 'earliest、latest、none', objective: '组从哪里开始，何时才会问到' },
    },
    firstStep: 'groups',
    lastStep: 'play',
    predictions: ['earliest', 'latest', 'known', 'none', 'parked'],
  },
  rewind: {
    number: 8,
    subject: 'offsets',
    minutes: 8,
    names: {
      en: { title: 'Rewind, skip, jump in time', objective: 'Position, committed, end and lag; and how to set them' },
      'zh-Hans': { title: '倒回、跳过、按时间跳转', objective: '位置、已提交、末端与滞后，以及怎样设置' },
    },
    firstStep: 'offsets',
    lastStep: 'play',
    predictions: ['next', 'shift', 'active', 'seek', 'date'],
  },
  crash: {
    number: 9,
    subject: 'offsets',
    minutes: 7,
    names: {
      en: { title: 'Crash between two lines', objective: 'At most once, at least once, and what closes the gap' },
      'zh-Hans': { title: '两行代码之间的崩溃', objective: '至多一次、至少一次，以及怎样弥补' },
    },
    firstStep: 'loop',
    lastStep: 'play',
    predictions: ['first', 'after', 'auto'],
  },
  'too-slow': {
    number: 10,
    subject: 'groups',
    minutes: 7,
    names: {
      en: { title: 'Too slow to stay', objective: 'Heartbeats and polls are two things' },
      'zh-Hans': { title: '太慢，留不住', objective: '心跳与轮询是两回事' },
    },
    firstStep: 'slow',
    lastStep: 'play',
    predictions: ['stays', 'commit', 'progress'],
  },
  rebalance: {
    number: 11,
    subject: 'groups',
    minutes: 9,
    names: {
      en: {
        title: 'Rebalance three ways',
        objective: 'What eager, cooperative and KIP-848 pause, and what static members save',
      },
      'zh-Hans': { title: '再平衡的三种方式', objective: 'eager、协作式、KIP-848 各停顿什么，静态成员省下什么' },
    },
    firstStep: 'restart',
    lastStep: 'play',
    predictions: ['eager', 'cooperative', 'consumer', 'static'],
  },
  retention: {
    number: 13,
    subject: 'storage',
    minutes: 6,
    names: {
      en: {
        title: 'The message that outlived its retention',
        objective: 'Retention deletes segments, not messages',
      },
      'zh-Hans': { title: '活过保留期的消息', objective: '保留策略删除的是段，不是消息' },
    },
    firstStep: 'records',
    lastStep: 'play',
    predictions: ['old-record', 'left'],
  },
  compaction: {
    number: 14,
    subject: 'storage',
    minutes: 7,
    names: {
      en: { title: 'Compaction is a janitor, not a database', objective: 'What the cleaner leaves, and when' },
      'zh-Hans': { title: '压缩是清洁工，不是数据库', objective: '清理器留下什么，什么时候清理' },
    },
    firstStep: 'changes',
    lastStep: 'play',
    predictions: ['survivors', 'minute', 'second'],
  },
  'price-table': {
    number: 15,
    subject: 'streams',
    minutes: 8,
    names: {
      en: { title: 'Rebuild a table from its log', objective: 'A table is the newest of each key in a log' },
      'zh-Hans': { title: '从日志重建一张表', objective: '表就是日志里每个键的最新值' },
    },
    firstStep: 'table',
    lastStep: 'play',
    predictions: ['rows', 'deleted', 'reads', 'compacted', 'kept'],
  },
  'retail-desk': {
    number: 19,
    subject: 'streams',
    minutes: 10,
    names: {
      en: { title: 'The retail desk: reorders and prices', objective: 'Compute streams from streams, and survive it' },
      'zh-Hans': { title: '零售柜台：补货与调价', objective: '由流算出流，并且挺过故障' },
    },
    firstStep: 'desk',
    lastStep: 'play',
    predictions: ['reorder', 'updates', 'takeover', 'again', 'new-code'],
  },
  'silent-joins': {
    number: 21,
    subject: 'streams',
    minutes: 10,
    names: {
      en: { title: 'Joins that say nothing', objective: 'What each join answers, and where partners must lie' },
      'zh-Hans': { title: '不出声的连接', objective: '每种连接回答什么，双方必须在哪里' },
    },
    firstStep: 'sales',
    lastStep: 'play',
    predictions: ['stream-table', 'table-table', 'stream-stream', 'partitions', 'fourth'],
  },
  'late-window': {
    number: 20,
    subject: 'streams',
    minutes: 8,
    names: {
      en: { title: 'Late to the window', objective: 'Event time, grace, and what moves stream time' },
      'zh-Hans': { title: '迟到的窗口', objective: '事件时间、宽限期，以及什么推动流时间' },
    },
    firstStep: 'clicks',
    lastStep: 'play',
    predictions: ['nine', 'eight', 'count', 'next'],
  },
} as const satisfies Readonly<Record<string, ListedScenario>>;

export type ScenarioName = keyof typeof catalogue;

export const scenarioNames = Object.keys(catalogue) as readonly ScenarioName[];
