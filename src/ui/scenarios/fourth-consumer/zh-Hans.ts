import { groupOf, ownerAt, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  cutShortAt,
  endsAtMs,
  fourthStartsAtMs,
  group,
  idleMembers,
  killed,
  killedAtMs,
  orphan,
  orphanedForMs,
  resumedAt,
  settledAtMs,
  swiftMs,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

/** The words of scenario 3 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    members: {
      heading: () => '一个主题、三个分区、一个不断壮大的组',
      body: () => [
        '每秒到达一条订单记录，分布在三个分区。一个成员处理一条要 1.2 秒，所以单独一个会落后。',
        `\`${group}-1\` 在第 0 秒启动，\`${group}-2\` 在第 6 秒，\`${group}-3\` 在第 12 秒。它们的 \`group.id\` 相同。`,
      ],
      goOn: '启动它们',
    },
    'run-three': {
      heading: () => '看谁拥有什么',
      body: () => [
        '每当有成员加入，组就会*再平衡*（rebalance）：大家交出手里的分区，重新分配。条里的数字是*代*（generation）。',
      ],
    },
    idle: {
      heading: () => '第四个成员启动',
      body: () => [`在第 ${seconds(fourthStartsAtMs)}，\`${group}-4\` 加入。分区有三个，每个都有主人。`],
    },
    'run-idle': { heading: () => '看第四个成员', body: () => ['看它那一行，也看它加入时其他成员的行。'] },
    'saw-idle': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const joined = groupOf(outcome, group).states.find(
          ({ state, fromMs }) => state === 'PreparingRebalance' && fromMs >= fourthStartsAtMs,
        );
        return {
          paragraphs: [
            '在一个组里，一个分区恰好有一个主人。三个分区让三个成员有事可做；第四个加入时没有错误，什么也分不到，只能待命。',
            '但这仍有代价：在 `eager` 协议下，所有成员都交出分区，一直等到每个成员都重新加入。',
          ],
          event: { text: `\`${group}-4\` 加入，组开始准备再平衡。`, atMs: joined?.fromMs },
          config: '主题的分区数：它限定了一个组里最多有多少成员能同时工作。',
          sources: [{ text: 'Kafka 文档 Design：消费者位置', url: sources.consumerPosition }],
        };
      },
      goOn: '待命有什么用？',
    },
    takeover: {
      heading: () => `\`${killed}\` 被杀死`,
      body: () => [`在第 ${seconds(killedAtMs)}，它的进程在处理分区 ${orphan} 的一条记录时死去，来不及告别。`],
    },
    record: {
      heading: () => '它手里的那条记录呢？',
      body: () => ['每个成员在每条记录之后提交。这一条没有处理完，所以它的偏移量没有提交。'],
    },
    'run-takeover': {
      heading: () => `看分区 ${orphan}`,
      body: () => ['看它有多久没人处理、归了谁，以及新主人从哪条记录开始。'],
    },
    'saw-takeover': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => {
        const taker = ownerAt(outcome, group, orphan, endsAtMs);
        const [removal] = groupOf(outcome, group).members.find(({ member }) => member === killed)?.removals ?? [];
        return {
          paragraphs: [
            `没有人通知协调者。它一直等到 \`${killed}\` 的会话超时：分区 ${orphan} 有 ${seconds(orphanedForMs(outcome))}无人处理，其他成员照常工作。`,
            `现在 \`${taker ?? '–'}\` 拥有它。\`range\` 分配器把排好序的成员和分区一一对应，少了一个，排在后面的都要挪动：得到新分区的不只是待命的那个。`,
            `它从*已提交*的偏移量 ${resumedAt(outcome) ?? 0} 继续。偏移量 ${cutShortAt(outcome) ?? 0} 的记录被处理了两次，没有遗漏任何记录。`,
          ],
          event: { text: `协调者移除了 \`${killed}\`：它的会话已过期。`, atMs: removal?.atMs },
          config: '`session.timeout.ms` 在这里是 10 秒（默认 45 秒）：成员最多可以沉默多久。',
          sources: [
            { text: 'Kafka 文档 Consumer Configs：session.timeout.ms', url: sources.sessionTimeout },
            { text: 'Kafka 文档 Consumer Configs：partition.assignment.strategy', url: sources.assignmentStrategy },
          ],
        };
      },
      goOn: '怎样让四个都能工作？',
    },
    guarantee: {
      heading: () => '四个都有活干',
      body: () => [`假设在第 ${seconds(settledAtMs)}、大家都活着的时候，四个成员都要有事可做。`],
      explanation: () => ({
        paragraphs: [
          '能有多少成员工作，只取决于分区数。请按将来最忙的那天来选；以后可以增加，但那时键会换位置（那是另一个场景）。',
        ],
        event: { text: '你的每个选择都在同样的记录上运行过。', atMs: undefined },
        config: '主题的分区数；组的成员数。',
        sources: [{ text: 'Kafka 文档：主要概念与术语', url: sources.concepts }],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立刻运行。改之前先说出你的预期。'] },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    idle: {
      ask: () => '第四个成员得到什么？',
      option: (_, id) =>
        ({
          refused: '一个错误：没有更多分区了',
          shares: '某个分区的一部分记录，与其主人分享',
          nothing: '什么也没有：它待命',
        })[id] ?? id,
      row: () => '第四个成员',
      short: (id) => ({ refused: '错误', shares: '分享', nothing: '待命' })[id] ?? id,
    },
    'saw-idle': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          'only-newcomer': '只有新成员在等，其他成员照常工作',
          'all-paused': '所有分区都停了一会儿，而新成员什么也没分到',
          faster: '记录处理得比以前快',
        })[id] ?? id,
    },
    takeover: {
      ask: () => `最后谁拥有分区 ${orphan}？`,
      option: (_, id) => (id === 'nobody' ? `没有人，直到 \`${killed}\` 回来` : `\`${id}\``),
      row: () => `分区 ${orphan} 归`,
      short: (id) => (id === 'nobody' ? '没有人' : id),
    },
    record: {
      ask: () => '它正在处理的记录会怎样？',
      option: (_, id) =>
        ({
          lost: '丢失：它已经被读走了',
          again: '新主人从它开始，再处理一次',
          'all-again': `分区 ${orphan} 从头再读一遍`,
        })[id] ?? id,
      row: () => '手里的记录',
      short: (id) => ({ lost: '丢失', again: '再来一次', 'all-again': '全部重来' })[id] ?? id,
    },
    'saw-takeover': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          'at-once': `立刻有成员接管了分区 ${orphan}`,
          'after-session': '组先等到会话超时',
          'stood-still': `没有人接管分区 ${orphan}`,
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '其中哪些能让四个成员都有事可做？',
      option: (_, id, [value = 0]) =>
        ({
          partitions: `主题有 ${value} 个分区`,
          cooperative: '协作式（cooperative）协议',
          session: `\`session.timeout.ms\` 为 ${value} 秒`,
        })[id] ?? id,
    },
  },
  corrections: {
    M1: '读取不会从日志里拿走任何东西。没有提交的记录，由分区的下一个主人再读一次。',
    M3: '在一个组里，一个分区只有一个主人。多于分区数的成员加入时没有错误，只是待命。',
    M8: '接管分区的成员从*已提交*的偏移量继续，而不是从头开始。',
    M13: '再平衡需要时间，也可能移动不止一个分区；死去的成员要到会话超时才会被发现。',
  },
  trial: (_, { outcome }) => {
    const idle = idleMembers(outcome, settledAtMs);
    return idle.length === 0 ? '四个成员都有分区。' : `${idle.map((member) => `\`${member}\``).join('、')} 待命。`;
  },
  challenge: {
    goal: () => `能否让幸存的成员最后都有事可做，并且分区 ${orphan} 在被杀之后无人处理的时间少于 ${seconds(swiftMs)}？`,
    hint: '需要多少个分区？协调者当时在等什么？',
    luck: `分区够了。但分区 ${orphan} 无人处理的时间还是太长。`,
    met: (_, view) => `大家都有事做，分区 ${orphan} 只等了 ${seconds(orphanedForMs(view))}。`,
  },
};
