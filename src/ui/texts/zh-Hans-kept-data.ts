import type { AppTexts } from './app-texts.js';

const count = (number: number): string => number.toLocaleString('en');

function bytes(number: number): string {
  if (number < 1000) return `${number} 字节`;
  return number < 1_000_000 ? `${(number / 1000).toFixed(1)} kB` : `${(number / 1_000_000).toFixed(1)} MB`;
}

/** The page that exports and imports, in Simplified Chinese. */
export const simplifiedChineseKeptData: AppTexts['kept'] = {
  title: '这个浏览器保存的内容',
  lead: '你的进度和设置，是这个浏览器自带日志里一个主题的记录，不会自行离开这里。你可以把它们存成文件带走。',
  noLog: '无法打开日志，所以这里没有可导出的内容，也无法导入。',
  topics: '日志中的主题',
  topic: '主题',
  partitions: '分区',
  offsets: '偏移量',
  size: '大小',
  bytes,
  progress: '你的进度和设置',
  nothing: '还没有保存任何内容。改动一项设置或开始一个情景，它的主题就会出现在这里。',
  export: '导出到文件',
  exportText: '所有主题写进一个 tar，里面是 Kafka 自己的段文件。',
  import: '从文件导入',
  importText: '先检查整个文件，之后才会改动这里的内容。',
  chooseFile: '选择导出文件',
  dropHere: '松开即可读取文件',
  reading: '正在打开日志……',
  exporting: (file) => `正在写入 ${file}`,
  importing: (file) => `正在检查并存储 ${file}`,
  soFar: (done, total, records) =>
    total === 0 ? '刚刚开始' : `${bytes(done)}，共 ${bytes(total)}；${count(records)} 条记录`,
  cancel: '取消',
  go: '导入',
  ask: (file) => `导入 ${file}？`,
  exportedAt: (ms, log) =>
    `${new Date(ms).toLocaleString('zh-CN', { dateStyle: 'long', timeStyle: 'short' })}从日志“${log}”导出。`,
  groups: (number) =>
    number === 0 ? '没有消费者组为这些主题提交过偏移量。' : `包含 ${count(number)} 个消费者组提交的偏移量。`,
  holds: (offsets, size) => `${count(offsets)} 个偏移量，${bytes(size)}`,
  as: '在这里的名称',
  asOf: (topic) => `主题 ${topic} 在这里的名称`,
  namesAreTaken: '名称已被占用的主题会以另一个名称导入。',
  nameProblem: (problem) =>
    ({
      taken: '这里已有同名主题。请换一个名称。',
      twice: '文件中另一个主题也用这个名称。请换一个。',
      'no-name': '名称由 1 到 249 个字符组成：a-z、A-Z、0-9、“.”、“_”和“-”。',
    })[problem],
  replacesProgress: '这里的进度和设置会被文件中的取代。',
  bringsProgress: '页面会从文件中的进度继续。',
  exported: (file, topics, records) => `已把 ${count(topics)} 个主题、${count(records)} 条记录写入 ${file}。`,
  imported: (file, topics, records) => `已从 ${file} 导入 ${count(topics)} 个主题、${count(records)} 条记录。`,
  hasProgress: '页面从其中的进度继续。',
  aborted: (number) => `导出时有 ${count(number)} 个事务尚未结束，已被中止。`,
  cancelled: (what) => (what === 'export' ? '导出已取消。' : '导入已取消。什么都没有留下，这里的内容没有改动。'),
  failed: (what, file, isCertain) => {
    if (what === 'export') return `没有写入 ${file}。`;
    return isCertain ? `没有导入 ${file}。这里的内容没有改动。` : `这里无法得知 ${file} 是否已导入。`;
  },
  problem: (code) =>
    ({
      NOT_AN_EXPORT: '这是另一种文件。请选择由本页或软件包导出的 .tar 文件。',
      UNSUPPORTED_VERSION: '这个文件由更新版本的 Partita 写成。请在那个版本中导入。',
      DAMAGED: '文件已损坏：有一部分被改动或缺失。请重新复制或下载，或再导出一次。',
      INVALID: '文件可以读取，但其中的内容不可能成立。请再导出一次，不要改动其中的内容。',
      TOO_LARGE: '其中有超出可读取大小的内容。请一次少导出几个主题。',
      NO_SPACE: '这个浏览器的存储空间不足。请腾出空间：删除本站或其他网站的数据，或磁盘上的文件，然后重试。',
      TOPIC_EXISTS: '这里已有同名主题。请重新选择文件，并给这个主题换一个名称。',
      UNKNOWN_TOPIC: '有一个主题已经不在了。请用现有的主题重试。',
      LOG_CHANGED: '读取期间日志发生了变化。请再导出一次。',
      STALLED: '一分钟内没有任何进展。请重试，并在此期间保持这个标签页打开。',
      LOG_LOST: '日志移到了另一个标签页，或已关闭。请重新加载页面并查看主题：文件的内容要么全部都在，要么一点也没有。',
      NO_PROGRESS: '文件中用于进度的主题装着别的内容。请选择由本页导出的文件。',
      OTHER: '出现了其他问题。请重试。',
    })[code],
  where: ({ entry, byte, offset }) =>
    [
      ...(entry === undefined ? [] : [entry]),
      ...(byte === undefined ? [] : [`第 ${count(byte)} 字节`]),
      ...(offset === undefined ? [] : [`偏移量 ${count(offset)}`]),
    ].join('，'),
  inDetail: '详情：',
};
