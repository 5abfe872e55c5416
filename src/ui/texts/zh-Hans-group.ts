import type { GroupRunStep, RunGroupProtocol, RunResetTarget } from '../../engine/scenario/group-run-spec.js';
import type { GroupTexts } from '../components/group/group-texts.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} 秒`;
const sentence = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('，');
const span = (fromMs: number, toMs: number | undefined): string =>
  toMs === undefined ? `从 ${seconds(fromMs)}起` : `${seconds(fromMs)}至 ${seconds(toMs)}`;

export const partitionsInWords = (partitions: readonly number[]): string =>
  partitions.length === 0 ? '没有分区' : partitions.map((partition) => `p${partition}`).join('、');

const protocols: Readonly<Record<RunGroupProtocol, string>> = {
  eager: '经典协议，range：一次全部交出',
  cooperative: '经典协议，cooperative-sticky',
  consumer: 'consumer，KIP-848',
};

const states: Readonly<Record<string, string>> = {
  Empty: '空',
  PreparingRebalance: '准备再平衡',
  CompletingRebalance: '完成再平衡',
  Assigning: '分配中',
  Reconciling: '协调中',
  Stable: '稳定',
  Dead: '已消亡',
};

/** Where a reset leads, in words. */
function targetInWords(to: RunResetTarget): string {
  switch (to.kind) {
    case 'earliest':
      return '到最早';
    case 'latest':
      return '到最新';
    case 'offset':
      return `到偏移量 ${to.offset}`;
    case 'datetime':
      return `到第 ${seconds(to.atMs)}`;
    case 'by-duration':
      return `回退 ${seconds(to.durationMs)}`;
    case 'shift-by':
      return `移动 ${to.by > 0 ? '+' : ''}${to.by}`;
  }
}

/** A step of the script, in a few words. */
export function actionInWords(step: GroupRunStep): string {
  switch (step.does) {
    case 'send':
      return '发送';
    case 'start':
      return `启动 ${step.member}`;
    case 'stop':
      return `停止 ${step.member}`;
    case 'crash':
      return `杀掉 ${step.member}`;
    case 'set-partitions':
      return `${step.topic}：${step.partitions} 个分区`;
    case 'delete-records':
      return `删除 p${step.partition} 中 ${step.beforeOffset} 之前的记录`;
    case 'reset-offsets':
      return `重置 ${step.group} ${targetInWords(step.to)}${step.partitions === undefined ? '' : `（${partitionsInWords(step.partitions)}）`}`;
    case 'seek':
      return `${step.member} 把 p${step.partition} 跳到 ${step.offset}`;
  }
}

