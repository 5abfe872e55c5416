import { sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  againAtMs,
  committedAt,
  dateAtMs,
  dateMs,
  group,
  member,
  nextAfter,
  recordCount,
  refusalOf,
  refusedAtMs,
  seekAtMs,
  seekTo,
  shiftAtMs,
  shiftBy,
  soughtAtMs,
  stoppedAtMs,
  timesOf,
  wanted,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

/** The words of scenario 8 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    offsets: {
      heading: () => '一个读者的四个数字',
      body: () => [
        `从第 1 秒到第 ${recordCount} 秒，每秒有一条记录进入同一个分区。\`${member}\` 逐条读取，每条之后提交，到第 ${seconds(stoppedAtMs)}停下。`,
        '*位置*（position）：它接下来读哪里。*已提交*（committed）：组会从哪里继续。*日志末端*（log end）：下一条将写入的偏移量。*滞后*（lag）：日志末端减去已提交。',
      ],
      goOn: '运行',
    },
    'run-half': { heading: () => '看这四个数字', body: () => ['它们在组的表格里。它读取时哪些在动，停下之后呢？'] },
    next: {
      heading: () => '它停下了',
      body: () => [`偏移量 0 到 5 的六条记录已处理并提交；日志里有 ${recordCount} 条。`],
    },
    shift: {
      heading: () => '往回三条',
      body: () => [
        `在第 ${seconds(shiftAtMs)}：\`kafka-consumer-groups --reset-offsets --shift-by ${shiftBy}\`。组里没有成员。`,
      ],
    },
    'run-shift': { heading: () => '看标记', body: () => ['看什么动了，什么没动。'] },
    'saw-shift': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `已提交的偏移量是*下一条要读的*：处理完 0 到 5 之后它是 ${committedAt(outcome, shiftAtMs)}，不是 5。往回三条是 ${committedAt(outcome, againAtMs - 1000)}，滞后为 ${recordCount - committedAt(outcome, againAtMs - 1000)}。`,
          '动的只是组的数字。还没有人读取任何东西：没有成员可以读。',
        ],
        event: { text: `已提交的偏移量被设为 ${committedAt(outcome, againAtMs - 1000)}。`, atMs: shiftAtMs },
        config: '`kafka-consumer-groups --reset-offsets --shift-by`。',
        sources: [{ text: 'Kafka 文档 Basic Operations：管理消费者组', url: sources.managingGroups }],
      }),
      goOn: '在它运行的时候呢？',
    },
    active: {
      heading: () => '对一个活动的组做同样的事',
      body: () => [
        `\`${member}\` 在第 ${seconds(againAtMs)}重新启动。在第 ${seconds(refusedAtMs)}有人把组重置到 \`--to-earliest\`。`,
      ],
    },
    seek: {
      heading: () => '成员自己能做的：seek',
      body: () => [
        `已知偏移量 7 到 9 有问题。在第 ${seconds(seekAtMs)}程序调用 \`seek(${seekTo})\`。看第 ${seconds(soughtAtMs)}：偏移量 ${seekTo} 的记录正在它手里。`,
      ],
    },
    'run-active': { heading: () => '看位置和已提交', body: () => ['先看重置得到的回答，再看跳跃。'] },
    'saw-active': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `broker 拒绝了重置：\`${refusalOf(outcome)?.message ?? ''}\` 成员不会察觉背后的改动，下一次提交就会把它覆盖。`,
          `\`seek\` 立刻移动了*位置*，到 ${nextAfter(outcome, seekAtMs) ?? 0}。而*已提交*仍是 ${committedAt(outcome, soughtAtMs)}：如果进程那时死去，有问题的记录还会回来。要到下一次提交，这次跳跃才算数。`,
        ],
        event: { text: `重置被拒绝：${refusalOf(outcome)?.code ?? ''}。`, atMs: refusedAtMs },
        config: '`KafkaConsumer.seek`；只有不活动的组才能重置。',
        sources: [{ text: 'Kafka 文档 Design：消费者位置', url: sources.consumerPosition }],
      }),
      goOn: '回到某个时刻',
    },
    date: {
      heading: () => '那时我们在哪里？',
      body: () => [
        `组已停下。在第 ${seconds(dateAtMs)}它被设到 \`--to-datetime\` ${seconds(dateMs)}。记录 *n* 的时间戳是 *n* + 1 秒：偏移量 7 在 8 秒，偏移量 8 在 9 秒。`,
      ],
    },
    'run-date': { heading: () => '看它从哪里继续', body: () => ['2 秒后它重新启动。'] },
    'saw-date': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `一个时刻对应时间戳*等于或晚于它*的第一条记录：偏移量 ${committedAt(outcome, dateAtMs + 1000)}。它在每个分区的时间索引里逐个查找。`,
        ],
        event: { text: `已提交的偏移量被设为 ${committedAt(outcome, dateAtMs + 1000)}。`, atMs: dateAtMs },
        config: '`kafka-consumer-groups --reset-offsets --to-datetime`；程序里用 `offsetsForTimes`。',
        sources: [{ text: 'Kafka 文档 Basic Operations：管理消费者组', url: sources.managingGroups }],
      }),
      goOn: '哪条路通向那里？',
    },
    guarantee: {
      heading: () => `再处理一次偏移量 ${wanted}`,
      body: () => [`全部 ${recordCount} 条都已处理，组已停下。假设偏移量 ${wanted} 的记录必须再处理一次。`],
      explanation: () => ({
        paragraphs: [
          '只要重置到那个偏移量或更早就行。仅仅重新启动会从已提交的偏移量继续，不管 `auto.offset.reset` 怎么说。',
        ],
        event: { text: '你的每个选择都在同样的记录上运行过。', atMs: undefined },
        config: '`--to-offset`、`--to-datetime`、`--shift-by`、`--to-earliest`、`--by-duration`、`--from-file`。',
        sources: [{ text: 'Kafka 文档 Basic Operations：管理消费者组', url: sources.managingGroups }],
      }),
    },
    vary: {
      heading: () => '拖动已提交的偏移量',
      body: () => ['走到某个时刻，把组的标记拖到它要继续的地方。组活动时，broker 会拒绝。'],
    },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    next: {
      ask: () => '它现在的已提交偏移量是多少？',
      option: (_, __, [offset = 0, committed = 0]) =>
        offset === committed
          ? `${offset}：下一条要读的`
          : offset < committed
            ? `${offset}：最后处理的那条`
            : `${offset}：再往后一条`,
      row: () => '处理 0–5 后已提交',
      short: (id) => id,
    },
    shift: { ask: () => '那时滞后是多少？', option: (_, id) => id, row: () => '−3 之后的滞后', short: (id) => id },
    'saw-shift': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          marker: '只有已提交的偏移量动了',
          'records-moved': '记录被再次追加',
          'read-at-once': '立刻重新读取了这些记录',
        })[id] ?? id,
    },
    active: {
      ask: () => '成员会怎样？',
      option: (_, id) =>
        ({
          jumps: '它从偏移量 0 继续',
          later: '现在没有变化，但下次启动后从 0 开始',
          refused: '什么也不会发生：重置被拒绝',
        })[id] ?? id,
      row: () => '活动时重置',
      short: (id) => ({ jumps: '跳转', later: '以后', refused: '拒绝' })[id] ?? id,
    },
    seek: {
      ask: () => `第 ${seconds(soughtAtMs)}时已提交的是多少？`,
      option: (_, id) =>
        id === String(seekTo)
          ? `${id}：它 seek 到的地方`
          : id === String(recordCount)
            ? `${id}：末端`
            : `${id}：和 seek 之前一样`,
      row: () => 'seek 之后已提交',
      short: (id) => id,
    },
    'saw-active': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          'position-moved': '位置跳了过去；已提交的偏移量随下一次提交跟上',
          'went-back': '成员回到了偏移量 0',
          'skipped-later': '中间那些有问题的记录被处理了',
        })[id] ?? id,
    },
    date: {
      ask: () => '这会到哪个偏移量？',
      option: (_, id, [offset = 0, stamp = 0]) =>
        offset === recordCount ? `${id}：末端` : `${id}：时间戳 ${stamp} 秒`,
      row: () => `${seconds(dateMs)}时`,
      short: (id) => id,
    },
    'saw-date': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({ 'on-or-after': '它从时间戳等于或晚于那时的第一条继续', before: '它从那之前的最后一条继续' })[id] ?? id,
    },
    guarantee: {
      ask: () => '其中哪些能做到？',
      option: (_, id, [value = 0]) =>
        ({
          restart: '重新启动（`auto.offset.reset` = earliest）',
          offset: `\`--to-offset ${value}\``,
          datetime: `\`--to-datetime\` ${value} 秒`,
          shift: `\`--shift-by ${value}\``,
        })[id] ?? id,
    },
  },
  corrections: {
    M1: '日志没有变化：变的只是组的数字。',
    M8: '有已提交偏移量的组从那里继续；不会用到 `auto.offset.reset`。',
    M10: '位置、已提交、日志末端和滞后是四回事。已提交是*下一条*要读的；seek 只移动位置。',
  },
  trial: (_, { outcome }) =>
    timesOf(outcome, wanted) >= 2
      ? `偏移量 ${wanted} 处理了 ${timesOf(outcome, wanted)} 次。`
      : `偏移量 ${wanted} 只处理了一次；组从 ${committedAt(outcome, 17_500)} 继续。`,
  challenge: {
    goal: () => `能否让组 \`${group}\` 把偏移量 0 再处理一次？`,
    hint: '在组没有成员的时刻，拖动已提交的偏移量。',
    met: (_, view) => `偏移量 0 处理了 ${timesOf(view, 0)} 次。`,
  },
};
