import type { StreamsProgram, StreamsRunStep } from '../../engine/scenario/streams-run-spec.js';
import type { EventTimeWindow } from '../../engine/scenario/streams-run-view.js';
import type { StreamsAppTexts } from './streams-app-texts.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} 秒`;
const short = (ms: number): string => `${Math.round(ms / 100) / 10}`;
const span = (fromMs: number, toMs: number | undefined): string =>
  toMs === undefined ? `${seconds(fromMs)}起` : `${seconds(fromMs)}至${seconds(toMs)}`;
const named = (key: string | null, value: string | null): string => `${key ?? '无键'} → ${value ?? '无值（墓碑）'}`;

/** The ends as they are written of windows that do not hold theirs. */
const windowName = ({ startMs, endMs }: EventTimeWindow): string => `[${short(startMs)}, ${short(endMs)})`;

const windowKinds = { tumbling: '滚动窗口', hopping: '跳跃窗口', sliding: '滑动窗口', session: '会话窗口' } as const;
const joins = {
  'stream-stream': '流–流',
  'stream-table': '流–表',
  'left-stream-table': '流–表左',
  'table-table': '表–表',
  'global-table': '流–全局表',
} as const;

/** What code an application runs, in a few words. */
function programInWords(program: StreamsProgram): string {
  switch (program.program) {
    case 'window-count':
      return `${short(program.sizeMs)} 秒${windowKinds[program.window]}，宽限期 ${short(program.graceMs)} 秒`;
    case 'price-table':
      return `价格表，变更日志：${program.changelog}`;
    case 'retail-desk':
      return `库存低于 ${program.reorderBelow} 时补货`;
    case 'price-join':
      return `${joins[program.join]}连接${program.repartitions ? '，先重分区' : ''}`;
  }
}

/** A step of the script, in a few words. */
function actionInWords(step: StreamsRunStep): string {
  switch (step.does) {
    case 'send':
      return `发送到 ${step.topic}`;
    case 'start':
      return `启动 ${step.instance}`;
    case 'stop':
      return `关闭 ${step.instance}`;
    case 'crash':
      return `杀掉 ${step.instance}`;
    case 'clean-up':
      return `删除 ${step.instance} 的本地状态`;
    case 'deploy':
      return `部署新代码：${programInWords(step.program)}`;
    case 'reset':
      return `重置 ${step.application}`;
    case 'reset-offsets':
      return `${step.application} 的偏移量退到最早`;
    case 'set-partitions':
      return `${step.topic}：${step.partitions} 个分区`;
  }
}

