import type { LogRunView } from '../../../engine/scenario/log-run-view.js';
import { recordAt, type LogScenarioTexts } from '../log-outcome.js';
import { logSources as sources } from '../log-sources.js';
import { compactionSpec, tellsOfDeletion, tombstone, type QuestionId, type StepId } from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;
const chosen = ({ passes }: LogRunView) => passes.filter(({ isChosen }) => isChosen);

/** What was appended at an offset: `sku-1：10`. */
function content(offset: number): string {
  const step = compactionSpec.script.filter(({ does }) => does === 'append')[offset];
  return step?.does === 'append' ? `${step.key}：${step.value ?? 'null'}` : '';
}

/** The words of scenario 14 in Simplified Chinese. */
export const simplifiedChinese: LogScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `偏移量 ${record}`,
  recordsLegend: () => '',
  steps: {
    changes: {
      heading: () => '记录变化的日志',
      body: () => [
        '九次库存变化写入同一个分区：键是商品，值是库存。值为 `null` 表示商品已不在，称为*墓碑*（tombstone）。',
        '`cleanup.policy` 为 `compact`：每个键只需要最后的值。清理器（cleaner）从第 9 秒起每 15 秒查看一次。',
      ],
      goOn: '开始写入',
    },
    fill: {
      heading: () => '写入日志',
      body: () => ['看记录怎样到来，各在哪个段里。右边是它们合成的表。'],
    },
    survivors: {
      heading: () => '第 9 秒，清理器来了',
      body: () => [
        '段 0 和段 4 已关闭，段 8 是活动段。以前没有清理过，所以能清理的全是脏的，超过 `min.cleanable.dirty.ratio` 要求的 0.1。',
      ],
    },
    clean: {
      heading: () => '看清理器',
      body: () => ['看哪些记录消失，其余记录的偏移量是多少，表又如何。'],
    },
    'saw-clean': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const [pass] = chosen(outcome);
        return {
          paragraphs: [
            `清理器移除了偏移量 ${(pass?.cleaned?.removed ?? []).join('、')}：它们的键在*活动段之前*都有更晚的记录。偏移量不变，于是留下空缺。`,
            'sku-1 出现两次：活动段从不清理，也不计入，所以偏移量 8 还不能使偏移量 5 多余。墓碑也留着：读到过 sku-2 为 20 的人，必须能知道它已不在。',
          ],
          event: {
            text: `清理器查看偏移量 ${pass?.firstDirtyOffset ?? 0} 到 ${pass?.firstUncleanableOffset ?? 0}（不含）：脏比例 ${(pass?.cleanableRatio ?? 0).toFixed(2)}；${pass?.cleaned?.bytesBefore ?? 0} 字节变为 ${pass?.cleaned?.bytesAfter ?? 0} 字节。`,
            atMs: pass?.atMs,
          },
          config: '`cleanup.policy` = compact，`min.cleanable.dirty.ratio` = 0.1（默认 0.5）。',
          sources: [
            { text: 'Kafka 文档 Design › Log Compaction', url: sources.compaction },
            { text: 'Kafka 文档 Topic Configs：min.cleanable.dirty.ratio', url: sources.dirtyRatio },
          ],
        };
      },
      goOn: '墓碑呢？',
    },
    minute: {
      heading: () => '一分钟之后',
      body: () => [
        '`delete.retention.ms` 为 60 秒：墓碑从清理器第一次保留它起，至少要留这么久。其间没有写入。清理器每 15 秒查看一次。',
      ],
    },
    'run-minute': { heading: () => '看这一分钟过去', body: () => ['看清理器每次查看时做什么，直到第 72 秒。'] },
    'saw-minute': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `墓碑从 ${seconds(recordAt(outcome, tombstone).deleteHorizonMs ?? 0)}起就可以移除，但它还在。时间到了本身不会移除任何东西，只有清理才会；没有脏的内容，就没有清理。`,
        ],
        event: {
          text: '清理器查看后得到脏比例 0.00：活动段之前的内容都是干净的。',
          atMs: outcome.passes.findLast(({ isChosen, atMs }) => !isChosen && atMs <= 72_000)?.atMs,
        },
        config: '`delete.retention.ms` = 60 秒（默认 24 小时）是最短的时间，不是准确的时间。',
        sources: [{ text: 'Kafka 文档 Topic Configs：delete.retention.ms', url: sources.deleteRetention }],
      }),
      goOn: '写点什么',
    },
    second: {
      heading: () => '再来一次变化',
      body: () => [
        '第 75 秒写入偏移量 9（`sku-3: 2`），第 76 秒开始新段，于是 8 和 9 也可以清理了。清理器在第 84 秒查看。',
      ],
    },
    'run-second': { heading: () => '看第二次清理', body: () => ['看第 84 秒什么消失了，再看那张表。'] },
    'saw-second': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const pass = chosen(outcome).at(-1);
        return {
          paragraphs: [
            `这次清理移除了 ${(pass?.cleaned?.removed ?? []).join('、')}。现在每个键只有一条记录，sku-2 则什么也没留下：一直离开到现在、手里还是 20 的读者，再也不会知道它已不在。`,
            `若按默认比例 0.5，这次清理不会发生：只有 ${Math.round((pass?.cleanableRatio ?? 0) * 100)}% 是脏的。`,
          ],
          event: {
            text: `清理器得到脏比例 ${(pass?.cleanableRatio ?? 0).toFixed(2)}，高于 0.1，于是重写了日志。`,
            atMs: pass?.atMs,
          },
          config: '`min.cleanable.dirty.ratio` = 0.1，`delete.retention.ms` = 60 秒。',
          sources: [
            { text: 'Kafka 文档 Design › Log Compaction', url: sources.compaction },
            { text: 'Kafka 文档 Topic Configs：delete.retention.ms', url: sources.deleteRetention },
          ],
        };
      },
      goOn: '怎样才能留住它？',
    },
    guarantee: {
      heading: () => '离开两分钟的读者',
      body: () => ['它手里 sku-2 的值是 20。两分钟后回来，它仍必须得知 sku-2 已不在。'],
      explanation: () => ({
        paragraphs: [
          '告诉它的是墓碑，而 `delete.retention.ms` 决定墓碑至少留多久。把它设得比读者可能离开的最长时间还长。',
          '文字 "null" 是和别的值一样的值；更高的比例只会让清理更少发生。',
        ],
        event: { text: '你的每个选择都在同样的变化上运行过。', atMs: undefined },
        config: '`delete.retention.ms` 要长于任何读者离开的时间。',
        sources: [{ text: 'Kafka 文档 Topic Configs：delete.retention.ms', url: sources.deleteRetention }],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立即运行。改之前先说说你预计会怎样。'] },
    play: { heading: () => '自由试验', body: () => [] },
  },
  questions: {
    survivors: {
      ask: () => '哪些记录在清理后留下？请全部选出。',
      option: (_, __, [offset = 0]) => `\`${offset}\` ${content(offset)}`,
      row: () => '留下的',
      short: (id) => id,
    },
    'saw-clean': {
      ask: () => '发生了哪一种情况？',
      option: (_, id) =>
        ({
          'one-each': '每个键只剩一条记录',
          renumbered: '剩下四条记录，偏移量为 0 到 3',
          gaps: '剩下四条记录，偏移量不变，sku-1 有两条',
        })[id] ?? id,
    },
    minute: {
      ask: () => '第 72 秒时，墓碑（偏移量 4）还在吗？',
      option: (_, id) => (id === 'gone' ? '不在：60 秒已过' : '还在'),
      row: () => '第 72 秒的墓碑',
      short: (id) => (id === 'gone' ? '不在' : '还在'),
    },
    'saw-minute': {
      ask: () => '发生了哪一种情况？',
      option: (_, id) =>
        ({
          removed: '时间一到，墓碑就被移除',
          'no-pass': '清理器查看过，但什么也没做',
          'cleaned-again': '清理器又清理了一次，保留了墓碑',
        })[id] ?? id,
    },
    second: {
      ask: () => '第 84 秒之后还剩什么？',
      option: (_, __, values) => values.join('、'),
      row: () => '最后剩下',
      short: (id) => id.replaceAll(',', '、'),
    },
    'saw-second': {
      ask: () => '发生了哪一种情况？',
      option: (_, id) =>
        ({
          'tombstone-stayed': '墓碑留了下来',
          'table-only': '剩下的就是那张表，每个键一条记录',
          everything: '旧值还和新值并存',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '哪一种能保证做到？',
      option: (_, id, [value = 0]) =>
        ({
          'text-null': '写入文字 `"null"`，而不是空值',
          'delete-retention': `\`delete.retention.ms\` 设为 ${value} 秒`,
          'dirty-ratio': `\`min.cleanable.dirty.ratio\` 设为 ${value}`,
        })[id] ?? id,
    },
  },
  corrections: {
    M15: '清理器只清理已关闭的段，只在脏的内容足够多时才清理，而且什么也不移动：偏移量不变，同一个键可能有多条记录。',
    M16: '墓碑是空值（null）。从第一次保留它的清理起，它至少再留 `delete.retention.ms`，直到某次清理把它移除；来得更晚的读者就不会知道了。',
  },
  trial: (_, { outcome }) =>
    tellsOfDeletion(outcome)
      ? '运行结束时墓碑还在。'
      : outcome.records[tombstone]?.value === null
        ? '运行结束时墓碑已不在。'
        : '运行结束时 sku-2 的值是 "null"：它从未被删除。',
  challenge: {
    goal: () => '脏比例保持 0.1。你能让已被覆盖的偏移量 5（`sku-1: 8`）到最后仍可读吗？',
    hint: '清理器不碰太新的内容。哪项设置决定多新算太新？',
    met: () => '偏移量 5 到最后还在：对清理器来说，它所在的段太新了。',
  },
};
