import type { AppTexts } from './app-texts.js';
import { simplifiedChineseLogEvents, simplifiedChineseLogInspector } from './zh-Hans-log-story.js';
import { simplifiedChineseKeptData } from './zh-Hans-kept-data.js';
import { simplifiedChineseComponents } from './zh-Hans-components.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} 秒`;
const partitionList = (partitions: readonly number[]): string =>
  partitions.map((partition) => `p${partition}`).join('、');

/** The app in Simplified Chinese. */
export const simplifiedChinese: AppTexts = {
  components: simplifiedChineseComponents,
  seconds,
  events: {
    sent: (record) => `发出 ${record}。`,
    finished: '运行结束。',
    enqueued: (record) => `${record} 进入队列。`,
    taken: (actor, record, attempt) => `${actor}取走 ${record}${attempt > 1 ? `（第 ${attempt} 次投递）` : ''}。`,
    handled: (actor, record) => `${actor}处理完 ${record}。`,
    acknowledged: (record) => `${record} 已确认，从队列中消失。`,
    redelivered: (actor, record, reason) =>
      `${record} 重新待取：${reason === 'timeout' ? `${actor}没有及时确认` : `${actor}已离开`}。`,
    subscribed: (actor) => `${actor}开始收听。`,
    published: (record, listeners) => `${record} 发布给 ${listeners} 个收听者。`,
    received: (actor, record) => `${record} 进入${actor}的收件箱。`,
    appended: (records, partition, baseOffset, bytes) =>
      `p${partition} 在偏移量 ${baseOffset} 存储 ${records}（批次 ${bytes} 字节）。`,
    producerSent: (record, partition) => `生产者把 ${record} 发往 p${partition}。`,
    delivered: (actor, record, partition, offset) => `${record} 从 p${partition} 的偏移量 ${offset} 投递给 ${actor}。`,
    committed: (group, partition, offset) => `${group} 组提交 p${partition} 的偏移量 ${offset}。`,
    assigned: (actor, partitions, generation) =>
      `${actor} 在第 ${generation} 代${partitions.length === 0 ? '没有分到分区' : `负责 ${partitionList(partitions)}`}。`,
    revoked: (actor, partitions) =>
      `${actor} 交出${partitions.length === 0 ? '：无' : ` ${partitionList(partitions)}`}。`,
    joined: (actor, group) => `${actor} 加入消费者组 ${group}。`,
  },
  logEvents: simplifiedChineseLogEvents,
  shell: {
    home: '首页',
    languages: '语言',
    theme: (theme) => ({ auto: '自动', light: '浅色', dark: '深色' })[theme],
    presenter: '大字',
    keys: '按键',
    skipToContent: '跳到正文',
    loading: '正在打开日志……',
    failed: (message) => `运行中断：${message} 请重新加载页面，从已存储的地方继续。`,
  },
  home: {
    title: 'Kafka 的模型，就在这个标签页里真实运行',
    lead: '让同样的订单经过队列、发布/订阅和消费者组。先预测谁得到什么、顺序如何，再运行。',
    honest: '这里没有编造数字的动画：真实的分区日志会写入浏览器自带的数据库。重新加载页面，写下的内容仍然都在。',
    ownRecords: '使用我自己的记录',
    keptData: '导出或导入保存的内容',
    sketch: '一次真实运行的开头：十二条记录，以及最先几条由谁取走',
    sketchCaption: '一次真实运行的最初两秒。接下来会怎样？',
    scenarios: '情景',
    subjects: { sharing: '分担', groups: '消费者组', offsets: '偏移量与故障', storage: '存储', streams: '流处理' },
    done: '已完成',
    begun: '进行中',
    predicted: (made, of) => `已预测 ${made} / ${of}`,
    minutes: (count) => `${count} 分钟`,
    embed: '用在你的应用里',
    embedText: '本页背后的引擎是一个软件包：在用户浏览器里运行的持久、分区、可重放的日志。',
    serve: '用 Kafka 自己的客户端',
    serveText: '同一个引擎在 Node 里讲 Kafka 的协议。不要 Docker，不要 JVM；同样的代码以后照样连真正的集群。',
  },
  player: {
    phases: {
      'set-up': '准备',
      predict: '预测',
      run: '运行',
      observe: '观察',
      explain: '解释',
      vary: '改动',
      play: '自由发挥',
    },
    steps: '情景的步骤',
    stepOf: (at, of) => `第 ${at} 步，共 ${of} 步`,
    story: '讲解',
    stage: '演示',
    predict: '这是我的预测',
    ratherNot: '我不想预测',
    yourNumber: '你的数字',
    pickOnTheTrack: '也可以直接在轨道上点选。',
    saw: '我看到的是这样',
    sawNothing: '再看一遍',
    check: '检查',
    next: '继续',
    back: '返回',
    run: '运行',
    pause: '暂停',
    startAgain: '重新开始',
    answered: '你的回答',
    notPredicted: '未预测',
    youSaidLabel: '运行之前你的预测',
    saidAndHappened: '你的预测与实际结果',
    youSaid: '预测',
    happened: '结果',
    ran: '运行',
    asItWas: '正是如此。',
    lookAgain: '运行的结果不是这样。再看看图：',
    explanation: '为什么会这样',
    event: '事件',
    config: '设置',
    sources: '延伸阅读',
    goTo: (ms) => `跳到 ${seconds(ms)}`,
    trials: '把你选的每一项都运行一遍',
    guarantees: '能保证。',
    guaranteesNot: '不能保证。',
    showRun: '看这次运行',
    backToOwnRun: '回到原来的运行',
    shows: { drawing: '图', tables: '表格', ledger: '明细' },
    eventLog: '事件记录',
    challenge: '挑战',
    met: '完成。',
    showHint: '给个提示',
    tries: (count) => `已运行 ${count} 次`,
    paused: (ms) => `在 ${seconds(ms)}暂停。`,
    ended: (ms) => `运行在 ${seconds(ms)}结束。`,
    question: (heading) => `问题：${heading}`,
  },
  vary: {
    limited: (least, most) => `只能在 ${least} 到 ${most} 之间，已取最接近的值。`,
    name: '可以改动的',
    queue: '队列',
    publishSubscribe: '发布/订阅',
    topic: '主题',
    records: '记录',
    secondsUnit: '秒',
    speedOf: (actor) => `${actor} 每条用时`,
    exclusive: '独占消费者（exclusive consumer）',
    lateSubscriber: '订阅者 2 到来',
    membersOfA: 'A 组成员数',
    groupBReset: 'B 组的 auto.offset.reset',
    groupBStart: 'B 组启动',
    whenAllStored: '全部存好之后',
    beforeTheFirst: '第一条之前',
    at: (ms) => `在 ${seconds(ms)}`,
    partitions: '分区数',
    keyed: '记录有键',
    configs: '主题的配置',
    interval: '每隔',
    seed: '随机种子',
    reset: '恢复默认',
    straightenBars: (count) => `撤销 ${count} 处拖动`,
  },
  tabs: {
    anotherHas: '日志在另一个标签页中',
    anotherHasText: '同一时间只有一个标签页可以写入。你可以旁观那个标签页，也可以改到这里继续。',
    watch: '旁观',
    takeOver: '改到这里',
    watching: '你正在旁观另一个标签页，这里不能改动。',
    lost: '另一个标签页接管了日志',
    lostText: '你在这里做的都已存储。你可以旁观那个标签页，也可以把日志拿回来。',
    takeBack: '拿回来',
    problems: {
      unavailable: {
        title: '这个窗口中什么都不会保留',
        text: '浏览器不给这个页面存储空间，某些隐私窗口或禁止网站数据时就是这样。一切都在内存中照常运行，关闭或重新加载页面后就会忘记。要保留，请允许本网站存储数据，或使用普通窗口。',
      },
      lost: {
        title: '浏览器丢失了日志',
        text: '你在这里做的曾经存储过，现在已不在：有人删除了网站数据，或浏览器放弃了它。没有用别的东西代替它；在你开始新的日志之前，什么都不会保留。',
      },
      blocked: {
        title: '另一个标签页占着旧版日志',
        text: '本网站的一个标签页运行着旧版本的页面，没有放开日志。请关闭本网站的其他标签页，然后重试。在此之前什么都不会保留。',
      },
      'too-new': {
        title: '日志比这个页面新',
        text: '日志由较新版本的页面写成。这个版本不认识它，也没有改动任何内容。请重新加载页面；在此之前什么都不会保留。',
      },
      failed: {
        title: '无法打开日志',
        text: '在能打开之前，什么都不会保留。请腾出一些磁盘空间或重启浏览器，然后重试。',
      },
    },
    tryAgain: '重试',
    beginAnew: '开始新的日志',
    loadAgain: '重新加载',
    details: '引擎的说明',
  },
  keys: {
    title: '按键',
    close: '关闭',
    singleKeys: '启用单键操作',
    list: [
      { keys: ['空格'], does: '播放或暂停' },
      { keys: ['←', '→'], does: '后退一步、前进一步；在图上则在记录之间移动' },
      { keys: ['↑', '↓'], does: '在图上换行' },
      { keys: ['Enter'], does: '查看记录的说明' },
      { keys: ['[', ']'], does: '缩短或延长这条记录的处理' },
      { keys: ['1', '…', '4'], does: '选择答案' },
      { keys: ['T'], does: '在表格和图之间切换' },
      { keys: ['?'], does: '显示按键' },
      { keys: ['Esc'], does: '关闭' },
    ],
  },
  kept: simplifiedChineseKeptData,
  ownSales: {
    title: '我自己的销售和到货',
    lead: '输入、粘贴或拖入 JSON 行（每行一个对象）或 CSV（第一行是列名），每条有 type（sale 销售或 shipment 到货）、sku 和 qty，零售柜台就会用它们运行。它们只留在这个浏览器里。',
    placeholder:
      '{"type":"sale","sku":"tea","qty":3}\n{"type":"shipment","sku":"tea","qty":5}\n{"type":"sale","sku":"pot","qty":8}\n{"type":"sale","sku":"tea","qty":4}',
    limits: (records) => `最多 ${records.toLocaleString('en')} 条销售和到货。`,
    nothing: '还没有销售或到货。像 {"type":"sale","sku":"tea","qty":3} 这样的一行 JSON 就是一条。',
    kind: (kind) => (kind === 'shipment' ? '到货' : '销售'),
    start: '用它们运行零售柜台',
    goOn: '继续用之前给出的销售和到货',
    link: '使用我自己的销售和到货',
  },
  own: {
    title: '使用我自己的记录',
    lead: '输入、粘贴或拖入 JSON 行（每行一个对象）或 CSV（第一行是列名），情景就会用它们运行。它们只留在这个浏览器里。',
    limits: (records, characters) =>
      `最多 ${records.toLocaleString('en')} 条记录，每条最多 ${characters.toLocaleString('en')} 个字符。`,
    input: '你的记录',
    placeholder: '{"order":"A-17","step":"placed"}\n{"order":"A-18","step":"placed"}\n{"order":"A-17","step":"paid"}',
    chooseFile: '选择文件',
    dropHere: '松开即可读取文件',
    fileFailed: (name) => `无法读取 ${name}。请重新选择，或直接粘贴它的内容。`,
    example: '使用示例',
    read: (count, format) => `已按 ${format} 读入 ${count} 条记录`,
    nothing: '还没有记录。像 {"order":"A-17"} 这样的一行 JSON 就是一条。',
    problems: (count) => `${count} 行无法读取`,
    line: '行',
    found: '实际内容',
    expected: '应当是',
    expectation: (expected) => {
      switch (expected.kind) {
        case 'json':
          return '完整的 JSON 对象，例如 {"order":"A-17"}';
        case 'json-object':
          return '每行一个 JSON 对象，写在花括号里';
        case 'columns':
          return `第一行所列的 ${expected.count} 列；这里有 ${expected.foundCount} 列`;
        case 'closing-quote':
          return '以 " 开头的单元格要有结尾的 "';
        case 'comma-after-quote':
          return '结尾的 " 之后应是逗号或行尾';
        case 'bare-quote':
          return '单元格里不能有 "，除非整个单元格加引号并把 " 写成两个';
        case 'column-name':
          return '第一行的每一列都要有列名';
        case 'unique-column-name':
          return '第一行的列名不能重复';
        case 'shorter-value':
          return `每条记录最多 ${expected.limit.toLocaleString('en')} 个字符`;
        case 'fewer-records':
          return `最多 ${expected.limit.toLocaleString('en')} 条记录；从这一条起不再读入`;
        case 'shorter-text':
          return `总共最多 ${expected.limit.toLocaleString('en')} 个字符`;
        case 'sale-or-shipment':
          return '类型 type：sale（销售）或 shipment（到货）';
        case 'item':
          return '商品：字段 sku、item 或 product';
        case 'quantity':
          return '数量：字段 qty，从 1 起的整数';
      }
    },
    moreProblems: (count) => `还有 ${count} 行`,
    key: '键',
    noKey: '没有键',
    keyHelp: '键相同的记录会进入同一个分区。',
    preview: '将这样发出',
    morePreview: (count) => `还有 ${count} 条`,
    start: '用它们运行情景',
    goOn: '继续使用上次的记录',
    kept: '能够读取的行都已保留。',
  },
  logInspector: simplifiedChineseLogInspector,
  inspector: {
    message: '记录',
    deliveredTo: '投递给',
    handled: '处理',
    inHand: '处理中',
    attempt: '第几次投递',
    overtook: '后发先至，超过',
    by: '早',
    overtakenBy: '被超过',
    key: '键',
    sentAt: '发出',
    notSent: '尚未发出',
    partition: '分区',
    offset: '偏移量',
    batchBaseOffset: '批次起始偏移量',
    batchBytes: '批次大小',
    crc: 'CRC-32C',
    leaderEpoch: '领导者纪元',
    producerId: '生产者 id',
    timestamp: '时间戳',
    segment: '日志段',
    keyPartition: '键所在的分区',
    partitionOfKey: (key, partition, partitions) => `murmur2(${key}) mod ${partitions} = ${partition}`,
  },
};
