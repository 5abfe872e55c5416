import { offsetsInWords } from './zh-Hans-log.js';
import type { LogEventTexts } from '../state/log-sentences.js';
import type { AppTexts } from './app-texts.js';

const short = (ms: number): string => `${Math.round(ms / 100) / 10} 秒`;

/** What happens to a log, in Simplified Chinese. */
export const simplifiedChineseLogEvents: LogEventTexts = {
  appended: (baseOffset, lastOffset, bytes) =>
    baseOffset === lastOffset
      ? `追加偏移量 ${baseOffset}（${bytes} 字节）。`
      : `追加偏移量 ${baseOffset} 至 ${lastOffset}（${bytes} 字节）。`,
  rolled: (baseOffset) => `日志滚动：新段从偏移量 ${baseOffset} 开始。`,
  checked: (deleted) => (deleted === 0 ? '检查保留期：没有可删除的段。' : `检查保留期：删除 ${deleted} 个段。`),
  deleted: (baseOffsets, reason) => `删除段 ${baseOffsets.join('、')}：${reason}。`,
  logStart: (offset) => `日志现在从偏移量 ${offset} 开始。`,
  looked: (ratio, firstDirty, firstUncleanable, isChosen) =>
    `清理器查看偏移量 ${firstDirty} 到 ${firstUncleanable}（不含）：脏比例 ${ratio.toFixed(2)}，${isChosen ? '足以清理' : '不足以清理'}。`,
  cleaned: (removed, before, after) =>
    removed.length === 0
      ? `清理器什么也没移除（${before} → ${after} 字节）。`
      : `清理器移除 ${offsetsInWords(removed)}，其余记录的偏移量不变（${before} → ${after} 字节）。`,
  outOfRange: (offset, from, to) => `偏移量 ${offset} 超出范围：日志只有 ${from} 到 ${to}（不含）。`,
  finished: '运行结束。',
};

/** The inspector of a log, in Simplified Chinese. */
export const simplifiedChineseLogInspector: AppTexts['logInspector'] = {
  segment: (baseOffset) => `段 ${baseOffset}`,
  record: (offset) => `偏移量 ${offset}`,
  pass: (atMs) => `${short(atMs)}时的清理器`,
  state: '状态',
  appendedAt: '追加于',
  goneAt: '消失于',
  age: '时长',
  deleteHorizon: '须保留到',
  offsets: '偏移量',
  offsetsOf: (from, to) => (to > from ? `${from} 至 ${to - 1}` : '无'),
  size: '字节',
  newest: '最新时间戳',
  createdAt: '开始于',
  deletedAt: '删除于',
  reason: '原因',
  mayGoAfter: '此后可删除',
  ratio: '脏比例',
  threshold: '高于此值才清理',
  firstDirty: '首个脏偏移量',
  firstUncleanable: '首个不可清理偏移量',
  outcome: '结果',
  removed: '移除',
  bytes: '清理前后的字节',
};
