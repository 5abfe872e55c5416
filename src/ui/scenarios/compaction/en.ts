import type { LogRunView } from '../../../engine/scenario/log-run-view.js';
import { recordAt, type LogScenarioTexts } from '../log-outcome.js';
import { logSources as sources } from '../log-sources.js';
import { compactionSpec, tellsOfDeletion, tombstone, type QuestionId, type StepId } from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const chosen = ({ passes }: LogRunView) => passes.filter(({ isChosen }) => isChosen);
const and = (numbers: readonly number[]): string =>
  numbers.length < 2 ? numbers.join('') : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;

/** What was appended at an offset: `sku-1: 10`. */
function content(offset: number): string {
  const step = compactionSpec.script.filter(({ does }) => does === 'append')[offset];
  return step?.does === 'append' ? `${step.key}: ${step.value ?? 'null'}` : '';
}

/** The words of scenario 14 in English. */
export const english: LogScenarioTexts<StepId, QuestionId> = {
  recordName: (_, record) => `offset ${record}`,
  recordsLegend: () => '',
  steps: {
    changes: {
      heading: () => 'A log of changes',
      body: () => [
        'Nine changes of stock come to one partition: each has a product as key and its stock as value. `null` says that the product is gone: a *tombstone*.',
        '`cleanup.policy` is `compact`: of each key, only the last value is needed. A cleaner looks after that, every 15 s from 9 s on.',
      ],
      goOn: 'Let them come',
    },
    fill: {
      heading: () => 'The log is written',
      body: () => [
        'Watch the records come, and the segments that they are in. On the right is the table they add up to.',
      ],
    },
    survivors: {
      heading: () => 'At 9 s the cleaner comes',
      body: () => [
        'Segments 0 and 4 are closed; segment 8 is active. Nothing was cleaned before, so all that can be cleaned is dirty, more than the part that `min.cleanable.dirty.ratio` asks for, 0.1.',
      ],
    },
    clean: {
      heading: () => 'Watch the cleaner',
      body: () => ['Watch which records go, which offsets the others have then, and what becomes of the table.'],
    },
    'saw-clean': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const [pass] = chosen(outcome);
        return {
          paragraphs: [
            `The cleaner removed offsets ${and(pass?.cleaned?.removed ?? [])}: each has a later record of its key *below the active segment*. Offsets stay as they are, so there are gaps.`,
            'sku-1 is there twice: the active segment is never cleaned and never counts, so offset 8 does not make offset 5 superfluous yet. The tombstone stays too: whoever has read 20 for sku-2 must be able to learn that it is gone.',
          ],
          event: {
            text: `The cleaner looked at offsets ${pass?.firstDirtyOffset ?? 0} up to ${pass?.firstUncleanableOffset ?? 0}: dirty ratio ${(pass?.cleanableRatio ?? 0).toFixed(2)}; ${pass?.cleaned?.bytesBefore ?? 0} bytes became ${pass?.cleaned?.bytesAfter ?? 0}.`,
            atMs: pass?.atMs,
          },
          config: '`cleanup.policy` = compact, `min.cleanable.dirty.ratio` = 0.1 (0.5 by default).',
          sources: [
            { text: 'Kafka documentation, Design, Log Compaction', url: sources.compaction },
            { text: 'Kafka documentation, Topic Configs, min.cleanable.dirty.ratio', url: sources.dirtyRatio },
          ],
        };
      },
      goOn: 'And the tombstone?',
    },
    minute: {
      heading: () => 'A minute later',
      body: () => [
        '`delete.retention.ms` is 60 s: a tombstone must stay for that long after the cleaner first kept it. Nothing is written meanwhile. The cleaner looks every 15 s.',
      ],
    },
    'run-minute': {
      heading: () => 'Watch the minute go by',
      body: () => ['Watch what the cleaner does each time it looks, up to 72 s.'],
    },
    'saw-minute': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `The tombstone might go from ${seconds(recordAt(outcome, tombstone).deleteHorizonMs ?? 0)} on, but it is there still. A time that is over removes nothing by itself: only a pass does, and there is no pass while nothing is dirty.`,
        ],
        event: {
          text: 'The cleaner looked and found dirty ratio 0.00: everything below the active segment is clean.',
          atMs: outcome.passes.findLast(({ isChosen, atMs }) => !isChosen && atMs <= 72_000)?.atMs,
        },
        config: '`delete.retention.ms` = 60 s (24 h by default) is the least time, not the time.',
        sources: [{ text: 'Kafka documentation, Topic Configs, delete.retention.ms', url: sources.deleteRetention }],
      }),
      goOn: 'Write something',
    },
    second: {
      heading: () => 'One more change',
      body: () => [
        'At 75 s comes offset 9, `sku-3: 2`, and at 76 s a new segment is begun, so that 8 and 9 can be cleaned too. The cleaner looks at 84 s.',
      ],
    },
    'run-second': { heading: () => 'Watch the second pass', body: () => ['Watch what goes at 84 s, and the table.'] },
    'saw-second': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const pass = chosen(outcome).at(-1);
        return {
          paragraphs: [
            `The pass removed ${and(pass?.cleaned?.removed ?? [])}. Now there is one record a key, and of sku-2 nothing: a reader that was away until now, and that holds 20 for it, never learns that it is gone.`,
            `At the default ratio of 0.5 this pass would not have happened: only ${Math.round((pass?.cleanableRatio ?? 0) * 100)} % was dirty.`,
          ],
          event: {
            text: `The cleaner found dirty ratio ${(pass?.cleanableRatio ?? 0).toFixed(2)}, more than 0.1, and wrote the log anew.`,
            atMs: pass?.atMs,
          },
          config: '`min.cleanable.dirty.ratio` = 0.1 and `delete.retention.ms` = 60 s.',
          sources: [
            { text: 'Kafka documentation, Design, Log Compaction', url: sources.compaction },
            { text: 'Kafka documentation, Topic Configs, delete.retention.ms', url: sources.deleteRetention },
          ],
        };
      },
      goOn: 'What would have kept it?',
    },
    guarantee: {
      heading: () => 'A reader that is away for two minutes',
      body: () => [
        'It holds 20 for sku-2. When it comes back after two minutes, it must still learn that sku-2 is gone.',
      ],
      explanation: () => ({
        paragraphs: [
          'The tombstone is what tells it, and `delete.retention.ms` is how long a tombstone stays at least. Make it longer than the longest time that a reader may be away.',
          'The word "null" is a value like any other, and a higher ratio only makes passes rarer.',
        ],
        event: { text: 'Each of your choices was run on the same changes.', atMs: undefined },
        config: '`delete.retention.ms`, longer than any reader is away.',
        sources: [{ text: 'Kafka documentation, Topic Configs, delete.retention.ms', url: sources.deleteRetention }],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    survivors: {
      ask: () => 'Which records survive the pass? Pick them all.',
      option: (_, __, [offset = 0]) => `\`${offset}\` ${content(offset)}`,
      row: () => 'Survive',
      short: (id) => id,
    },
    'saw-clean': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'one-each': 'One record a key is left',
          renumbered: 'Four records are left, at offsets 0 to 3',
          gaps: 'Four records are left at their offsets, sku-1 twice',
        })[id] ?? id,
    },
    minute: {
      ask: () => 'Is the tombstone, offset 4, still there at 72 s?',
      option: (_, id) => (id === 'gone' ? 'No: its 60 s are over' : 'Yes'),
      row: () => 'Tombstone at 72 s',
      short: (id) => (id === 'gone' ? 'gone' : 'there'),
    },
    'saw-minute': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          removed: 'The tombstone was removed when its time was over',
          'no-pass': 'The cleaner looked, and did nothing',
          'cleaned-again': 'The cleaner cleaned again, and kept the tombstone',
        })[id] ?? id,
    },
    second: {
      ask: () => 'What is left after 84 s?',
      option: (_, __, values) => and(values),
      row: () => 'Left at the end',
      short: (id) => id.replaceAll(',', ', '),
    },
    'saw-second': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'tombstone-stayed': 'The tombstone stayed',
          'table-only': 'What is left is the table, one record a key',
          everything: 'Old values are left beside the new ones',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these guarantees it?',
      option: (_, id, [value = 0]) =>
        ({
          'text-null': 'Write the text `"null"` instead of a null value',
          'delete-retention': `\`delete.retention.ms\` of ${value} s`,
          'dirty-ratio': `\`min.cleanable.dirty.ratio\` of ${value}`,
        })[id] ?? id,
    },
  },
  corrections: {
    M15: 'The cleaner only cleans closed segments, only when enough is dirty, and moves nothing: offsets stay, and a key may be there more than once.',
    M16: 'A tombstone is a null value. It stays at least `delete.retention.ms` after the first pass that kept it, and until a pass takes it; whoever comes later never learns of it.',
  },
  trial: (_, { outcome }) =>
    tellsOfDeletion(outcome)
      ? 'At the end of the run the tombstone is still there.'
      : outcome.records[tombstone]?.value === null
        ? 'At the end of the run the tombstone is gone.'
        : 'At the end of the run sku-2 has the value "null": it was never deleted.',
  challenge: {
    goal: () =>
      'Leave the dirty ratio at 0.1. Can you have offset 5, `sku-1: 8`, readable to the end, though it was overwritten?',
    hint: 'The cleaner leaves alone what is too young. Which setting says how young?',
    met: () => 'Offset 5 is there to the end: to the cleaner its segment is too young.',
  },
};
