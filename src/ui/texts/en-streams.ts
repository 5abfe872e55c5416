import type { StreamsProgram, StreamsRunStep } from '../../engine/scenario/streams-run-spec.js';
import type { EventTimeWindow } from '../../engine/scenario/streams-run-view.js';
import type { StreamsAppTexts } from './streams-app-texts.js';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const short = (ms: number): string => `${Math.round(ms / 100) / 10}`;
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
const span = (fromMs: number, toMs: number | undefined): string =>
  toMs === undefined ? `since ${seconds(fromMs)}` : `${seconds(fromMs)} to ${seconds(toMs)}`;
const named = (key: string | null, value: string | null): string =>
  `${key ?? 'no key'} → ${value ?? 'no value (tombstone)'}`;

/** The ends as they are written of windows that do not hold theirs. */
const windowName = ({ startMs, endMs }: EventTimeWindow): string => `[${short(startMs)}, ${short(endMs)})`;

/** What code an application runs, in a few words. */
function programInWords(program: StreamsProgram): string {
  switch (program.program) {
    case 'window-count':
      return `${program.window} windows of ${short(program.sizeMs)} s, grace ${short(program.graceMs)} s`;
    case 'price-table':
      return `a table of prices, changelog: ${program.changelog}`;
    case 'retail-desk':
      return `reorder below ${program.reorderBelow}`;
    case 'price-join':
      return `${program.join} join${program.repartitions ? ', repartitioned' : ''}`;
  }
}

/** A step of the script, in a few words. */
function streamsActionInWords(step: StreamsRunStep): string {
  switch (step.does) {
    case 'send':
      return `send to ${step.topic}`;
    case 'start':
      return `start ${step.instance}`;
    case 'stop':
      return `close ${step.instance}`;
    case 'crash':
      return `kill ${step.instance}`;
    case 'clean-up':
      return `delete the local state of ${step.instance}`;
    case 'deploy':
      return `deploy: ${programInWords(step.program)}`;
    case 'reset':
      return `reset ${step.application}`;
    case 'reset-offsets':
      return `offsets of ${step.application} to earliest`;
    case 'set-partitions':
      return `${step.topic}: ${plural(step.partitions, 'partition')}`;
  }
}