/** The words of the stage of groups in Simplified Chinese. */
export const simplifiedChineseGroup: GroupTexts = {
  keyboardHint: '左右键沿一行移动，上下键在分区、状态、成员和提交之间移动，Enter 说明所选的内容。',
  dragHint: '已提交的偏移量可以拖动；用键盘时，左右键移动它，Enter 确定。',
  dragged: (group, partition, offset) => `${group} 组将从偏移量 ${offset} 开始读 p${partition}`,
  topic: (topic) => `主题 ${topic}`,
  partition: (partition) => `p${partition}`,
  lag: '滞后',
  lagLong: (group, partition, lag) => `${group} 组在 p${partition} 的滞后：${lag === undefined ? '还没有提交' : lag}`,
  committed: '已提交：接下来读',
  position: '当前位置',
  logEnd: '日志末端',
  logEndLong: (partition, offset) => `p${partition} 的日志末端：${offset}`,
  committedLong: (group, partition, offset) => `${group} 组在 p${partition} 提交到偏移量 ${offset}`,
  positionLong: (group, owner, partition, offset) => `${owner ?? group} 接下来读 p${partition} 的偏移量 ${offset}`,
  trackLong: (partition, logStart, logEnd) => `分区 ${partition}，日志起点 ${logStart}，日志末端 ${logEnd}`,
  recordLong: ({ partition, offset, key, label, isGone }) =>
    sentence([`p${partition}，偏移量 ${offset}`, key ?? '没有键', label, isGone ? '已删除' : '']),
  inTime: '沿时间看',
  legend: {
    rebalancing: '正在再平衡',
    owned: '负责',
    paused: '无人读取',
    repeated: '再次处理',
    cutShort: '中断',
    stopped: '已停止',
    crashed: '已崩溃',
    removed: '被移出组',
    refused: '被拒绝',
  },
  group: (group) => `${group} 组`,
  protocol: (protocol) => protocols[protocol],
  state: (state) => states[state] ?? state,
  epoch: (protocol, epoch) => (protocol === 'consumer' ? `纪元 ${epoch}` : `第 ${epoch} 代`),
  stateLong: ({ state, epoch, fromMs, toMs }) => sentence([state, epoch, span(fromMs, toMs)]),
  states: '状态',
  paused: '停读',
  pausedNow: '停读',
  pausedLong: (partition, fromMs, toMs) => `p${partition} 无人读取，${span(fromMs, toMs)}`,
  commits: '提交',
  commitLong: ({ atMs, member, partition, offset, refused }) =>
    sentence([
      member === '' ? `p${partition} 的偏移量被设为 ${offset}` : `${member} 提交 p${partition} 的偏移量 ${offset}`,
      `第 ${seconds(atMs)}`,
      refused === undefined ? '' : `被拒绝：${refused}`,
    ]),
  member: {
    idle: '空闲',
    absent: '未启动',
    stopped: '已停止',
    crashed: '已崩溃',
    failed: '已失败',
    isStatic: '静态',
    long: (member, owned, handled) =>
      sentence([member, `负责${partitionsInWords(owned)}`, handled === undefined ? '' : `已处理 ${handled} 条`]),
    lifeLong: (member, end, atMs, error) =>
      `${member} 在 ${seconds(atMs)}时${{ stopped: '停止', crashed: '崩溃', failed: '失败' }[end]}${error === undefined ? '' : `：${error.code}，${error.message}`}`,
    removedLong: (member, atMs, reason) =>
      `${member} 在 ${seconds(atMs)}时出组${reason === undefined ? '' : `：${reason}`}`,
    ownedLong: ({ member, partition, fromMs, toMs, isLost, movedFrom }) =>
      sentence([
        `${member} 负责 p${partition}`,
        span(fromMs, toMs),
        movedFrom === undefined ? '' : `此前属于 ${movedFrom}`,
        isLost ? '失去' : '',
      ]),
    handlingLong: ({ record, partition, offset, fromMs, toMs, attempt, isCutShort }) =>
      sentence([
        `${record}（p${partition}，偏移量 ${offset}）`,
        isCutShort
          ? `第 ${seconds(fromMs)}开始，中断`
          : toMs === undefined
            ? `从 ${seconds(fromMs)}起处理中`
            : span(fromMs, toMs),
        attempt > 1 ? `第 ${attempt} 次` : '',
      ]),
  },
  totals: {
    paused: (ms) => `停读 ${seconds(ms)}`,
    moved: (count) => `移动 ${count} 个分区`,
    handled: (count) => `处理 ${count} 次`,
    repeats: (count) => `重复 ${count} 次`,
  },
  actions: '管理员',
  action: actionInWords,
  actionLong: (action, atMs, refused) =>
    `第 ${seconds(atMs)}，${action}${refused === undefined ? '' : `：被拒绝，${refused.code}。${refused.message}`}`,
  refused: (code) => `被拒绝：${code}`,
  timeline: { appended: '追加', handled: '处理', committed: '提交', rebalances: '组状态' },
  tables: {
    records: (topic) => `主题 ${topic} 的记录`,
    standing: (group) => `${group} 组读到哪里`,
    states: (group) => `${group} 组的状态`,
    members: (group) => `${group} 组的成员`,
    owned: (group) => `${group} 组中谁负责过什么`,
    handled: (group) => `${group} 组处理了什么`,
    commits: (group) => `${group} 组的提交`,
    actions: '管理员做了什么',
    partition: '分区',
    offset: '偏移量',
    record: '记录',
    key: '键',
    value: '值',
    committed: '已提交',
    position: '当前位置',
    logEnd: '日志末端',
    lag: '滞后',
    owner: '负责者',
    state: '状态',
    epoch: '代或纪元',
    from: '从',
    to: '到',
    at: '时刻',
    member: '成员',
    owns: '负责',
    attempt: '第几次',
    outcome: '结果',
    action: '操作',
    none: '无',
    goesOn: '仍在继续',
    accepted: '完成',
    waiting: '尚未答复',
    lost: '失去',
    givenUp: '交出',
    cutShort: '中断',
  },
};
