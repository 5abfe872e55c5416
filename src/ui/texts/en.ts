import type { AppTexts } from './app-texts.js';
import { englishLogEvents, englishLogInspector } from './en-log-story.js';
import { englishKeptData } from './en-kept-data.js';
import { englishComponents } from './en-components.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
const partitionList = (partitions: readonly number[]): string =>
  partitions.map((partition) => `p${partition}`).join(', ');

/** The app in English. */
export const english: AppTexts = {
  components: englishComponents,
  seconds,
  events: {
    sent: (record) => `${record} is sent.`,
    finished: 'The run is over.',
    enqueued: (record) => `The queue has ${record}.`,
    taken: (actor, record, attempt) => `${actor} takes ${record}${attempt > 1 ? ` (delivery ${attempt})` : ''}.`,
    handled: (actor, record) => `${actor} has handled ${record}.`,
    acknowledged: (record) => `${record} is acknowledged and gone from the queue.`,
    redelivered: (actor, record, reason) =>
      `${record} is ready again: ${reason === 'timeout' ? `${actor} did not acknowledge it in time` : `${actor} is gone`}.`,
    subscribed: (actor) => `${actor} listens.`,
    published: (record, listeners) => `${record} is published to ${plural(listeners, 'listener')}.`,
    received: (actor, record) => `${record} is in the inbox of ${actor}.`,
    appended: (records, partition, baseOffset, bytes) =>
      `p${partition} stores ${records} at offset ${baseOffset} (a batch of ${bytes} bytes).`,
    producerSent: (record, partition) => `The producer sends ${record} to p${partition}.`,
    delivered: (actor, record, partition, offset) =>
      `${record} is delivered to ${actor} from p${partition}, offset ${offset}.`,
    committed: (group, partition, offset) => `Group ${group} commits offset ${offset} of p${partition}.`,
    assigned: (actor, partitions, generation) =>
      `${actor} owns ${partitions.length === 0 ? 'no partition' : partitionList(partitions)} in generation ${generation}.`,
    revoked: (actor, partitions) =>
      `${actor} gives up ${partitions.length === 0 ? 'nothing' : partitionList(partitions)}.`,
    joined: (actor, group) => `${actor} joins group ${group}.`,
  },
  logEvents: englishLogEvents,
  shell: {
    home: 'Home',
    languages: 'Language',
    theme: (theme) => ({ auto: 'Auto', light: 'Light', dark: 'Dark' })[theme],
    presenter: 'Large type',
    keys: 'Keys',
    skipToContent: 'Skip to the content',
    loading: 'The log is being opened …',
    failed: (message) => `The run stopped: ${message} Reload the page to go on from what is stored.`,
  },
  home: {
    title: 'Kafka’s model, run for real, in this tab',
    lead: 'Share the same orders through a queue, publish/subscribe and consumer groups. Predict who gets what and in which sequence. Then run it.',
    honest:
      'Nothing here is an animation of made-up numbers: a real partition log writes to your browser’s own database. Reload, and what it wrote is still there.',
    ownRecords: 'Use my own records',
    keptData: 'Export or import what is kept',
    sketch: 'The beginning of a real run: twelve records and who takes the first of them',
    sketchCaption: 'The first two seconds of a real run. How does it go on?',
    scenarios: 'Scenarios',
    subjects: {
      sharing: 'Sharing',
      groups: 'Groups',
      offsets: 'Offsets and failure',
      storage: 'Storage',
      streams: 'Streams',
    },
    done: 'finished',
    begun: 'begun',
    predicted: (made, of) => `predicted ${made} of ${of}`,
    minutes: (count) => `${count} min`,
    embed: 'In your own app',
    embedText:
      'The engine behind this page is a package: a durable, partitioned, replayable log in your user’s browser.',
    serve: 'With Kafka’s own clients',
    serveText:
      'In Node the same engine speaks Kafka’s protocol. No Docker, no JVM; the same code then runs on a real cluster.',
  },
  player: {
    phases: {
      'set-up': 'Set up',
      predict: 'Predict',
      run: 'Run',
      observe: 'Observe',
      explain: 'Explain',
      vary: 'Vary',
      play: 'Play',
    },
    steps: 'Steps of the scenario',
    stepOf: (at, of) => `Step ${at} of ${of}`,
    story: 'Story',
    stage: 'Stage',
    predict: 'Predict',
    ratherNot: 'I’d rather not predict',
    yourNumber: 'Your number',
    pickOnTheTrack: 'You can also pick them on the track.',
    saw: 'That is what I saw',
    sawNothing: 'Show me again',
    check: 'Check',
    next: 'Continue',
    back: 'Back',
    run: 'Run',
    pause: 'Pause',
    startAgain: 'Start again',
    answered: 'You said',
    notPredicted: 'not predicted',
    youSaidLabel: 'You said, before the run',
    saidAndHappened: 'What you said, what happened',
    youSaid: 'You said',
    happened: 'Happened',
    ran: 'The run',
    asItWas: 'So it was.',
    lookAgain: 'The run shows something else. Look again at the stage:',
    explanation: 'Why it came so',
    event: 'Event',
    config: 'Setting',
    sources: 'Read on',
    goTo: (ms) => `Go to ${seconds(ms)}`,
    trials: 'Each of your choices, run',
    guarantees: 'guarantees it.',
    guaranteesNot: 'does not guarantee it.',
    showRun: 'Show this run',
    backToOwnRun: 'Back to the story’s run',
    shows: { drawing: 'Drawing', tables: 'Tables', ledger: 'Ledger' },
    eventLog: 'Event log',
    challenge: 'Challenge',
    met: 'Done.',
    showHint: 'Show a hint',
    tries: (count) => `${count === 1 ? 'One run' : `${count} runs`} so far`,
    paused: (ms) => `Paused at ${seconds(ms)}.`,
    ended: (ms) => `The run is over at ${seconds(ms)}.`,
    question: (heading) => `Question: ${heading}`,
  },
  vary: {
    limited: (least, most) => `Only from ${least} to ${most}: the nearest was taken.`,
    name: 'What to change',
    queue: 'Queue',
    publishSubscribe: 'Publish/subscribe',
    topic: 'Topic',
    records: 'Records',
    secondsUnit: 's',
    speedOf: (actor) => `${actor} needs`,
    exclusive: 'Exclusive consumer',
    lateSubscriber: 'Subscriber 2 comes',
    membersOfA: 'Members of group A',
    groupBReset: 'Group B: auto.offset.reset',
    groupBStart: 'Group B starts',
    whenAllStored: 'when all are stored',
    beforeTheFirst: 'before the first',
    at: (ms) => `at ${seconds(ms)}`,
    partitions: 'Partitions',
    keyed: 'Records have keys',
    configs: 'Configs of the topic',
    interval: 'One every',
    seed: 'Seed',
    reset: 'Back to the defaults',
    straightenBars: (count) => `Undo ${plural(count, 'dragged bar')}`,
  },
  tabs: {
    anotherHas: 'Another tab has the log',
    anotherHasText: 'Only one tab may write to it at a time. You can watch what that tab does, or go on here.',
    watch: 'Watch',
    takeOver: 'Take over',
    watching: 'You are watching another tab. Nothing can be changed here.',
    lost: 'Another tab took over the log',
    lostText: 'What you did here is stored. You can watch the other tab, or take the log back.',
    takeBack: 'Take it back',
    problems: {
      unavailable: {
        title: 'Nothing is kept in this window',
        text: 'The browser gives this page no storage, as in some private windows or where site data is blocked. Everything works, in memory, and is forgotten when the page is closed or loaded again. To keep it, allow data for this site, or use an ordinary window.',
      },
      lost: {
        title: 'The browser has lost the log',
        text: 'What you did here was stored and is not there any more: somebody deleted site data, or the browser gave it up. Nothing was put in its place, and nothing is kept until you begin a new log.',
      },
      blocked: {
        title: 'Another tab holds on to an older log',
        text: 'A tab of this site runs an older version of this page and does not let go of the log. Close the site’s other tabs, then try again. Until then nothing is kept.',
      },
      'too-new': {
        title: 'The log is newer than this page',
        text: 'A newer version of this page has written the log. This one does not understand it, and has changed nothing. Load the page again; until then nothing is kept.',
      },
      failed: {
        title: 'The log could not be opened',
        text: 'Until it can be, nothing is kept. Free some space on the disk or restart the browser, then try again.',
      },
    },
    tryAgain: 'Try again',
    beginAnew: 'Begin a new log',
    loadAgain: 'Load again',
    details: 'What the engine says',
  },
  keys: {
    title: 'Keys',
    close: 'Close',
    singleKeys: 'Single keys do something',
    list: [
      { keys: ['Space'], does: 'play or pause' },
      { keys: ['←', '→'], does: 'step back, step on; on the stage, from record to record' },
      { keys: ['↑', '↓'], does: 'on the stage, from row to row' },
      { keys: ['Enter'], does: 'explain the record' },
      { keys: ['[', ']'], does: 'make the handling of the record shorter, longer' },
      { keys: ['1', '…', '4'], does: 'choose an answer' },
      { keys: ['T'], does: 'tables or drawing' },
      { keys: ['?'], does: 'show the keys' },
      { keys: ['Esc'], does: 'close' },
    ],
  },
  kept: englishKeptData,
  ownSales: {
    title: 'My own sales and shipments',
    lead: 'Type, paste or drop JSON lines (one object a line) or CSV (the first line names the columns), each with a type (sale or shipment), an sku and a qty. The retail desk runs on them. They stay in this browser.',
    placeholder:
      '{"type":"sale","sku":"tea","qty":3}\n{"type":"shipment","sku":"tea","qty":5}\n{"type":"sale","sku":"pot","qty":8}\n{"type":"sale","sku":"tea","qty":4}',
    limits: (records) => `At most ${records.toLocaleString('en')} sales and shipments.`,
    nothing: 'No sale or shipment yet. One line of JSON such as {"type":"sale","sku":"tea","qty":3} is one.',
    kind: (kind) => (kind === 'shipment' ? 'shipment' : 'sale'),
    start: 'Run the retail desk on them',
    goOn: 'Go on with the sales and shipments that you gave before',
    link: 'Use my own sales and shipments',
  },
  own: {
    title: 'Use my own records',
    lead: 'Type, paste or drop JSON lines (one object a line) or CSV (the first line names the columns). The scenario then runs on them. They stay in this browser.',
    limits: (records, characters) =>
      `At most ${records.toLocaleString('en')} records of ${characters.toLocaleString('en')} characters each.`,
    input: 'Your records',
    placeholder: '{"order":"A-17","step":"placed"}\n{"order":"A-18","step":"placed"}\n{"order":"A-17","step":"paid"}',
    chooseFile: 'Choose a file',
    dropHere: 'Drop the file to read it',
    fileFailed: (name) => `${name} could not be read. Choose it again, or paste its text.`,
    example: 'Use an example',
    read: (count, format) => `${plural(count, 'record')} read as ${format}`,
    nothing: 'No records yet. A line of JSON such as {"order":"A-17"} is one.',
    problems: (count) => `${plural(count, 'line')} could not be read`,
    line: 'Line',
    found: 'Found',
    expected: 'Expected',
    expectation: (expected) => {
      switch (expected.kind) {
        case 'json':
          return 'a complete JSON object, such as {"order":"A-17"}';
        case 'json-object':
          return 'one JSON object a line, in braces';
        case 'columns':
          return `${plural(expected.count, 'column')}, as the first line names; there are ${expected.foundCount}`;
        case 'closing-quote':
          return 'a closing " for the cell that begins with one';
        case 'comma-after-quote':
          return 'a comma or the end of the line after a closing "';
        case 'bare-quote':
          return 'no " inside a cell, unless the cell is quoted and the " doubled';
        case 'column-name':
          return 'a name for each column in the first line';
        case 'unique-column-name':
          return 'a different name for each column in the first line';
        case 'shorter-value':
          return `at most ${expected.limit.toLocaleString('en')} characters a record`;
        case 'fewer-records':
          return `at most ${expected.limit.toLocaleString('en')} records; this one and those after it are left out`;
        case 'shorter-text':
          return `at most ${expected.limit.toLocaleString('en')} characters in all`;
        case 'sale-or-shipment':
          return 'a type that is sale or shipment';
        case 'item':
          return 'an item: a field sku, item or product';
        case 'quantity':
          return 'a quantity: a field qty, a whole number from 1';
      }
    },
    moreProblems: (count) => `and ${plural(count, 'more line')}`,
    key: 'Key',
    noKey: 'no key',
    keyHelp: 'Records with the same key go to the same partition.',
    preview: 'As they will be sent',
    morePreview: (count) => `and ${count} more`,
    start: 'Run the scenario on them',
    goOn: 'Go on with the records of last time',
    kept: 'The lines below that could be read are kept.',
  },
  logInspector: englishLogInspector,
  inspector: {
    message: 'Record',
    deliveredTo: 'Delivered to',
    handled: 'Handled',
    inHand: 'in hand',
    attempt: 'Delivery',
    overtook: 'Overtook',
    by: 'By',
    overtakenBy: 'Overtaken by',
    key: 'Key',
    sentAt: 'Sent at',
    notSent: 'not sent yet',
    partition: 'Partition',
    offset: 'Offset',
    batchBaseOffset: 'Batch begins at offset',
    batchBytes: 'Batch size',
    crc: 'CRC-32C',
    leaderEpoch: 'Leader epoch',
    producerId: 'Producer id',
    timestamp: 'Timestamp',
    segment: 'Segment',
    keyPartition: 'Partition of the key',
    partitionOfKey: (key, partition, partitions) => `murmur2(${key}) mod ${partitions} = ${partition}`,
  },
};
