import type { LogRunView } from '../../../engine/scenario/log-run-view.js';
import { recordAt, type LogScenarioTexts } from '../log-outcome.js';
import { logSources as sources } from '../log-sources.js';
import { goneInTime, oldOffset, type QuestionId, type StepId } from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

const deletions = ({ segments }: LogRunView) =>
  segments.flatMap(({ baseOffset, deleted }) => (deleted === undefined ? [] : [{ baseOffset, atMs: deleted.atMs }]));

const oldestAge = ({ records, atMs }: LogRunView): number =>
  Math.max(...records.map(({ goneAtMs, timestampMs }) => (goneAtMs ?? atMs) - timestampMs));

/** The words of scenario 13 in Simplified Chinese. */
export const simplifiedChinese: LogScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `偏移量 ${record}`,
  recordsLegend: () => '',
  steps: {
    records: {
      heading: () => '一分钟后遗忘的日志',
      body: () => [
        '七个价格追加到同一个分区，时间戳（timestamp）为 0、10、20、30、40、50 和 55 秒。此后没有人再写入。',
        '`retention.ms` 为 60 秒，每 5 秒检查一次保留期。`segment.bytes` 很小，三条记录就装满一个段（segment）。',
      ],
      goOn: '旧记录会怎样？',
    },
    'old-record': {
      heading: () => '一条已有 65 秒的记录',
      body: () => ['到第 95 秒，时间戳为 30 秒的记录已有 65 秒，超过了 `retention.ms`。'],
    },
    'run-old': {
      heading: () => '看跟着时钟走的那条线',
      body: () => ['虚线始终落在时钟之前 60 秒处。看它左边有什么，又有什么到第 95 秒仍然还在。'],
    },
    'saw-old': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const atMs = deletions(outcome)[0]?.atMs;
        return {
          paragraphs: [
            `偏移量 0、1、2 在 ${seconds(atMs ?? 0)}时一起消失：那时其中*最新*的一条（时间戳 20 秒）已超过 60 秒。第 80 秒时它正好 60 秒，还不算超过。`,
            `偏移量 ${oldOffset} 在第 95 秒已有 65 秒，却仍可读：它和时间戳为 50 秒的偏移量 5 在同一个段里。它一直留到 ${seconds(recordAt(outcome, oldOffset).goneAtMs ?? 0)}，即其时间戳之后 85 秒。`,
          ],
          event: { text: '段 0 被删除：那次检查时，它最大的时间戳 20 秒已是 60 多秒之前。', atMs },
          config:
            '`retention.ms` = 60 秒是与整个段的最大时间戳相比的，每隔 `log.retention.check.interval.ms` 比一次（这里 5 秒，默认 5 分钟）。',
          sources: [
            { text: 'Kafka 文档 Topic Configs：retention.ms', url: sources.retentionMs },
            { text: 'Kafka 文档 Broker Configs：log.retention.check.interval.ms', url: sources.checkInterval },
          ],
        };
      },
      goOn: '日志的其余部分呢？',
    },
    left: {
      heading: () => '没有人再写入',
      body: () => ['最后一条记录在第 55 秒写入。它在*活动段*（active segment）里，下一条记录也会写到那里。'],
    },
    'run-left': {
      heading: () => '看日志的末尾',
      body: () => ['看最后两个段，以及日志的起点和末端各在哪个偏移量。'],
    },
    'saw-left': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const went = deletions(outcome);
        return {
          paragraphs: [
            `段 3 在 ${seconds(went[1]?.atMs ?? 0)}时消失，段 6 在 ${seconds(went[2]?.atMs ?? 0)}时消失。活动段也不例外：Kafka 先开始一个新的空段，再把它删除。`,
            `日志空了，但不会从头开始：它的起点和末端都在偏移量 ${outcome.logEndOffset}，下一条记录就得到这个偏移量。偏移量从不重复使用。`,
          ],
          event: {
            text: `在偏移量 ${outcome.logEndOffset} 处开始了一个新段，段 6 被删除。`,
            atMs: went[2]?.atMs,
          },
          config: '`retention.ms` = 60 秒；活动段并不能免于它。',
          sources: [
            { text: 'Kafka 文档 Topic Configs：retention.ms', url: sources.retentionMs },
            { text: 'Kafka 文档 Topic Configs：segment.bytes', url: sources.segmentBytes },
          ],
        };
      },
      goOn: '怎样才能守住承诺？',
    },
    guarantee: {
      heading: () => '最多 70 秒就消失',
      body: () => ['假设你承诺过：任何记录在其时间戳之后最多保存 70 秒。'],
      explanation: () => ({
        paragraphs: [
          '一条记录要等到同段里最新的那条，再等到下一次检查。所以它消失时的时长最多是 `retention.ms`，加上段内时间戳的跨度，再加上一次检查的间隔。',
          '要限制它，就要限制段：`segment.ms` 到时间就开始新段，不管写入了多少。（在下一次追加时才开始。）',
        ],
        event: { text: '你的每个选择都在同样的记录上运行过。', atMs: undefined },
        config: '`segment.ms` 限制一个段内时间戳的跨度（默认 7 天）。',
        sources: [
          { text: 'Kafka 文档 Topic Configs：segment.ms', url: sources.segmentMs },
          { text: 'Kafka 文档 Topic Configs：segment.bytes', url: sources.segmentBytes },
        ],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立即运行。改之前先说说你预计会怎样。'] },
    play: { heading: () => '自由试验', body: () => [] },
  },
  questions: {
    'old-record': {
      ask: () => '第 95 秒时还能读到它吗？',
      option: (_, id) =>
        ({
          expired: '不能：满 60 秒时就消失了',
          checked: '不能：在此后的第一次检查，即第 95 秒时消失了',
          readable: '能',
        })[id] ?? id,
      row: () => '已有 65 秒的记录',
      short: (id) => (id === 'readable' ? '可读' : '已消失'),
    },
    'saw-old': {
      ask: () => '发生了哪一种情况？',
      option: (_, id) =>
        ({
          'one-by-one': '记录一条一条地消失，各自到期就走',
          together: '前三条一起消失；时间戳为 30 秒的记录还在',
          'all-old': '到第 95 秒，超过 60 秒的都消失了',
        })[id] ?? id,
    },
    left: {
      ask: () => '到第 120 秒还剩多少条记录？',
      option: (_, id) => id,
      row: () => '第 120 秒剩余',
      short: (id) => id,
    },
    'saw-left': {
      ask: () => '发生了哪一种情况？',
      option: (_, id) =>
        ({
          'active-stayed': '活动段留了下来',
          'begins-anew': '日志空了，从偏移量 0 重新开始',
          emptied: '日志空了，下一条记录得到偏移量 7',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '哪一种能保证做到？',
      option: (_, id, [value = 0]) =>
        ({
          'check-often': `每 ${value} 秒检查一次保留期`,
          'shorter-retention': `\`retention.ms\` 设为 ${value} 秒`,
          'shorter-segments': `\`segment.ms\` 设为 ${value} 秒`,
        })[id] ?? id,
    },
  },
  corrections: {
    M14: '保留策略删除的是整个段，活动段也一样：段中*最新*的记录超过 `retention.ms` 才删除，而且只在检查时删除。',
  },
  trial: (_, { outcome }) =>
    goneInTime(outcome)
      ? `没有记录超过 ${seconds(oldestAge(outcome))}。`
      : `有一条记录留到了 ${seconds(oldestAge(outcome))}。`,
  challenge: {
    goal: () => '`retention.ms` 保持 60 秒。你能让时间戳为 30 秒的记录在第 100 秒之前消失吗？',
    hint: '它的段里还有什么？段在什么时候结束？',
    met: (_, view) =>
      `它在 ${seconds(recordAt(view, oldOffset).goneAtMs ?? 0)}时消失：它的段里不再有比它新很多的记录。`,
  },
};