/** Everything about streams applications in English. */
export const englishStreams: StreamsAppTexts = {
  stage: {
    keyboardHint:
      'Arrow keys walk the stage: left and right along a row, up and down between rows; Enter shows what is picked in full.',
    application: (application) => `Application ${application}`,
    topology: 'Topology',
    subTopology: (id) => `sub-topology ${id}`,
    globalPart: 'global: whole on every instance',
    node: (kind, name) => `${kind} ${name}`,
    records: (count) => `· ${count}`,
    eventTime: {
      title: 'Event time',
      legend: (task, { window, sizeMs, graceMs }) =>
        `task ${task}; a row is one record, first at the top · ${window} ${short(sizeMs)} s, grace ${short(graceMs)} s`,
      streamTime: (ms) => `Stream time ${short(ms)} s`,
      noStreamTime: 'No stream time yet',
      clock: (ms) => `clock ${short(ms)} s`,
      windows: 'Windows',
      window: (window, isClosed, value) => `${windowName(window)} ${isClosed ? 'closed' : 'open'} · ${value}`,
      grace: 'grace',
      late: 'late, taken',
      closes: (windows) => `closes ${windows.map(windowName).join(', ')}`,
      dropped: 'dropped: too late',
      arrivalLong: ({ offset, key, timestampMs, streamTimeMs, isDropped }) =>
        `offset ${offset}, ${key ?? 'no key'}, event time ${short(timestampMs)} s, stream time ${short(streamTimeMs)} s${isDropped ? ', dropped' : ''}`,
    },
    tasks: {
      title: 'Tasks, in time',
      legend: 'who has which task; hatched: its state comes back; a square: a record was processed',
      instance: 'instance',
      condition: {
        absent: 'not started',
        starting: 'starting',
        running: 'running',
        rebalancing: 'rebalancing',
        stopped: 'closed',
        crashed: 'killed',
        failed: 'failed',
      },
      lifeLong: (instance, fromMs, toMs, end) =>
        `${instance}, ${span(fromMs, toMs)}${end === undefined ? '' : `, ${{ stopped: 'closed', crashed: 'killed', failed: 'failed' }[end]}`}`,
      failed: (code, message) => `${code}: ${message}`,
      spanLong: (task, { instance, role, fromMs, toMs, restoredRecords }) =>
        `task ${task} on ${instance}${role === 'standby' ? ' as a standby' : ''}, ${span(fromMs, toMs)}${restoredRecords > 0 ? `, state restored from ${plural(restoredRecords, 'record')}` : ''}`,
      restored: (records) => `restored from ${records}`,
      processedLong: ({ task, topic, offset, key, value, atMs, isAgain, isDropped }) =>
        `task ${task}, ${seconds(atMs)}: ${topic} offset ${offset}, ${named(key, value)}${isAgain ? ', again' : ''}${isDropped ? ', dropped' : ''}`,
      none: 'no task has been assigned',
    },
    stores: {
      title: 'Stores now',
      caption: (store, task, instance) => `${store} · task ${task}${instance === undefined ? '' : ` on ${instance}`}`,
      everywhere: (store) => `${store} · on every instance`,
      restoring: 'is being restored from its changelog',
      nobody: 'nobody has it now',
      empty: 'empty',
      key: 'key',
      window: 'window',
      value: 'value',
      rowLong: (key, window, value) => `${key}${window === undefined ? '' : ` in ${windowName(window)}`}: ${value}`,
    },
    topics: {
      title: 'Topics',
      role: {
        input: 'input',
        output: 'output',
        repartition: 'repartition topic, made by the application',
        changelog: 'changelog of a store, made by the application',
      },
      cellLong: ({ topic, partition, offset, key, value, window, isGone }) =>
        `${topic} p${partition} offset ${offset}: ${named(key, value)}${window === undefined ? '' : `, window ${windowName(window)}`}${isGone ? ', gone' : ''}`,
      partition: (partition) => `p${partition}`,
      empty: 'empty',
      tombstone: 'no value (tombstone)',
    },
    actions: 'What was done',
    action: streamsActionInWords,
    actionLong: (action, atMs, refused) =>
      `${seconds(atMs)}: ${action}${refused === undefined ? '' : `; refused with ${refused.code}: ${refused.message}`}`,
    windowName,
    timeline: { sent: 'inputs', processed: 'processed', produced: 'outputs', tasks: 'tasks move' },
    tables: {
      topic: (topic, role) => `${topic}: ${role}`,
      tasks: (application) => `${application}: instances and tasks`,
      processed: (application) => `${application}: records processed`,
      nodes: (application) => `${application}: topology`,
      partition: 'Partition',
      offset: 'Offset',
      key: 'Key',
      value: 'Value',
      timestamp: 'Event time',
      storedAt: 'Stored at',
      task: 'Task',
      instance: 'Instance',
      from: 'From',
      to: 'To',
      restored: 'Restored from / state',
      streamTime: 'Stream time',
      at: 'At',
      outcome: 'Outcome',
      node: 'Node',
      kind: 'Kind',
      next: 'Next',
      dropped: 'dropped',
      again: 'processed again',
      taken: 'processed',
      goesOn: 'goes on',
      none: 'none',
      gone: 'gone',
      action: 'What',
      accepted: 'done',
      waiting: 'not answered yet',
    },
  },
  events: {
    finished: 'Nothing more will happen.',
    sent: (topic, key, value) => `${named(key, value)} is sent to ${topic}.`,
    step: (step) => `The script says: ${streamsActionInWords(step)}.`,
    answered: (step) => `Done: ${streamsActionInWords(step)}.`,
    refused: (step, code, message) => `Refused: ${streamsActionInWords(step)}. ${code}: ${message}`,
    stored: (topic, partition, offset, { key, value, window }) =>
      `${topic} p${partition} stores at offset ${offset}: ${named(key, value)}${window === undefined ? '' : `, window ${windowName(window)}`}.`,
    started: (instance) => `${instance} starts.`,
    ended: (instance, end, error) =>
      `${instance} ${{ stopped: 'is closed', crashed: 'is killed', failed: 'fails' }[end]}${error === undefined ? '' : `: ${error.code}: ${error.message}`}.`,
    stateChanged: (instance, to) => `${instance} is ${to}.`,
    assigned: (instance, task, role) =>
      `${instance} gets ${role === 'standby' ? 'a standby of task' : 'task'} ${task}.`,
    restored: (instance, task, records) =>
      records === 0
        ? `${instance} begins to process task ${task}.`
        : `${instance} has the state of task ${task} back, from ${plural(records, 'record')} of its changelogs.`,
    taskEnded: (instance, task, reason) => `${instance} gives up task ${task} (${reason}).`,
    processed: (task, topic, offset, timestampMs, streamTimeMs) =>
      `Task ${task} has processed offset ${offset} of ${topic}: event time ${seconds(timestampMs)}, stream time ${seconds(streamTimeMs)}.`,
    dropped: (task, node, reason, timestampMs, streamTimeMs, window) =>
      `Task ${task} drops a record at ${node} (${reason}): event time ${seconds(timestampMs)}, stream time ${seconds(streamTimeMs)}${window === undefined ? '' : `, window ${windowName(window)} is closed`}.`,
    topicCreated: (topic, partitions) => `The topic ${topic} is made, with ${plural(partitions, 'partition')}.`,
    topicDeleted: (topic) => `The topic ${topic} is deleted.`,
    cleaned: (topic, partition, removed) =>
      `The cleaner leaves ${plural(removed, 'record')} out of ${topic} p${partition}.`,
    committed: (instance, tasks) =>
      `${instance} has committed ${tasks.length === 1 ? 'task' : 'tasks'} ${tasks.join(', ')}.`,
  },
  inspector: {
    record: (topic, partition, offset) => `${topic} p${partition}, offset ${offset}`,
    taskTitle: (task) => `Task ${task}`,
    storeTitle: (store) => `Store ${store}`,
    window: 'Window',
    storedAt: 'Stored at',
    task: 'Task',
    instance: 'Instance',
    takenAt: 'Processed at',
    streamTime: 'Stream time then',
    outcome: 'Outcome',
    taken: 'processed',
    dropped: 'dropped',
    again: 'processed again',
    droppedBy: 'Dropped by',
    role: 'Role',
    roles: { active: 'active', standby: 'standby' },
    assignedAt: 'Assigned at',
    restoredAt: 'State there at',
    restoredFrom: 'Restored from',
    records: (count) => plural(count, 'record'),
    startedAt: 'Started at',
    endedAt: 'Ended at',
    reason: 'Why',
    ends: {
      revoked: 'given to another instance',
      lost: 'the group went on without it',
      closed: 'the instance was closed',
      failed: 'the instance failed',
      crashed: 'the instance was gone',
    },
    state: 'State',
    error: 'Error',
    message: 'Message',
    changedAt: 'Changed at',
    changelog: 'Changelog',
    partitions: 'Partitions',
    recordCount: 'Records',
    subTopology: 'Sub-topology',
    stores: 'Stores',
    next: 'Passes on to',
    askedAt: 'Asked at',
    answeredAt: 'Answered at',
  },
  vary: {
    names: {
      windows: 'Windows',
      'window-size': 'Size, difference or gap',
      'window-grace': 'Grace',
      'final-only': 'Only final results (suppress)',
      changelog: 'Where the table is kept',
      'reorder-below': 'Reorder below',
      'opening-stock': 'Opening stock',
      join: 'Join',
      'join-window': 'Join window, each way',
      repartition: 'Repartition both sides',
    },
    choices: {
      tumbling: 'tumbling',
      hopping: 'hopping, every 5 s',
      sliding: 'sliding',
      session: 'session',
      'stream-stream': 'stream–stream',
      'stream-table': 'stream–table',
      'left-stream-table': 'stream–table, left',
      'table-table': 'table–table',
      'global-table': 'stream–global table',
      compact: 'compacted changelog',
      delete: 'changelog deleted after 20 s',
      'input-topic': 'the input topic itself',
      none: 'nowhere',
    },
  },
};
