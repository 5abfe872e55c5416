import type { ComponentTexts } from '../components/component-texts.js';
import { simplifiedChineseLog } from './zh-Hans-log.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} 秒`;
const actors: Readonly<Record<string, string>> = { worker: '工作者', subscriber: '订阅者' };

function actorName(actor: string, group: string | undefined): string {
  const [kind = '', number = ''] = actor.split(/-(?=\d+$)/);
  return group === undefined ? `${actors[kind] ?? kind} ${number}` : `${group} · 成员 ${number}`;
}

/** The components' words in Simplified Chinese. */
export const simplifiedChineseComponents: ComponentTexts = {
  language: 'zh-Hans',
  seconds,
  axisMark: (ms) => `${ms / 1000} 秒`,
  stage: {
    name: (atMs) => `${seconds(atMs)}时的运行状态`,
    atMoment: (atMs) => `第 ${seconds(atMs)}`,
    recordsHeading: (count) => (count === 12 ? '十二条记录' : `${count} 条记录`),
    recordsLegend: '',
    inTime: '处理过程，按时间 →',
    keyboardHint: '上下键在各行之间移动，左右键在记录之间移动，回车键查看说明。',
    wholeAxis: '整个时间轴',
    unfold: (laneTitle) => `展开${laneTitle}`,
    foldedCount: (handled) => `已处理 ${handled} 条`,
  },
  lane: {
    title: (lane, partitions) =>
      ({
        queue: '传统队列',
        'publish-subscribe': '发布/订阅',
        topic: `主题，${partitions === 3 ? '三' : `${partitions} `}个分区`,
      })[lane],
    sentence: (lane) =>
      ({
        queue: '消息交给工作者，一经确认就消失。',
        'publish-subscribe': '消息交给正在收听的订阅者，不作保留。',
        topic: '记录存储下来，由消费者组读取。',
      })[lane],
  },
  actor: {
    name: (_, actor, group) => actorName(actor, group),
    handledOf: (handled, total) => `${handled}/${total} 条`,
    idle: '空闲',
    standsBy: '待命',
    absent: '还没来',
    owns: (partitions) => `负责分区 ${partitions.join('、')}`,
    row: (name, handled) => (handled === undefined ? `${name}，处理过程` : `${name}，已处理 ${handled} 条`),
  },
  queue: {
    ready: '待取',
    inHand: '处理中',
    acknowledged: '已确认',
    empty: '空',
    timeLeft: (ms) => `${Math.ceil(ms / 1000)} 秒`,
    inHandLong: (name, label, ms) => `${name}正在处理 ${label}，若 ${Math.ceil(ms / 1000)} 秒内未确认则重新待取`,
    redelivered: (count) => `重新投递 ${count} 次`,
  },
  publishSubscribe: {
    topic: '主题',
    kept: '保留',
    nothing: '无',
    inboxEmpty: '收件箱空',
    inboxOf: (name) => `${name}的收件箱`,
    missed: (count) => `错过 ${count} 条`,
  },
  topic: {
    partitionLong: (partition, highWatermark) => `分区 ${partition}，高水位 ${highWatermark}`,
    highWatermark: '高水位',
    highWatermarkLong: (offset) => `高水位 ${offset}：读者能看到它之前的记录`,
    committedLong: (group, offset) => `${group} 组已提交偏移量 ${offset}`,
    positionLong: (_, owner, offset) => `${owner} 下一次读取偏移量 ${offset}`,
    committed: '已提交',
    position: '位置',
  },
  record: {
    long: (key, label) => (key === null ? label : `${key}，${label}`),
    atOffset: (offset, record) => `偏移量 ${offset}，${record}`,
    handling: (record, fromMs, toMs, attempt) =>
      `${record}，${toMs === undefined ? `从 ${seconds(fromMs)}起处理中` : `${seconds(fromMs)}到 ${seconds(toMs)}`}${attempt > 1 ? `，第 ${attempt} 次投递` : ''}`,
    tombstone: '墓碑',
    noKey: '没有键',
  },
  drag: {
    hint: '拖动末端，或按 [ 和 ]，使它变短或变长',
    changed: (label, handlingMs) => `${label} 现在需要 ${seconds(handlingMs)}`,
  },
  overtaking: {
    bracket: (later, earlier, byMs) =>
      `${later} 比 ${earlier} 后发先至${byMs === undefined ? '' : `，早 ${seconds(byMs)}`}`,
    counted: (count, worstMs) => `后发先至 ${count} 次${worstMs === undefined ? '' : `，最多早 ${seconds(worstMs)}`}`,
    more: (count) => `还有 ${count} 处`,
  },
  band: {
    name: (name, count) => `${name}，${count === undefined ? '处理过程' : `${count} 次处理`}以吞吐量显示；按回车键放大`,
  },
  table: {
    nowCaption: (title, atMs) => `${title}，第 ${seconds(atMs)}`,
    handledCaption: (title) => `${title}：处理过程，按时间`,
    what: '内容',
    records: '记录',
    record: '记录',
    key: '键',
    by: '处理者',
    from: '开始',
    to: '结束',
    attempt: '第几次投递',
    partition: '分区',
    offset: '偏移量',
    group: '消费者组',
    committed: '已提交',
    position: '位置',
    owner: '负责者',
    highWatermark: '高水位',
    stillInHand: '处理中',
    none: '无',
  },
  timeline: {
    name: '运行时间',
    produced: '已发出',
    delivered: '已投递',
    committed: '已提交',
    value: (atMs, endMs) => `${seconds(atMs)}，共 ${seconds(endMs)}`,
  },
  controls: {
    name: '播放控制',
    stepBack: '后退一步',
    play: '播放',
    pause: '暂停',
    stepForward: '前进一步',
    speed: '速度',
    speedValue: (factor) => `×${factor}`,
  },
  inspector: {
    name: '详情',
    close: '关闭详情',
    nothingSelected: '在图上点选一条记录，查看它的全部内容。',
    fields: '字段',
    value: '值',
    bytes: '字节',
    byteCount: (count) => `${count} 字节`,
    batch: '在日志中',
    headers: '标头',
    why: '原因',
    nullValue: 'null（墓碑）',
    goTo: (atMs) => `跳到 ${seconds(atMs)}`,
    showAllBytes: '显示全部字节',
  },
  ledger: {
    name: '明细',
    lane: '方式',
    who: '谁',
    delivered: '投递',
    handled: '处理',
    records: '记录',
    sum: '合计',
    verdicts: '每个键的先后顺序',
    scope: (lane, scope) =>
      lane === 'queue' ? '队列' : lane === 'topic' ? `${scope} 组` : actorName(scope, undefined),
    broken: (keys) => `${keys.slice(0, 3).join('、')}${keys.length > 3 ? ` 等 ${keys.length} 个键` : ''} 被打乱`,
    notJudged: '没有重复的键',
    keptAcrossKeys: '键内、键间都有序',
    keptWithinKeys: '键内有序，键间无序',
    evidence: () => '查看证据',
    finished: (label, atMs, name) => `${label} 由${name}在 ${seconds(atMs)}处理完`,
    notFinished: (label, name) => `${label} 尚未由${name}处理完`,
  },
  log: simplifiedChineseLog,
  live: {
    log: '事件记录',
    empty: '还没有发生任何事。',
  },
};
