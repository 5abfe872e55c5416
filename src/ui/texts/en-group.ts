import type { GroupRunStep, RunGroupProtocol, RunResetTarget } from '../../engine/scenario/group-run-spec.js';
import type { GroupTexts } from '../components/group/group-texts.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
const and = (words: readonly (string | number)[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
const sentence = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(', ');
const span = (fromMs: number, toMs: number | undefined): string =>
  toMs === undefined ? `since ${seconds(fromMs)}` : `${seconds(fromMs)} to ${seconds(toMs)}`;

export const partitionsInWords = (partitions: readonly number[]): string =>
  partitions.length === 0 ? 'no partition' : and(partitions.map((partition) => `p${partition}`));

const protocols: Readonly<Record<RunGroupProtocol, string>> = {
  eager: 'classic, range: eager',
  cooperative: 'classic, cooperative-sticky',
  consumer: 'consumer, KIP-848',
};

const states: Readonly<Record<string, string>> = {
  PreparingRebalance: 'preparing rebalance',
  CompletingRebalance: 'completing rebalance',
};

/** Where a reset leads, in words: `to offset 3`. */
function targetInWords(to: RunResetTarget): string {
  switch (to.kind) {
    case 'earliest':
      return 'to earliest';
    case 'latest':
      return 'to latest';
    case 'offset':
      return `to offset ${to.offset}`;
    case 'datetime':
      return `to ${seconds(to.atMs)}`;
    case 'by-duration':
      return `${seconds(to.durationMs)} back`;
    case 'shift-by':
      return `by ${to.by > 0 ? '+' : ''}${to.by}`;
  }
}

/** A step of the script, in a few words. */
export function actionInWords(step: GroupRunStep): string {
  switch (step.does) {
    case 'send':
      return 'send';
    case 'start':
      return `start ${step.member}`;
    case 'stop':
      return `stop ${step.member}`;
    case 'crash':
      return `kill ${step.member}`;
    case 'set-partitions':
      return `${step.topic}: ${plural(step.partitions, 'partition')}`;
    case 'delete-records':
      return `delete p${step.partition} before ${step.beforeOffset}`;
    case 'reset-offsets':
      return `reset ${step.group} ${targetInWords(step.to)}${step.partitions === undefined ? '' : ` on ${partitionsInWords(step.partitions)}`}`;
    case 'seek':
      return `${step.member} seeks p${step.partition} to ${step.offset}`;
  }
}

/** The words of the stage of groups in English. */
export const englishGroup: GroupTexts = {
  keyboardHint:
    'Left and right move along a row, up and down between partitions, states, members and commits. Enter explains what is picked.',
  dragHint: 'A committed offset can be dragged; by key, left and right move it and Enter sets it.',
  dragged: (group, partition, offset) => `Group ${group} is to read p${partition} from offset ${offset}`,
  topic: (topic) => `Topic ${topic}`,
  partition: (partition) => `p${partition}`,
  lag: 'lag',
  lagLong: (group, partition, lag) =>
    `lag of ${group} in p${partition}: ${lag === undefined ? 'nothing committed' : lag}`,
  committed: 'committed: next to read',
  position: 'position',
  logEnd: 'log end',
  logEndLong: (partition, offset) => `log end of p${partition}: ${offset}`,
  committedLong: (group, partition, offset) => `${group} has committed offset ${offset} of p${partition}`,
  positionLong: (group, owner, partition, offset) => `${owner ?? group} reads offset ${offset} of p${partition} next`,
  trackLong: (partition, logStart, logEnd) => `Partition ${partition}, log start ${logStart}, log end ${logEnd}`,
  recordLong: ({ partition, offset, key, label, isGone }) =>
    sentence([`p${partition}, offset ${offset}`, key ?? 'no key', label, isGone ? 'deleted' : '']),
  inTime: 'In time',
  legend: {
    rebalancing: 'rebalancing',
    owned: 'owned',
    paused: 'nobody reads it',
    repeated: 'handled again',
    cutShort: 'cut short',
    stopped: 'stopped',
    crashed: 'crashed',
    removed: 'removed',
    refused: 'refused',
  },
  group: (group) => `Group ${group}`,
  protocol: (protocol) => protocols[protocol],
  state: (state) => states[state] ?? state.toLowerCase(),
  epoch: (protocol, epoch) => `${protocol === 'consumer' ? 'epoch' : 'generation'} ${epoch}`,
  stateLong: ({ state, epoch, fromMs, toMs }) => sentence([state, epoch, span(fromMs, toMs)]),
  states: 'state',
  paused: 'paused',
  pausedNow: 'paused',
  pausedLong: (partition, fromMs, toMs) => `nobody reads p${partition}, ${span(fromMs, toMs)}`,
  commits: 'commits',
  commitLong: ({ atMs, member, partition, offset, refused }) =>
    sentence([
      member === ''
        ? `offset ${offset} of p${partition} is set`
        : `${member} commits offset ${offset} of p${partition}`,
      `at ${seconds(atMs)}`,
      refused === undefined ? '' : `refused: ${refused}`,
    ]),
  member: {
    idle: 'idle',
    absent: 'not started',
    stopped: 'stopped',
    crashed: 'crashed',
    failed: 'failed',
    isStatic: 'static',
    long: (member, owned, handled) =>
      sentence([
        member,
        `owns ${partitionsInWords(owned)}`,
        handled === undefined ? '' : `${plural(handled, 'record')} handled`,
      ]),
    lifeLong: (member, end, atMs, error) =>
      `${member} ${{ stopped: 'stops', crashed: 'crashes', failed: 'fails' }[end]} at ${seconds(atMs)}${error === undefined ? '' : `: ${error.code}, ${error.message}`}`,
    removedLong: (member, atMs, reason) =>
      `${member} is out of the group at ${seconds(atMs)}${reason === undefined ? '' : `: ${reason}`}`,
    ownedLong: ({ member, partition, fromMs, toMs, isLost, movedFrom }) =>
      sentence([
        `${member} owns p${partition}`,
        span(fromMs, toMs),
        movedFrom === undefined ? '' : `${movedFrom} had it before`,
        isLost ? 'lost' : '',
      ]),
    handlingLong: ({ record, partition, offset, fromMs, toMs, attempt, isCutShort }) =>
      sentence([
        `${record} (p${partition}, offset ${offset})`,
        isCutShort
          ? `begun at ${seconds(fromMs)}, cut short`
          : toMs === undefined
            ? `in hand since ${seconds(fromMs)}`
            : span(fromMs, toMs),
        attempt > 1 ? `for the ${ordinal(attempt)} time` : '',
      ]),
  },
  totals: {
    paused: (ms) => `${seconds(ms)} paused`,
    moved: (count) => `${plural(count, 'partition')} moved`,
    handled: (count) => `${count} handled`,
    repeats: (count) => plural(count, 'repeat'),
  },
  actions: 'administrator',
  action: actionInWords,
  actionLong: (action, atMs, refused) =>
    `${seconds(atMs)}, ${action}${refused === undefined ? '' : `: refused, ${refused.code}. ${refused.message}`}`,
  refused: (code) => `refused: ${code}`,
  timeline: { appended: 'appended', handled: 'handled', committed: 'committed', rebalances: 'group state' },
  tables: {
    records: (topic) => `Records of ${topic}`,
    standing: (group) => `Where group ${group} stands`,
    states: (group) => `States of group ${group}`,
    members: (group) => `Members of group ${group}`,
    owned: (group) => `Who owned what in group ${group}`,
    handled: (group) => `What group ${group} handled`,
    commits: (group) => `Commits of group ${group}`,
    actions: 'What the administrator did',
    partition: 'Partition',
    offset: 'Offset',
    record: 'Record',
    key: 'Key',
    value: 'Value',
    committed: 'Committed',
    position: 'Position',
    logEnd: 'Log end',
    lag: 'Lag',
    owner: 'Owner',
    state: 'State',
    epoch: 'Generation or epoch',
    from: 'From',
    to: 'To',
    at: 'At',
    member: 'Member',
    owns: 'Owns',
    attempt: 'Time',
    outcome: 'Outcome',
    action: 'What',
    none: 'none',
    goesOn: 'goes on',
    accepted: 'done',
    waiting: 'not answered yet',
    lost: 'lost',
    givenUp: 'given up',
    cutShort: 'cut short',
  },
};

function ordinal(count: number): string {
  return ['', 'first', 'second', 'third', 'fourth', 'fifth'][count] ?? `${count}th`;
}
