import { actionInWords, englishGroup, partitionsInWords } from './en-group.js';
import type { GroupAppTexts } from './group-app-texts.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const and = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Everything about groups in English. */
export const englishGroups: GroupAppTexts = {
  stage: englishGroup,
  events: {
    sent: (record) => `${record} is sent.`,
    finished: 'The run is over.',
    appended: (records, partition, baseOffset) => `p${partition} stores ${and(records)} at offset ${baseOffset}.`,
    step: (step) => (step.does === 'send' ? undefined : `Script: ${actionInWords(step)}.`),
    answered: (step) => `Done: ${actionInWords(step)}.`,
    refused: (step, code, message) => `Refused: ${actionInWords(step)}. ${code}: ${message}`,
    stateChanged: (group, to, protocol, epoch, reason) =>
      `Group ${group} is ${englishGroup.state(to)} (${englishGroup.epoch(protocol, epoch)}): ${reason}.`,
    reasons: {
      joins: (members) => `${and(members)} joins`,
      'joins-again': (members) => `${and(members)} joins again`,
      left: (members) => `${and(members)} left`,
      'session-expired': (members) => `the session of ${and(members)} expired`,
      'sync-timeout': (members) => `${and(members)} did not ask for its partitions in time`,
      'all-joined': () => 'all members have joined, the leader shares out',
      assigned: () => 'the leader has shared out the partitions',
      empty: () => 'the last member is gone',
      'given-up': () => 'the coordinator gave the group up',
      'new-epoch': () => 'the group has a new epoch, the broker shares out',
      reconciling: () => 'members give up and take up partitions, each at its own pace',
      reconciled: () => 'every member has what it is to have',
      'read-back': () => 'the coordinator has read the group back',
    },
    epochChanged: (group, epoch) => `Group ${group} is in epoch ${epoch}.`,
    targetAssigned: (group, epoch) => `The broker has shared out the partitions of group ${group} for epoch ${epoch}.`,
    memberEpochChanged: (member, epoch, state) =>
      state === 'stable'
        ? `${member} has reached epoch ${epoch}.`
        : `${member} is on its way to epoch ${epoch} (${state}).`,
    converted: (group, to) => `Group ${group} goes over to the ${to} protocol.`,
    joined: (member, group) => `${member} joins group ${group}.`,
    left: (member, group, reason) =>
      ({
        left: `${member} leaves group ${group}.`,
        'session-expired': `Group ${group} takes ${member} out: no heartbeat within its session.`,
        'rebalance-timeout': `Group ${group} takes ${member} out: it did not join again in time.`,
        replaced: `Another process has come as ${member} into group ${group}.`,
      })[reason],
    groupDeleted: (group, reason) =>
      `Group ${group} is ${reason === 'expired' ? 'expired' : 'deleted'}, with its offsets.`,
    assigned: (member, partitions, protocol, epoch) =>
      partitions.length === 0
        ? `${member} gets no partition in ${englishGroup.epoch(protocol, epoch)}.`
        : `${member} gets ${partitionsInWords(partitions)} in ${englishGroup.epoch(protocol, epoch)}.`,
    revoked: (member, partitions, isLost) =>
      `${member} ${isLost ? 'has lost' : 'gives up'} ${partitionsInWords(partitions)}.`,
    started: (member) => `${member} starts.`,
    ended: (member, end, error) =>
      `${member} ${{ stopped: 'stops', crashed: 'crashes', failed: 'fails' }[end]}${error === undefined ? '' : `: ${error.code}, ${error.message}`}.`,
    begun: (member, record, partition, offset) => `${member} begins ${record} (p${partition}, offset ${offset}).`,
    handled: (member, record) => `${member} has handled ${record}.`,
    committed: (group, partition, offset) => `Group ${group} has committed offset ${offset} of p${partition}.`,
    commitRefused: (member, code, message) => `The commit of ${member} is refused: ${code}. ${message}`,
    offsetReset: (member, partition, offset, isOutOfRange) =>
      `${member} reads p${partition} from offset ${offset}: ${isOutOfRange ? 'its offset is not in the log any more' : 'nothing is committed'}, so auto.offset.reset decides.`,
    logStart: (partition, offset) => `The log of p${partition} now starts at offset ${offset}.`,
  },
  inspector: {
    record: (topic, partition, offset) => `${topic}-${partition}, offset ${offset}`,
    handling: (member) => `In the hands of ${member}`,
    commit: (atMs) => `Commit at ${seconds(atMs)}`,
    partition: (member, partition) => `p${partition} of ${member}`,
    action: (atMs) => `Administrator at ${seconds(atMs)}`,
    recordName: 'Record',
    appendedAt: 'Appended at',
    handledBy: 'Handled by',
    partitionName: 'Partition',
    offset: 'Offset',
    state: 'State',
    epoch: 'Generation or epoch',
    time: 'Time',
    lasted: 'Lasted',
    reason: 'Reason',
    attempt: 'How often so far',
    outcome: 'Outcome',
    member: 'Member',
    group: 'Group',
    startedAt: 'Reads from',
    start: (source, offset) =>
      ({
        committed: `${offset}, committed`,
        reset: `${offset}, auto.offset.reset: nothing committed`,
        'out-of-range': `${offset}, auto.offset.reset: out of range`,
      })[source],
    lag: 'Lag',
    refused: 'refused',
    accepted: 'done',
    waiting: 'not answered yet',
    answeredAt: 'Answered at',
    message: 'Kafka says',
    lost: 'lost',
    givenUp: 'given up',
    cutShort: 'cut short by the end of its process',
    inHand: 'in hand',
    handled: 'handled',
    owned: 'owned',
  },
  vary: {
    names: {
      commits: 'Commits',
      handling: 'Time for a record',
      members: 'Members',
      partitions: 'Partitions',
      keyed: 'Records have keys',
      seed: 'Seed',
    },
    all: 'Every group',
    handling: (member) => `${member} needs`,
    isStatic: 'Members are static (group.instance.id)',
    commits: {
      'before-handling': 'before handling',
      'after-handling': 'after handling',
      each: 'after each record',
      auto: 'automatically',
    },
  },
};
