import { actionInWords, partitionsInWords, simplifiedChineseGroup } from './zh-Hans-group.js';
import type { GroupAppTexts } from './group-app-texts.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} 秒`;
const and = (words: readonly string[]): string => words.join('、');

/** Everything about groups in Simplified Chinese. */
export const simplifiedChineseGroups: GroupAppTexts = {
  stage: simplifiedChineseGroup,
  events: {
    sent: (record) => `发送 ${record}。`,
    finished: '运行结束。',
    appended: (records, partition, baseOffset) => `p${partition} 在偏移量 ${baseOffset} 处存储 ${and(records)}。`,
    step: (step) => (step.does === 'send' ? undefined : `脚本：${actionInWords(step)}。`),
    answered: (step) => `完成：${actionInWords(step)}。`,
    refused: (step, code, message) => `被拒绝：${actionInWords(step)}。${code}：${message}`,
    stateChanged: (group, to, protocol, epoch, reason) =>
      `${group} 组${simplifiedChineseGroup.state(to)}（${simplifiedChineseGroup.epoch(protocol, epoch)}）：${reason}。`,
    reasons: {
      joins: (members) => `${and(members)} 加入`,
      'joins-again': (members) => `${and(members)} 再次加入`,
      left: (members) => `${and(members)} 离开`,
      'session-expired': (members) => `${and(members)} 的会话过期`,
      'sync-timeout': (members) => `${and(members)} 没有及时来取自己的分区`,
      'all-joined': () => '所有成员都已加入，由组长分配',
      assigned: () => '组长已分配分区',
      empty: () => '最后一个成员已离开',
      'given-up': () => '协调者放弃了这个组',
      'new-epoch': () => '组有了新纪元，由 broker 分配',
      reconciling: () => '成员各按自己的节奏交出和接手分区',
      reconciled: () => '每个成员都有了应有的分区',
      'read-back': () => '协调者重新读出了这个组',
    },
    epochChanged: (group, epoch) => `${group} 组进入纪元 ${epoch}。`,
    targetAssigned: (group, epoch) => `broker 已为纪元 ${epoch} 分配 ${group} 组的分区。`,
    memberEpochChanged: (member, epoch, state) =>
      state === 'stable' ? `${member} 到达纪元 ${epoch}。` : `${member} 正在前往纪元 ${epoch}（${state}）。`,
    converted: (group, to) => `${group} 组转到 ${to} 协议。`,
    joined: (member, group) => `${member} 加入 ${group} 组。`,
    left: (member, group, reason) =>
      ({
        left: `${member} 离开 ${group} 组。`,
        'session-expired': `${group} 组移除 ${member}：会话期内没有心跳。`,
        'rebalance-timeout': `${group} 组移除 ${member}：没有及时再次加入。`,
        replaced: `另一个进程以 ${member} 的身份加入 ${group} 组。`,
      })[reason],
    groupDeleted: (group, reason) => `${group} 组${reason === 'expired' ? '已过期' : '被删除'}，偏移量也随之消失。`,
    assigned: (member, partitions, protocol, epoch) =>
      partitions.length === 0
        ? `${member} 在${simplifiedChineseGroup.epoch(protocol, epoch)}中没有分到分区。`
        : `${member} 在${simplifiedChineseGroup.epoch(protocol, epoch)}中分到 ${partitionsInWords(partitions)}。`,
    revoked: (member, partitions, isLost) => `${member} ${isLost ? '失去' : '交出'} ${partitionsInWords(partitions)}。`,
    started: (member) => `${member} 启动。`,
    ended: (member, end, error) =>
      `${member} ${{ stopped: '停止', crashed: '崩溃', failed: '失败' }[end]}${error === undefined ? '' : `：${error.code}，${error.message}`}。`,
    begun: (member, record, partition, offset) => `${member} 开始处理 ${record}（p${partition}，偏移量 ${offset}）。`,
    handled: (member, record) => `${member} 处理完 ${record}。`,
    committed: (group, partition, offset) => `${group} 组提交 p${partition} 的偏移量 ${offset}。`,
    commitRefused: (member, code, message) => `${member} 的提交被拒绝：${code}。${message}`,
    offsetReset: (member, partition, offset, isOutOfRange) =>
      `${member} 从偏移量 ${offset} 读 p${partition}：${isOutOfRange ? '原来的偏移量已不在日志中' : '没有提交过偏移量'}，由 auto.offset.reset 决定。`,
    logStart: (partition, offset) => `p${partition} 的日志现在从偏移量 ${offset} 开始。`,
  },
  inspector: {
    record: (topic, partition, offset) => `${topic}-${partition}，偏移量 ${offset}`,
    handling: (member) => `在 ${member} 手中`,
    commit: (atMs) => `第 ${seconds(atMs)}的提交`,
    partition: (member, partition) => `${member} 的 p${partition}`,
    action: (atMs) => `管理员，第 ${seconds(atMs)}`,
    recordName: '记录',
    appendedAt: '追加时刻',
    handledBy: '处理者',
    partitionName: '分区',
    offset: '偏移量',
    state: '状态',
    epoch: '代或纪元',
    time: '时间',
    lasted: '历时',
    reason: '原因',
    attempt: '至此第几次',
    outcome: '结果',
    member: '成员',
    group: '组',
    startedAt: '读取起点',
    start: (source, offset) =>
      ({
        committed: `${offset}，已提交`,
        reset: `${offset}，没有提交过：auto.offset.reset`,
        'out-of-range': `${offset}，超出范围：auto.offset.reset`,
      })[source],
    lag: '滞后',
    refused: '被拒绝',
    accepted: '完成',
    waiting: '尚未答复',
    answeredAt: '答复时刻',
    message: 'Kafka 的答复',
    lost: '失去',
    givenUp: '交出',
    cutShort: '因进程结束而中断',
    inHand: '处理中',
    handled: '已处理',
    owned: '负责中',
  },
  vary: {
    names: {
      commits: '何时提交',
      handling: '每条记录用时',
      members: '成员数',
      partitions: '分区数',
      keyed: '记录有键',
      seed: '种子',
    },
    all: '所有组',
    handling: (member) => `${member} 用时`,
    isStatic: '静态成员（group.instance.id）',
    commits: {
      'before-handling': '处理之前',
      'after-handling': '处理之后',
      each: '每条记录之后',
      auto: '自动',
    },
  },
};
