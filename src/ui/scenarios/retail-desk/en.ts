import type { StreamsRunView } from '../../../engine/scenario/streams-run-view.js';
import { cellsOf, type StreamsScenarioTexts } from '../streams-outcome.js';
import { streamsSources as sources } from '../streams-sources.js';
import {
  adjustmentsUntil,
  deskTask,
  isRight,
  itemsIn,
  levelAt,
  levelsUntil,
  movedIn,
  reordersUntil,
  takenOver,
} from './outcome.js';
import { killAtMs, killEndMs, program, salesEndMs } from './run.js';
import type { QuestionId, StepId } from './scenario.js';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const lastReorderMs = (outcome: StreamsRunView): number | undefined => cellsOf(outcome, 'reorders').at(-1)?.storedAtMs;

/** The words of scenario 19 in English. */
export const english: StreamsScenarioTexts<StepId, QuestionId> = {
  recordName: (context, record) => context.label(record),
  recordsLegend: () => '',
  steps: {
    desk: {
      heading: () => 'Streams in, streams out',
      body: ({ own }) =>
        own
          ? [
              'Your sales and shipments go into two topics. The application makes of them a stock level for each item, reorders, and price adjustments.',
              `Every item begins with ${program.openingStock} in stock and is reordered when it falls below ${program.reorderBelow}. An item of which ${program.fastSales} or more are sold within 10 s gets dearer.`,
            ]
          : [
              'A shop has a stream of sales and one of shipments. An application makes other streams of them: the stock level of each item, reorders, and price adjustments.',
              `Every item begins with ${program.openingStock} in stock and is reordered when it falls below ${program.reorderBelow}. Sales are keyed by their order; stock is counted by item. So each record goes through a *repartition topic* first, where it lies by its item.`,
              'Two instances share the tasks: one task for each sub-topology and partition.',
            ],
      goOn: 'What will be reordered?',
    },
    reorder: {
      heading: () => 'Six sales and a shipment',
      body: () => [
        'sku-1: 3, then 2, then 2 are sold. sku-2: 4 are sold, 5 come in a shipment, 4 are sold. sku-4: 2 are sold.',
      ],
    },
    updates: {
      heading: () => 'What is written',
      body: () => [
        'The stock of each item is a *table* in a store. `stock-levels` is that table as a stream. Caches are off, `statestore.cache.max.bytes` is 0.',
      ],
    },
    'run-sales': {
      heading: () => 'Watch the topics fill',
      body: () => [
        'Watch a sale go through the repartition topic to the store, and what each change of the store writes.',
      ],
    },
    'saw-sales': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `${levelsUntil(outcome, salesEndMs).length} records came in and ${levelsUntil(outcome, salesEndMs).length} stock levels went out: a table as a stream is its changes, not its rows. Each change of the store is also a record of its changelog.`,
          `Only ${reordersUntil(outcome, salesEndMs).join(', ')} fell below ${program.reorderBelow}. sku-2 sold more, but its shipment came in between.`,
        ],
        event: {
          text: 'The sale that brought sku-1 to 3 was processed, and a reorder was written.',
          atMs: cellsOf(outcome, 'reorders')[0]?.storedAtMs,
        },
        config:
          '`statestore.cache.max.bytes` = 0: nothing is held back. With a cache, updates of one key between two commits become one.',
        sources: [
          { text: 'Kafka documentation, Streams: duality of streams and tables', url: sources.duality },
          { text: 'Kafka documentation, Streams: memory management', url: sources.memory },
        ],
      }),
      goOn: 'And if an instance dies?',
    },
    takeover: {
      heading: () => 'desk-2 is killed',
      body: () => [
        `At ${seconds(killAtMs)} desk-2 is killed. It has the task of sku-1 and sku-2; the stock of sku-1 is 3. Two seconds later one more sku-1 is sold.`,
      ],
    },
    again: {
      heading: () => 'Where would the stock come from?',
      body: () => ['What desk-2 had in its store was in its memory and on its own disk. desk-1 has neither.'],
    },
    'run-kill': {
      heading: () => 'Watch the task move',
      body: () => ['Watch who gets the tasks of desk-2, when, and what it does before it takes the next sale.'],
    },
    'saw-kill': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => {
        const span = takenOver(outcome);
        return {
          paragraphs: [
            `After its session timeout the group gave task ${deskTask} to desk-1. That read ${span?.restoredRecords ?? 0} records of the task’s changelogs and had the store back; then it took the sale that had waited. The stock of sku-1 is ${levelAt(outcome, 'sku-1', killEndMs) ?? 0}.`,
            `That sale also closed the window of 10 s in which sku-2 sold 8: ${adjustmentsUntil(outcome, killEndMs).join(', ')} got dearer. Even what waited in \`suppress\` had come back.`,
            'No sale was processed twice, because all had been committed. Had desk-2 died between a change and the next commit, the sales in between would be taken again, and subtracted again: at least once.',
          ],
          event: { text: `desk-1 had the state of task ${deskTask} back.`, atMs: span?.restoredAtMs },
          config:
            '`session.timeout.ms` decides when it is noticed (6 s here); `num.standby.replicas` would keep a copy ready.',
          sources: [
            { text: 'Kafka documentation, Streams architecture: fault tolerance', url: sources.recovery },
            { text: 'Kafka documentation, Streams: processing guarantees', url: sources.guarantees },
          ],
        };
      },
      goOn: 'And if the code changes?',
    },
    'new-code': {
      heading: () => 'Reorder earlier',
      body: () => [
        'New code reorders below 8. desk-1 is closed, the application is *reset*, and desk-1 starts with the new code: offsets go back to the beginning, stores and internal topics are gone, and everything is read again.',
        'With the limit of 8, sku-1 and sku-2 are each reordered once. One reorder of the old code is in the topic.',
      ],
    },
    'run-new-code': {
      heading: () => 'Watch it read the past',
      body: () => ['Watch the internal topics go and come, and what is added to `reorders` and `stock-levels`.'],
    },
    'saw-new-code': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `\`reorders\` has ${cellsOf(outcome, 'reorders').length} records now: that of the old code and two of the new. A reset touches what the application made for itself, never its outputs: whoever reads them has seen them.`,
          'The stock is right, for it was counted from nothing. Look at the levels of sku-2, though: 6, 2, 7 this time, and not 6, 11, 7. Read again, sales and shipments meet in another sequence; only the end is the same.',
        ],
        event: { text: 'The last reorder of the new code was written.', atMs: lastReorderMs(outcome) },
        config: '`kafka-streams-application-reset`, and `KafkaStreams#cleanUp` for what is on the instance’s own disk.',
        sources: [{ text: 'Kafka documentation, Streams: application reset tool', url: sources.reset }],
      }),
      goOn: 'What else could one do?',
    },
    'saw-own': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `${movedIn(outcome)} records came in and ${cellsOf(outcome, 'stock-levels').length} stock levels went out, for ${itemsIn(outcome)} ${itemsIn(outcome) === 1 ? 'item' : 'items'}: a table as a stream is its changes.`,
          `Reordered: ${reordersUntil(outcome, outcome.atMs).join(', ') || 'nothing'}. Dearer: ${adjustmentsUntil(outcome, outcome.atMs).join(', ') || 'nothing'}. A window is judged once a later sale in its partition has closed it.`,
        ],
        event: {
          text: 'The last stock level was written.',
          atMs: cellsOf(outcome, 'stock-levels').at(-1)?.storedAtMs ?? outcome.atMs,
        },
        config: '`statestore.cache.max.bytes` = 0: nothing is held back.',
        sources: [{ text: 'Kafka documentation, Streams: duality of streams and tables', url: sources.duality }],
      }),
      goOn: 'Change it',
    },
    guarantee: {
      heading: () => 'New rules for old sales',
      body: () => [
        'Say the new rule shall hold for *all* sales, and the stock shall be right: 2 of sku-1, 7 of sku-2, 8 of sku-4.',
      ],
      explanation: () => ({
        paragraphs: [
          'Whoever reads from the beginning must also count from nothing: offsets and stores belong together. Setting back offsets alone subtracts every sale a second time.',
          'A new `application.id` has offsets, stores and internal topics of its own, and the old application can go on until the new one has caught up.',
        ],
        event: { text: 'Each of your choices was run on the same sales.', atMs: undefined },
        config: '`application.id` names the group, and with it the offsets, and the prefix of all internal topics.',
        sources: [{ text: 'Kafka documentation, Streams: application reset tool', url: sources.reset }],
      }),
    },
    vary: {
      heading: () => 'Change it, and see',
      body: () => ['Every change is run at once. Say before each what you expect.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    reorder: {
      ask: () => `Which items are reordered by ${seconds(salesEndMs)}?`,
      option: (_, id) =>
        ({ 'sku-1': 'Only sku-1', 'sku-2': 'Only sku-2', 'sku-1+sku-2': 'sku-1 and sku-2', nothing: 'None' })[id] ?? id,
      row: () => 'Reordered',
      short: (id) =>
        ({ 'sku-1': 'sku-1 only', 'sku-2': 'sku-2 only', 'sku-1+sku-2': 'both', nothing: 'none' })[id] ?? id,
    },
    updates: {
      ask: ({ own }) => `How many records has \`stock-levels\` ${own ? 'in the end' : `at ${seconds(salesEndMs)}`}?`,
      option: (_, id) => id,
      row: () => 'Stock levels written',
      short: (id) => id,
    },
    'saw-sales': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'each-update': 'Every sale and shipment wrote a stock level; one item was reordered',
          'last-only': 'One stock level was written for each item',
          'by-order': 'Stock was counted by order, as the sales are keyed',
        })[id] ?? id,
    },
    takeover: {
      ask: () => 'Which stock of sku-1 is written after that sale?',
      option: (_, id) => id,
      row: () => 'Stock of sku-1 after the kill',
      short: (id) => id,
    },
    again: {
      ask: () => 'How does desk-1 come to the stock of sku-1?',
      option: (_, id) =>
        ({
          changelog: 'It reads the changelog of the store',
          sales: 'It processes all sales again',
          disk: 'It has a copy already',
        })[id] ?? id,
      row: () => 'State comes from',
      short: (id) => ({ changelog: 'changelog', sales: 'sales', disk: 'own copy' })[id] ?? id,
    },
    'saw-kill': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'came-back': 'The task moved, its stock came back, and the sale that had waited was taken',
          'began-anew': 'The stock began again with what every item begins with',
          'sale-lost': 'The sale that came meanwhile was lost',
        })[id] ?? id,
    },
    'new-code': {
      ask: () => 'How many records has `reorders` in the end?',
      option: (_, id) => id,
      row: () => 'Reorders in the end',
      short: (id) => id,
    },
    'saw-new-code': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          added: 'The new reorders were added to the old one, and the stock is right',
          replaced: 'The old reorder is gone',
          'counted-twice': 'Sales were subtracted twice',
        })[id] ?? id,
    },
    'saw-own': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'each-update': 'Every sale and shipment wrote a stock level',
          'last-only': 'One stock level was written for each item',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these do it?',
      option: (_, id) =>
        ({
          restart: 'Just start the new code',
          'offsets-only': 'Set the offsets back to the earliest, and start it',
          reset: 'Reset the application, and start it',
          'new-id': 'Start it under a new `application.id`',
        })[id] ?? id,
    },
  },
  corrections: {
    M1: 'Outputs are topics like any other: nothing takes back what was written and read.',
    M8: 'A group goes on where it has committed. New code alone reads nothing again.',
    M9: 'A record waits in its partition until whoever owns it reads on from the committed offset.',
    M23: 'A table as a stream is its changes: one record an update, unless a cache or `suppress` holds some back.',
    M24: 'Records meet by partition: where the key is another, they go through a repartition topic first.',
    M28: 'A store is the fold of its changelog, a topic. Whoever gets the task reads it, and goes on where the last commit was.',
  },
  trial: (_, { outcome }) => {
    const stock = outcome.applications
      .flatMap(({ tasks }) => tasks.flatMap(({ stores }) => stores))
      .filter(({ store }) => store === 'stock')
      .flatMap(({ rows }) => rows.map(({ key, value }) => `${key} ${value}`));
    const added = cellsOf(outcome, 'reorders').filter(({ storedAtMs }) => storedAtMs > killEndMs).length;
    return `${isRight(outcome) ? 'Right' : 'Not right'}: stock ${stock.join(', ')}; ${added} new reorders.`;
  },
  challenge: {
    goal: ({ own }) =>
      own
        ? 'Can you have fewer records in `stock-levels` than sales and shipments came in?'
        : `Can you have at most three records in \`stock-levels\` before ${seconds(killAtMs)}, and at least one?`,
    hint: 'What may hold updates back, and until when?',
    met: ({ own }, view) =>
      `${levelsUntil(view, own ? view.atMs : killAtMs).length} were written: the cache kept the newest of each key until the commit. Who reads the topic sees fewer of the states in between.`,
  },
};
