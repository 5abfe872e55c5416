import { offsetRuns } from '../components/log/log-measures.js';
import type { LogTexts } from '../components/log/log-texts.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} 秒`;
const short = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;
const whole = (ms: number): string => `${Math.floor(ms / 1000)} 秒`;

/** `0 至 3、6`。 */
export function offsetsInWords(offsets: readonly number[]): string {
  return offsetRuns(offsets)
    .map(([from, to]) => (from === to ? `${from}` : `${from} 至 ${to}`))
    .join('、');
}

const reasons: Readonly<Record<string, string>> = {
  'retention-ms': '段中最新的记录也已超过 retention.ms',
  'retention-bytes': '日志大小超过 retention.bytes',
  'log-start': '日志起点已在它之后',
  'delete-records': '其中的记录被请求删除',
};

/** The words of a log's stage in Simplified Chinese. */
export const simplifiedChineseLog: LogTexts = {
  title: '日志',
  keyboardHint: '左右键在记录之间移动，上下键在记录、段和清理之间移动，Enter 说明所选的内容。',
  pickHint: '按 Enter 选中一条记录，再按一次取消。',
  offset: '偏移量',
  ageShort: whole,
  age: '时长',
  logStart: (offset) => `日志起点 ${offset}`,
  highWatermark: (offset) => `高水位 ${offset}`,
  logEnd: (offset) => `日志末端 ${offset}`,
  together: (names) => names.join(' · '),
  reader: (reader, position) => `${reader} 接下来读 ${position}`,
  outOfRange: (reader, offset) => `${reader}：偏移量 ${offset} 超出范围`,
  recordLong: ({ offset, key, value, ageMs, state }) =>
    [
      `偏移量 ${offset}`,
      key ?? '没有键',
      value === null ? '墓碑，值 null' : `值 ${value}`,
      state === 'stored'
        ? ageMs === undefined
          ? ''
          : `已有 ${whole(ageMs)}`
        : state === 'removed'
          ? '已被清理'
          : '已删除',
    ]
      .filter((part) => part !== '')
      .join('，'),
  segment: (baseOffset) => `段 ${baseOffset}`,
  active: '活动段',
  size: (bytes, of) => (of === undefined ? `${bytes} 字节` : `${bytes} / ${of} 字节`),
  newest: (timestampMs) => `最新 ${short(timestampMs)}`,
  empty: '空',
  deletedAt: (atMs) => `${short(atMs)}时删除`,
  reason: (reason) => reasons[reason] ?? reason,
  gone: '删除了什么，为什么',
  goneSentence: (baseOffset, atMs, reason) => `${short(atMs)}，段 ${baseOffset}：${reason}。`,
  segmentLong: ({ baseOffset, endOffset, bytes, of, newestMs, isActive, isOverdue, deletedAtMs }) =>
    [
      `段 ${baseOffset}`,
      deletedAtMs === undefined
        ? endOffset > baseOffset
          ? `偏移量 ${baseOffset} 至 ${endOffset - 1}`
          : '空'
        : `${short(deletedAtMs)}时删除`,
      deletedAtMs === undefined ? (of === undefined ? `${bytes} 字节` : `${bytes} / ${of} 字节`) : '',
      newestMs === undefined ? '' : `最新时间戳 ${short(newestMs)}`,
      isActive && deletedAtMs === undefined ? '活动段' : '',
      isOverdue ? '全部超过 retention.ms' : '',
    ]
      .filter((part) => part !== '')
      .join('，'),
  times: '沿时间看',
  timesLegend: '每条记录位于其时间戳处，每个段画到它消失为止',
  ago: (retentionMs) => `${short(retentionMs)}之前`,
  horizonLong: (retentionMs, atMs) => `${short(atMs)}之前的内容已超过 retention.ms（${short(retentionMs)}）`,
  overdue: (retentionMs) => `全部超过 ${short(retentionMs)}`,
  newestAge: (ageMs) => `最新的已有 ${whole(ageMs)}`,
  checks: '保留检查',
  checkLong: (atMs, deleted) => `${short(atMs)}时检查保留期，${deleted === 0 ? '什么也没删' : `删除 ${deleted} 个段`}`,
  nextCheck: (inMs) => `${seconds(inMs)}后检查`,
  deletedCount: (count) => `删除 ${count} 个`,
  cleaner: '清理器',
  noPass: '还没有看过',
  passLong: (atMs, ratio, isChosen) =>
    `清理器在 ${short(atMs)}时查看：脏比例 ${ratio.toFixed(2)}，${isChosen ? '已清理' : '未清理'}`,
  passAt: (atMs) => `${short(atMs)}时的清理器`,
  chosen: '已清理',
  notChosen: '未清理',
  ratio: (ratio) => `脏比例 ${ratio.toFixed(2)}`,
  threshold: (ratio) => `高于 ${ratio} 才清理`,
  clean: '干净',
  dirty: '脏',
  uncleanable: '活动段，不清理',
  firstDirty: (offset) => `首个脏偏移量 ${offset}`,
  firstUncleanable: (offset) => `首个不可清理偏移量 ${offset}`,
  removed: (offsets) => `移除了 ${offsetsInWords(offsets)}`,
  removedNothing: '什么也没移除',
  bytes: (before, after) => `清理前 ${before} 字节，清理后 ${after} 字节`,
  horizon: (offset, horizonMs, leftMs) =>
    leftMs > 0
      ? `偏移量 ${offset} 的墓碑须保留到 ${short(horizonMs)}：还有 ${seconds(leftMs)}。`
      : `偏移量 ${offset} 的墓碑可在下一次清理时移除（自 ${short(horizonMs)}起）。`,
  table: {
    title: '日志合成的表',
    key: '键',
    value: '值',
    offset: '偏移量',
    nothing: '没有键有值',
  },
  tables: {
    records: '记录',
    segments: '段',
    checks: '保留检查',
    passes: '清理器的查看',
    readers: '读取者',
    state: '状态',
    states: { stored: '已存', removed: '已被清理', deleted: '已删除' },
    timestamp: '时间戳',
    segment: '段',
    base: '起始偏移量',
    size: '字节',
    newest: '最新时间戳',
    at: '时刻',
    deleted: '删除的段',
    reader: '读取者',
    position: '位置',
    ratio: '脏比例',
    outcome: '结果',
    outOfRange: '超出范围',
    none: '无',
  },
  timeline: { appended: '追加', checked: '检查', cleaned: '清理' },
};
