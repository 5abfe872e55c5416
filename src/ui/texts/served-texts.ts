/** The words about a broker that serves the page. */
export interface ServedTexts {
  readonly title: string;
  readonly lead: string;
  /** `problem` says what failed, in English. */
  readonly unreachable: (problem: string) => string;
  readonly noTopics: string;
  readonly partitions: (count: number) => string;
  readonly group: (group: string, state: string) => string;
  /** Names the drawing of a topic's partitions. */
  readonly tracks: (topic: string) => string;
  readonly record: (topic: string, partition: number, offset: number) => string;
  readonly timestamp: string;
  readonly key: string;
  readonly value: string;
  readonly header: (key: string) => string;
  readonly none: string;
  readonly tombstone: string;
}

export const englishServed: ServedTexts = {
  title: 'The broker that serves this page',
  lead: 'Its topics with their newest records, as they come. A filled flag stands where a group has committed. Looking changes nothing.',
  unreachable: (problem) =>
    `There is no news of a broker. Is this page served by partita serve --ui, and does that still run? ${problem}`,
  noTopics: 'It has no topics yet.',
  partitions: (count) => (count === 1 ? '1 partition' : `${count} partitions`),
  group: (group, state) => `Group ${group}: ${state}`,
  tracks: (topic) => `Partitions of ${topic}`,
  record: (topic, partition, offset) => `${topic}, partition ${partition}, offset ${offset}`,
  timestamp: 'Timestamp',
  key: 'Key',
  value: 'Value',
  header: (key) => `Header ${key}`,
  none: '(none)',
  tombstone: '(no value: a tombstone)',
};

export const simplifiedChineseServed: ServedTexts = {
  title: '提供此页面的 broker',
  lead: '它的主题和最新记录，随到随显示。实心旗帜标出消费者组已提交的位置。查看不会改变任何东西。',
  unreachable: (problem) => `没有 broker 的消息。此页面是由 partita serve --ui 提供的吗？它还在运行吗？${problem}`,
  noTopics: '它还没有主题。',
  partitions: (count) => `${count} 个分区`,
  group: (group, state) => `消费者组 ${group}：${state}`,
  tracks: (topic) => `${topic} 的分区`,
  record: (topic, partition, offset) => `${topic}，分区 ${partition}，偏移量 ${offset}`,
  timestamp: '时间戳',
  key: '键',
  value: '值',
  header: (key) => `消息头 ${key}`,
  none: '（无）',
  tombstone: '（没有值：墓碑）',
};
