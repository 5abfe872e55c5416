import type { Language } from '../texts/languages.js';

/** What a scenario is about; the first page lists them by it. */
export type Subject = 'sharing' | 'groups' | 'offsets' | 'storage';

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
} as const satisfies Readonly<Record<string, ListedScenario>>;

export type ScenarioName = keyof typeof catalogue;

export const scenarioNames = Object.keys(catalogue) as readonly ScenarioName[];
