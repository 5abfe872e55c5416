import { groupOf, sendsOf, type GroupScenarioTexts } from '../group-outcome.js';
import { groupSources as sources } from '../group-sources.js';
import {
  awayMs,
  consumer,
  cooperative,
  eager,
  firstStopMs,
  fixed,
  movesOf,
  partitions,
  pausedByRestart,
  pausedMsOf,
  slowMs,
  type QuestionId,
  type StepId,
} from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

const pausing = {
  ask: () => `第一个成员重启时，${partitions} 个分区中有几个会停顿？`,
  option: (_: unknown, id: string): string =>
    ({
      '0': '一个也没有',
      '2': '2 个：它自己的',
      '4': '4 个：移走和移回的那些',
      [String(partitions)]: `${partitions} 个：全部`,
    })[id] ?? id,
  short: (id: string): string => id,
};

/** The words of scenario 11 in Simplified Chinese. */
export const simplifiedChinese: GroupScenarioTexts<StepId, QuestionId> = {
  recordName: ({ spec }, record) => sendsOf(spec)[record]?.value ?? '',
  recordsLegend: () => '',
  steps: {
    restart: {
      heading: () => '滚动重启',
      body: () => [
        `一个组有三个成员，读取 ${partitions} 个分区。程序有了新版本，所以每个成员都要停下，${seconds(awayMs)}后再启动；然后轮到下一个。第三个成员处理一条记录要 ${seconds(slowMs)}。`,
        '你会看到同样的重启四次，记录也相同：三种协议，再加静态成员。',
      ],
      goOn: '先看最老的方式',
    },
    eager: {
      heading: () => '`eager`：大家交出一切',
      body: () => [
        `经典协议，\`range\` 分配器。在第 ${seconds(firstStopMs)} \`${eager}-1\` 停下；第 ${seconds(firstStopMs + awayMs)}它回来。`,
      ],
    },
    'run-eager': {
      heading: () => '看谁必须等待',
      body: () => [`看那些没有重启的成员的行。（最初的再平衡是成员加入；重启从第 ${firstStopMs / 1000} 秒开始。）`],
    },
    'saw-eager': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          '每次再平衡都是一道屏障：所有成员交出所有分区，重新加入，一直等到最后一个也加入，而它可能正在处理一条很慢的记录。然后由领导者重新分配全部分区。',
          `一次重启就有两次：成员离开时一次，回来时一次。分区一共停顿了 ${seconds(pausedMsOf(outcome, eager))}，换手 ${movesOf(outcome, eager)} 次。`,
        ],
        event: {
          text: `\`${eager}-1\` 离开，组开始准备再平衡。`,
          atMs: groupOf(outcome, eager).states.find(
            ({ state, fromMs }) => state === 'PreparingRebalance' && fromMs >= firstStopMs,
          )?.fromMs,
        },
        config: '`partition.assignment.strategy` = range（eager）。',
        sources: [
          { text: 'Kafka 文档 Consumer Configs：partition.assignment.strategy', url: sources.assignmentStrategy },
        ],
      }),
      goOn: '不能保留手里的吗？',
    },
    cooperative: {
      heading: () => '`cooperative-sticky`：只交出要移动的',
      body: () => ['同一个组，换成协作式分配器。再平衡时，成员保留自己的分区并继续读取。'],
    },
    'run-cooperative': {
      heading: () => '看各代',
      body: () => ['看其他成员此时在做什么，以及重启的成员要经过几代才又有事可做。'],
    },
    'saw-cooperative': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          '成员离开时，没有人交出任何东西：它的分区给了其他成员。它回来时，有两个分区要再归它。这需要两轮：第一轮主人得知要交出它们，第二轮别人才能得到。',
          `有 ${pausedByRestart(outcome, cooperative)} 个分区停顿过，其余从未停顿。两轮之间，移动的分区在等待，一共 ${seconds(pausedMsOf(outcome, cooperative))}，因为其他成员要到下一次心跳才得知新的一轮。`,
        ],
        event: {
          text: '成员带着交出的分区重新加入。',
          atMs: groupOf(outcome, cooperative).states.findLast(
            ({ state, fromMs }) => state === 'PreparingRebalance' && fromMs < firstStopMs + 10_000,
          )?.fromMs,
        },
        config: '`partition.assignment.strategy` = cooperative-sticky。',
        sources: [
          { text: 'Kafka 文档 Consumer Configs：partition.assignment.strategy', url: sources.assignmentStrategy },
          { text: 'Kafka 文档 Consumer Configs：heartbeat.interval.ms', url: sources.heartbeatInterval },
        ],
      }),
      goOn: '没有屏障呢？',
    },
    consumer: {
      heading: () => '`group.protocol` = consumer（KIP-848）',
      body: () => [
        '现在由 broker 分配分区，通过心跳告诉每个成员应当拥有什么；成员不再加入，也没有领导者。第二个成员重启时，第三个正在处理一条慢记录。',
      ],
    },
    'run-consumer': { heading: () => '看各个纪元', body: () => ['看组的状态，以及是否有人在等与自己无关的人。'] },
    'saw-consumer': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          '没有屏障。组得到新的纪元（epoch），broker 计算出目标，每个成员各自朝目标走（*Reconciling*）：要交出分区的在下一次心跳时交出，之后别人才得到。',
          `但这不是瞬间完成的：这里每 5 秒一次心跳，所以移动的分区一共停顿了 ${seconds(pausedMsOf(outcome, consumer))}。不移动的毫无察觉。`,
        ],
        event: {
          text: '组有了新的纪元，成员开始向目标调整。',
          atMs: groupOf(outcome, consumer).states.find(
            ({ state, fromMs }) => state === 'Reconciling' && fromMs >= firstStopMs,
          )?.fromMs,
        },
        config: '`group.protocol` = consumer；`group.consumer.heartbeat.interval.ms`（broker，5 秒）。',
        sources: [{ text: 'Kafka 文档：Consumer Rebalance Protocol', url: sources.consumerRebalanceProtocol }],
      }),
      goOn: '非得移动不可吗？',
    },
    static: {
      heading: () => '静态成员',
      body: () => [
        `又是 eager，但每个成员都有 \`group.instance.id\`，会话为 10 秒。静态成员停下时并不离开组：只是暂时不在，${seconds(awayMs)}。`,
      ],
    },
    'run-static': { heading: () => '看代的数字', body: () => ['看其他成员是否察觉到什么。'] },
    'saw-static': {
      heading: () => '你看到了什么？',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `协调者为每个成员保留位置，直到它回来。什么也没有移动，其他成员也没有停顿；只有它自己的两个分区在等它：一共 ${seconds(pausedMsOf(outcome, fixed))}。`,
          '代价是：静态成员若真的死去，它的分区要等整个会话超时。',
        ],
        event: { text: '成员以原来的实例 id 回来，得到原有的分区。', atMs: firstStopMs + awayMs },
        config: '`group.instance.id`，以及比重启更长的 `session.timeout.ms`。',
        sources: [{ text: 'Kafka 文档：Static Membership', url: sources.staticMembership }],
      }),
      goOn: '四个并排看',
    },
    guarantee: {
      heading: () => '什么也不移动',
      body: () => [`假设 ${seconds(awayMs)}的重启不能移动任何一个分区：每个成员都为自己的分区填好了很大的缓存。`],
      explanation: (_, outcome) => ({
        paragraphs: [
          `协作式和 KIP-848 让移动变得便宜，但不能防止移动：离开的成员就是离开了。换手次数：eager ${movesOf(outcome, eager)}，cooperative ${movesOf(outcome, cooperative)}，consumer ${movesOf(outcome, consumer)}，static ${movesOf(outcome, fixed)}。`,
          '只有不离开的才能保住位置。（KIP-848 也有静态成员。）',
        ],
        event: { text: '你的每个选择都在同样的重启下运行过。', atMs: undefined },
        config: '`group.instance.id`。',
        sources: [{ text: 'Kafka 文档：Static Membership', url: sources.staticMembership }],
      }),
    },
    vary: { heading: () => '改一改，看一看', body: () => ['每次改动都会立刻运行。改之前先说出你的预期。'] },
    play: { heading: () => '自由探索', body: () => [] },
  },
  questions: {
    eager: { ...pausing, row: () => 'Eager：停顿' },
    'saw-eager': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          'own-only': '只有重启成员的分区停顿了',
          everybody: '没有重启的成员也交出了分区',
          waited: '它的分区一直等到它回来',
        })[id] ?? id,
    },
    cooperative: { ...pausing, row: () => '协作式：停顿' },
    'saw-cooperative': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          kept: '它离开时，其他成员保留了手里的分区',
          'all-stopped': '所有分区都停顿了，只是时间更短',
          'one-round': '它回来时，一次再平衡就够了',
        })[id] ?? id,
    },
    consumer: {
      ask: () => '组调整期间，成员在做什么？',
      option: (_, id) =>
        ({
          'all-wait': '和以前一样，等最慢的那个',
          'nothing-moves': '什么也不做：分区留在原处',
          'each-alone': '各自交出、各自接收，不等任何人',
        })[id] ?? id,
      row: () => 'KIP-848：成员',
      short: (id) => ({ 'all-wait': '等待', 'nothing-moves': '不动', 'each-alone': '各自调整' })[id] ?? id,
    },
    'saw-consumer': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          'step-by-step': '组逐个成员地向目标调整',
          stopped: '所有分区都停顿了',
          'at-once': '每次都在半秒之内稳定',
        })[id] ?? id,
    },
    static: {
      ask: () => '整个重启期间，分区换手几次？',
      option: (_, id) => ({ '0': '从不', '2': '两次', [String(partitions)]: `${partitions} 次` })[id] ?? id,
      row: () => '静态：换手',
      short: (id) => id,
    },
    'saw-static': {
      ask: () => '发生了其中哪一项？',
      option: (_, id) =>
        ({
          generation: '每次重启组都有了新的一代',
          'kept-place': '不在的那个成员的分区等着它；其他成员毫无察觉',
          'no-pause': '没有任何分区停顿',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => '其中哪些能保证做到？',
      option: (_, id) => ({ cooperative: '协作式协议', consumer: 'KIP-848', static: '静态成员' })[id] ?? id,
    },
  },
  corrections: {
    M13: '再平衡从来不是免费的。eager 让所有成员停下；协作式和 KIP-848 只让移动的分区停顿；及时回来的静态成员什么也不移动。',
  },
  trial: (_, { outcome }) => {
    const name = outcome.groups[0]?.group ?? '';
    const moves = movesOf(outcome, name);
    return moves === 0 ? '什么也没有移动。' : `分区换手 ${moves} 次。`;
  },
  challenge: {
    goal: () => `能否让组 \`${eager}\` 的重启什么也不移动？`,
    hint: '怎样才能让停下的成员不离开组？',
    met: (_, view) => `什么也没有移动；分区一共等待了 ${seconds(pausedMsOf(view, eager))}。`,
  },
};
