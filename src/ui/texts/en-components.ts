import type { ComponentTexts } from '../components/component-texts.js';
import { englishLog } from './en-log.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const and = (words: readonly (string | number)[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function actorName(actor: string, group: string | undefined): string {
  const [kind = '', number = ''] = actor.split(/-(?=\d+$)/);
  return group === undefined ? `${kind} ${number}` : `${group} · member ${number}`;
}

const laneTitles = {
  queue: 'Traditional queue',
  'publish-subscribe': 'Publish / subscribe',
} as const;

/** The components' words in English. */
export const englishComponents: ComponentTexts = {
  language: 'en',
  seconds,
  axisMark: (ms) => `${ms / 1000} s`,
  stage: {
    name: (atMs) => `The run at ${seconds(atMs)}`,
    atMoment: (atMs) => `at ${seconds(atMs)}`,
    recordsHeading: (count) => (count === 12 ? 'Twelve records' : plural(count, 'record')),
    recordsLegend: '',
    inTime: 'handled, in time →',
    keyboardHint: 'Up and down move between rows, left and right between records. Enter explains a record.',
    wholeAxis: 'Whole axis',
    unfold: (laneTitle) => `Show ${laneTitle}`,
    foldedCount: (handled) => `${handled} handled`,
  },
  lane: {
    title: (lane, partitions) =>
      lane === 'topic'
        ? `Topic, ${partitions === 3 ? 'three' : partitions} partition${partitions === 1 ? '' : 's'}`
        : laneTitles[lane],
    sentence: (lane) =>
      ({
        queue: 'Each message goes to a worker; gone once acknowledged.',
        'publish-subscribe': 'Messages go to those who listen. Nothing is kept.',
        topic: 'Records are stored; groups read them.',
      })[lane],
  },
  actor: {
    name: (_, actor, group) => actorName(actor, group),
    handledOf: (handled, total) => `${handled} of ${total}`,
    idle: 'idle',
    standsBy: 'stands by',
    absent: 'not here yet',
    owns: (partitions) => `owns partition${partitions.length === 1 ? '' : 's'} ${and(partitions)}`,
    row: (name, handled) => (handled === undefined ? `${name}, handlings in time` : `${name}, ${handled} handled`),
  },
  queue: {
    ready: 'ready',
    inHand: 'in hand',
    acknowledged: 'acknowledged',
    empty: 'empty',
    timeLeft: (ms) => `${Math.ceil(ms / 1000)} s`,
    inHandLong: (name, label, ms) =>
      `${name} has ${label}, ready again in ${Math.ceil(ms / 1000)} s unless acknowledged`,
    redelivered: (count) => `redelivered ${count}`,
  },
  publishSubscribe: {
    topic: 'topic',
    kept: 'kept',
    nothing: 'nothing',
    inboxEmpty: 'inbox empty',
    inboxOf: (name) => `inbox of ${name}`,
    missed: (count) => `missed ${count}`,
  },
  topic: {
    partitionLong: (partition, highWatermark) => `Partition ${partition}, high watermark ${highWatermark}`,
    highWatermark: 'high watermark',
    highWatermarkLong: (offset) => `high watermark ${offset}: readers see what lies before it`,
    committedLong: (group, offset) => `group ${group} has committed offset ${offset}`,
    positionLong: (_, owner, offset) => `${owner} will read offset ${offset} next`,
    committed: 'committed',
    position: 'position',
  },
  record: {
    long: (key, label) => (key === null ? label : `${key}, ${label}`),
    atOffset: (offset, record) => `offset ${offset}, ${record}`,
    handling: (record, fromMs, toMs, attempt) =>
      `${record}, ${toMs === undefined ? `in hand since ${seconds(fromMs)}` : `${seconds(fromMs)} to ${seconds(toMs)}`}${attempt > 1 ? `, delivery ${attempt}` : ''}`,
    tombstone: 'tombstone',
    noKey: 'no key',
  },
  drag: {
    hint: 'drag its end, or press [ and ], to make it shorter or longer',
    changed: (label, handlingMs) => `${label} now takes ${seconds(handlingMs)}`,
  },
  overtaking: {
    bracket: (later, earlier, byMs) =>
      `${later} overtook ${earlier}${byMs === undefined ? '' : ` by ${seconds(byMs)}`}`,
    counted: (count, worstMs) =>
      `${plural(count, 'overtaking')}${worstMs === undefined ? '' : `, worst ${seconds(worstMs)}`}`,
    more: (count) => `${count} more`,
  },
  band: {
    name: (name, count) =>
      `${name}, ${count === undefined ? 'handlings' : plural(count, 'handling')} drawn as throughput; press Enter to zoom in`,
  },
  table: {
    nowCaption: (title, atMs) => `${title} at ${seconds(atMs)}`,
    handledCaption: (title) => `${title}: handled, in time`,
    what: 'What',
    records: 'Records',
    record: 'Record',
    key: 'Key',
    by: 'By',
    from: 'From',
    to: 'To',
    attempt: 'Delivery',
    partition: 'Partition',
    offset: 'Offset',
    group: 'Group',
    committed: 'Committed',
    position: 'Position',
    owner: 'Owner',
    highWatermark: 'High watermark',
    stillInHand: 'in hand',
    none: 'none',
  },
  timeline: {
    name: 'Time of the run',
    produced: 'produced',
    delivered: 'delivered',
    committed: 'committed',
    value: (atMs, endMs) => `${seconds(atMs)} of ${seconds(endMs)}`,
  },
  controls: {
    name: 'Playing the run',
    stepBack: 'Step back',
    play: 'Play',
    pause: 'Pause',
    stepForward: 'Step forward',
    speed: 'Speed',
    speedValue: (factor) => `×${factor}`,
  },
  inspector: {
    name: 'Inspector',
    close: 'Close the inspector',
    nothingSelected: 'Pick a record on the stage to see all of it.',
    fields: 'Fields',
    value: 'Value',
    bytes: 'Bytes',
    byteCount: (count) => plural(count, 'byte'),
    batch: 'In the log',
    headers: 'Headers',
    why: 'Why',
    nullValue: 'null (a tombstone)',
    goTo: (atMs) => `Go to ${seconds(atMs)}`,
    showAllBytes: 'Show all bytes',
  },
  ledger: {
    name: 'Ledger',
    lane: 'Lane',
    who: 'Who',
    delivered: 'Delivered',
    handled: 'Handled',
    records: 'Records',
    sum: 'Sum',
    verdicts: 'Sequence of each key',
    scope: (lane, scope) =>
      lane === 'queue' ? 'Queue' : lane === 'topic' ? `Group ${scope}` : scope.replace('-', ' '),
    broken: (keys) =>
      `broken for ${keys.length > 3 ? `${keys.slice(0, 3).join(', ')} and ${keys.length - 3} more` : and(keys)}`,
    notJudged: 'no key came twice',
    keptAcrossKeys: 'kept, across keys too',
    keptWithinKeys: 'kept, not across keys',
    evidence: () => 'Show evidence',
    finished: (label, atMs, name) => `${label} finished at ${seconds(atMs)} by ${name}`,
    notFinished: (label, name) => `${label} not finished yet by ${name}`,
  },
  log: englishLog,
  live: {
    log: 'Event log',
    empty: 'Nothing has happened yet.',
  },
};