/** Everything about streams applications in Simplified Chinese. */
export const simplifiedChineseStreams: StreamsAppTexts = {
  stage: {
    keyboardHint: '用方向键在舞台上移动：左右在一行之内，上下在行之间；回车键显示所选之物的全部内容。',
    application: (application) => `应用 ${application}`,
    topology: '拓扑',
    subTopology: (id) => `子拓扑 ${id}`,
    globalPart: '全局：每个实例都有全部',
    node: (kind, name) => `${{ topic: '主题', processor: '处理节点', store: '状态存储' }[kind]} ${name}`,
    records: (count) => `· ${count}`,
    eventTime: {
      title: '事件时间',
      legend: (task, { window, sizeMs, graceMs }) =>
        `任务 ${task}；一行是一条记录，最早的在上 · ${windowKinds[window]} ${short(sizeMs)} 秒，宽限期 ${short(graceMs)} 秒`,
      streamTime: (ms) => `流时间 ${short(ms)} 秒`,
      noStreamTime: '还没有流时间',
      clock: (ms) => `时钟 ${short(ms)} 秒`,
      windows: '窗口',
      window: (window, isClosed, value) => `${windowName(window)} ${isClosed ? '已关闭' : '开着'} · ${value}`,
      grace: '宽限期',
      late: '迟到，仍计入',
      closes: (windows) => `关闭 ${windows.map(windowName).join('、')}`,
      dropped: '丢弃：太迟',
      arrivalLong: ({ offset, key, timestampMs, streamTimeMs, isDropped }) =>
        `偏移量 ${offset}，${key ?? '无键'}，事件时间 ${short(timestampMs)} 秒，流时间 ${short(streamTimeMs)} 秒${isDropped ? '，被丢弃' : ''}`,
    },
    tasks: {
      title: '任务与时间',
      legend: '谁负责哪个任务；斜线：正在恢复状态；方块：处理了一条记录',
      instance: '实例',
      condition: {
        absent: '未启动',
        starting: '启动中',
        running: '运行中',
        rebalancing: '再平衡中',
        stopped: '已关闭',
        crashed: '被杀掉',
        failed: '失败',
      },
      lifeLong: (instance, fromMs, toMs, end) =>
        `${instance}，${span(fromMs, toMs)}${end === undefined ? '' : `，${{ stopped: '已关闭', crashed: '被杀掉', failed: '失败' }[end]}`}`,
      failed: (code, message) => `${code}：${message}`,
      spanLong: (task, { instance, role, fromMs, toMs, restoredRecords }) =>
        `任务 ${task} 在 ${instance} 上${role === 'standby' ? '（备用）' : ''}，${span(fromMs, toMs)}${restoredRecords > 0 ? `，从 ${restoredRecords} 条记录恢复状态` : ''}`,
      restored: (records) => `从 ${records} 条恢复`,
      processedLong: ({ task, topic, offset, key, value, atMs, isAgain, isDropped }) =>
        `任务 ${task}，${seconds(atMs)}：${topic} 偏移量 ${offset}，${named(key, value)}${isAgain ? '，再次处理' : ''}${isDropped ? '，被丢弃' : ''}`,
      none: '还没有分配任务',
    },
    stores: {
      title: '此刻的状态存储',
      caption: (store, task, instance) =>
        `${store} · 任务 ${task}${instance === undefined ? '' : `，在 ${instance} 上`}`,
      everywhere: (store) => `${store} · 每个实例上都有`,
      restoring: '正在从变更日志恢复',
      nobody: '此刻没有实例拥有它',
      empty: '空',
      key: '键',
      window: '窗口',
      value: '值',
      rowLong: (key, window, value) => `${key}${window === undefined ? '' : `，窗口 ${windowName(window)}`}：${value}`,
    },
    topics: {
      title: '主题',
      role: {
        input: '输入',
        output: '输出',
        repartition: '重分区主题，由应用自己创建',
        changelog: '状态存储的变更日志，由应用自己创建',
      },
      cellLong: ({ topic, partition, offset, key, value, window, isGone }) =>
        `${topic} p${partition} 偏移量 ${offset}：${named(key, value)}${window === undefined ? '' : `，窗口 ${windowName(window)}`}${isGone ? '，已不在' : ''}`,
      partition: (partition) => `p${partition}`,
      empty: '空',
      tombstone: '无值（墓碑）',
    },
    actions: '做了什么',
    action: actionInWords,
    actionLong: (action, atMs, refused) =>
      `${seconds(atMs)}：${action}${refused === undefined ? '' : `；被拒绝，${refused.code}：${refused.message}`}`,
    windowName,
    timeline: { sent: '输入', processed: '已处理', produced: '输出', tasks: '任务变动' },
    tables: {
      topic: (topic, role) => `${topic}：${role}`,
      tasks: (application) => `${application}：实例与任务`,
      processed: (application) => `${application}：处理过的记录`,
      nodes: (application) => `${application}：拓扑`,
      partition: '分区',
      offset: '偏移量',
      key: '键',
      value: '值',
      timestamp: '事件时间',
      storedAt: '存储于',
      task: '任务',
      instance: '实例',
      from: '从',
      to: '到',
      restored: '恢复自 / 状态',
      streamTime: '流时间',
      at: '时刻',
      outcome: '结果',
      node: '节点',
      kind: '种类',
      next: '下游',
      dropped: '被丢弃',
      again: '再次处理',
      taken: '已处理',
      goesOn: '仍在继续',
      none: '无',
      gone: '已不在',
      action: '操作',
      accepted: '完成',
      waiting: '尚未答复',
    },
  },
  events: {
    finished: '运行结束。',
    sent: (topic, key, value) => `向 ${topic} 发送 ${named(key, value)}。`,
    step: (step) => `脚本：${actionInWords(step)}。`,
    answered: (step) => `完成：${actionInWords(step)}。`,
    refused: (step, code, message) => `被拒绝：${actionInWords(step)}。${code}：${message}`,
    stored: (topic, partition, offset, { key, value, window }) =>
      `${topic} p${partition} 在偏移量 ${offset} 存储 ${named(key, value)}${window === undefined ? '' : `，窗口 ${windowName(window)}`}。`,
    started: (instance) => `${instance} 启动。`,
    ended: (instance, end, error) =>
      `${instance} ${{ stopped: '关闭', crashed: '被杀掉', failed: '失败' }[end]}${error === undefined ? '' : `：${error.code}：${error.message}`}。`,
    stateChanged: (instance, to) => `${instance} 进入状态 ${to}。`,
    assigned: (instance, task, role) => `${instance} 分到${role === 'standby' ? '备用' : ''}任务 ${task}。`,
    restored: (instance, task, records) =>
      records === 0
        ? `${instance} 开始处理任务 ${task}。`
        : `${instance} 从变更日志的 ${records} 条记录恢复了任务 ${task} 的状态。`,
    taskEnded: (instance, task, reason) => `${instance} 交出任务 ${task}（${reason}）。`,
    processed: (task, topic, offset, timestampMs, streamTimeMs) =>
      `任务 ${task} 处理了 ${topic} 的偏移量 ${offset}：事件时间 ${seconds(timestampMs)}，流时间 ${seconds(streamTimeMs)}。`,
    dropped: (task, node, reason, timestampMs, streamTimeMs, window) =>
      `任务 ${task} 在 ${node} 丢弃一条记录（${reason}）：事件时间 ${seconds(timestampMs)}，流时间 ${seconds(streamTimeMs)}${window === undefined ? '' : `，窗口 ${windowName(window)} 已关闭`}。`,
    topicCreated: (topic, partitions) => `创建主题 ${topic}，${partitions} 个分区。`,
    topicDeleted: (topic) => `删除主题 ${topic}。`,
    cleaned: (topic, partition, removed) => `清理器从 ${topic} p${partition} 去掉 ${removed} 条记录。`,
    committed: (instance, tasks) => `${instance} 提交了任务 ${tasks.join('、')}。`,
  },
  inspector: {
    record: (topic, partition, offset) => `${topic} p${partition}，偏移量 ${offset}`,
    taskTitle: (task) => `任务 ${task}`,
    storeTitle: (store) => `状态存储 ${store}`,
    window: '窗口',
    storedAt: '存储于',
    task: '任务',
    instance: '实例',
    takenAt: '处理于',
    streamTime: '当时的流时间',
    outcome: '结果',
    taken: '已处理',
    dropped: '被丢弃',
    again: '再次处理',
    droppedBy: '丢弃者',
    role: '角色',
    roles: { active: '活动', standby: '备用' },
    assignedAt: '分配于',
    restoredAt: '状态就绪于',
    restoredFrom: '恢复自',
    records: (count) => `${count} 条记录`,
    startedAt: '启动于',
    endedAt: '结束于',
    reason: '原因',
    ends: {
      revoked: '交给了另一个实例',
      lost: '组已不等它',
      closed: '实例已关闭',
      failed: '实例失败',
      crashed: '实例消失了',
    },
    state: '状态',
    error: '错误',
    message: '消息',
    changedAt: '改变于',
    changelog: '变更日志',
    partitions: '分区数',
    recordCount: '记录数',
    subTopology: '子拓扑',
    stores: '状态存储',
    next: '传给',
    askedAt: '请求于',
    answeredAt: '答复于',
  },
  vary: {
    names: {
      windows: '窗口种类',
      'window-size': '长度、时差或间隔',
      'window-grace': '宽限期',
      'final-only': '只要最终结果（suppress）',
      changelog: '表保存在哪里',
      'reorder-below': '低于多少时补货',
      'opening-stock': '初始库存',
      join: '连接',
      'join-window': '连接窗口，前后各',
      repartition: '两边都先重分区',
    },
    choices: {
      tumbling: '滚动',
      hopping: '跳跃，每 5 秒',
      sliding: '滑动',
      session: '会话',
      'stream-stream': '流–流',
      'stream-table': '流–表',
      'left-stream-table': '流–表，左连接',
      'table-table': '表–表',
      'global-table': '流–全局表',
      compact: '压缩的变更日志',
      delete: '20 秒后删除的变更日志',
      'input-topic': '输入主题本身',
      none: '哪里都不存',
    },
  },
};
