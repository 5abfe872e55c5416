import { cellsOf, processedBy, type StreamsScenarioTexts } from '../streams-outcome.js';
import { streamsSources as sources } from '../streams-sources.js';
import {
  outputs,
  partitionOfKey,
  pricedOf,
  refusalOf,
  streamStream,
  streamTable,
  tableTable,
  unequal,
  type QuestionId,
  type StepId,
} from './scenario.js';

const same = 'The same four records: sale 1, then the price 10, then sale 2, then the price 12, all of sku-1.';

/** The words of scenario 21 in English. */
export const english: StreamsScenarioTexts<StepId, QuestionId> = {
  recordName: (context, record) => context.label(record),
  recordsLegend: () => '',
  steps: {
    sales: {
      heading: () => 'What did it cost when it was sold?',
      body: () => [
        'Two topics: `sales` and `prices`, both keyed by item. Something is sold before its price is known; the price comes, 10; something is sold again; and then the price changes to 12.',
        'Three applications join the two topics, each by another kind of join. You will see them one after the other.',
      ],
      goOn: 'A stream with a table',
    },
    'stream-table': {
      heading: () => 'Stream–table join',
      body: () => [
        'The first reads `sales` as a stream and `prices` as a table, and joins each sale with the price that the table has. (An inner join: no price, no result.)',
        same,
      ],
    },
    'run-stream-table': {
      heading: () => 'Watch the table and the output',
      body: () => ['Watch what the store has when a sale comes, and what a new price does.'],
    },
    'saw-stream-table': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `${pricedOf(outcome, streamTable).length} result: ${pricedOf(outcome, streamTable).join(', ')}. A sale looks into the table once, when it is processed. Sale 1 found nothing and is gone without a word: an inner join does not tell.`,
          'A new price changes the table and writes nothing. It does not come back to sales that have been.',
          'Nor does it ask for time: the table has what came last. A price that is stamped earlier and comes later takes the newer one’s place. A versioned table (KIP-889) looks up the price of the sale’s own time instead.',
        ],
        event: {
          text: 'Sale 1 was processed: the table had no row for sku-1 then.',
          atMs: processedBy(outcome, streamTable).find(({ value }) => value === 'sale 1')?.atMs,
        },
        config: '`KStream#join(KTable)`: only the stream’s side triggers.',
        sources: [{ text: 'Kafka documentation, Streams DSL: joining', url: sources.joining }],
      }),
      goOn: 'Two tables',
    },
    'table-table': {
      heading: () => 'Table–table join',
      body: () => ['The second reads both topics as tables: the newest sale of each item, and the newest price.', same],
    },
    'run-table-table': {
      heading: () => 'Watch both tables',
      body: () => ['Watch both stores, and what each change of either writes.'],
    },
    'saw-table-table': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `${pricedOf(outcome, tableTable).length} results: ${pricedOf(outcome, tableTable).join('; ')}. The result is a table itself, and either side changes it. So the price that came late was joined with sale 1.`,
          'Only newest meets newest: sale 1 at 12 never comes, for sale 2 had taken its place.',
        ],
        event: {
          text: 'The price 10 came to a table that had sale 1 already, and a result was written.',
          atMs: cellsOf(outcome, outputs[tableTable])[0]?.storedAtMs,
        },
        config: '`KTable#join(KTable)`: both sides trigger; caches are off here.',
        sources: [{ text: 'Kafka documentation, Streams DSL: joining', url: sources.joining }],
      }),
      goOn: 'Two streams',
    },
    'stream-stream': {
      heading: () => 'Stream–stream join',
      body: () => [
        'The third reads both as streams and joins records of one item that are at most 10 s apart, before or after.',
        same,
      ],
    },
    'run-stream-stream': {
      heading: () => 'Watch both windows',
      body: () => ['Both sides are kept, in a store each, as long as something may still meet them.'],
    },
    'saw-stream-stream': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `${pricedOf(outcome, streamStream).length} results: two sales and two prices, all within 10 s of each other, make four pairs. Whichever comes second finds the first in the other side’s store.`,
          'That is right for events that belong together, such as a click and a view. A price is a state, not an event: here it was paired with sales that it never applied to.',
        ],
        event: {
          text: 'The price 12 met both sales, and two results were written.',
          atMs: cellsOf(outcome, outputs[streamStream]).at(-1)?.storedAtMs,
        },
        config: '`JoinWindows.ofTimeDifferenceWithNoGrace(10 s)`',
        sources: [{ text: 'Kafka documentation, Streams DSL: joining', url: sources.joining }],
      }),
      goOn: 'When the sides don’t fit',
    },
    partitions: {
      heading: () => 'Three partitions and four',
      body: () => [
        'Another shop: `price-list` has 3 partitions and the prices of sku-1 and sku-2. `orders` has 4. An application joins the orders, a stream, with the prices, a table.',
        'A key lies in partition murmur2(key) mod the number of partitions. Of 3, sku-1 and sku-2 are both in p1. Of 4, sku-1 is in p3 and sku-2 in p1.',
      ],
    },
    'run-partitions': {
      heading: () => 'Watch it start',
      body: () => ['Watch what becomes of the application.'],
    },
    'saw-partitions': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `It failed at once: ${refusalOf(outcome)?.code ?? ''}. A task reads the same partition of both topics, so both must have equally many: they must be *co-partitioned*.`,
          'That is checked, and is the good case. What can’t be checked comes next.',
        ],
        event: { text: refusalOf(outcome)?.message ?? '', atMs: refusalOf(outcome)?.atMs },
        config: 'The number of partitions of both topics.',
        sources: [{ text: 'Kafka documentation, Streams DSL: co-partitioning', url: sources.copartitioning }],
      }),
      goOn: 'Then add a partition',
    },
    fourth: {
      heading: () => 'Four and four',
      body: () => [
        'Somebody adds a partition to `price-list` (`kafka-topics --alter --partitions 4`) and starts the application again. Then sku-1 is ordered, and sku-2.',
      ],
    },
    'run-fourth': {
      heading: () => 'Watch the tasks',
      body: () => ['Watch which task takes which order, and in which task the prices are.'],
    },
    'saw-fourth': {
      heading: () => 'What did you see?',
      body: () => [],
      explanation: (_, outcome) => ({
        paragraphs: [
          `It runs, and says nothing of what is missing: ${pricedOf(outcome, unequal).join(', ')} is all. The order of sku-1 went to p${partitionOfKey(outcome, 'orders', 'sku-1') ?? ''}; its price still lies in p${partitionOfKey(outcome, 'price-list', 'sku-1') ?? ''}, where it was written when there were three. Adding a partition moves no record.`,
          'The two numbers are equal, so the check passes. That keys lie alike nobody can check: another partitioner on one side does the same.',
        ],
        event: {
          text: 'The order of sku-1 was processed by a task that has no price of it.',
          atMs: processedBy(outcome, unequal).find(({ value }) => value === 'sale 3')?.atMs,
        },
        config: '`kafka-topics --alter --partitions` changes where new records go, and only that.',
        sources: [{ text: 'Kafka documentation, Streams DSL: co-partitioning', url: sources.copartitioning }],
      }),
      goOn: 'What would help?',
    },
    guarantee: {
      heading: () => 'Both orders with their prices',
      body: () => ['Say both orders must come out with their prices: sale 3 at 10, and sale 4 at 20.'],
      explanation: () => ({
        paragraphs: [
          'Records must come to where their partners are. `repartition()` writes both sides anew, by key, into topics of equal size. A `GlobalKTable` is whole on every instance, so it needs no partition at all. Or the prices are written again, and the partitioner puts them where they belong now.',
          'A left join does not find the price either. But it *says* so: “at no price” is a result that somebody can notice.',
        ],
        event: { text: 'Each of your choices was run on the same records.', atMs: undefined },
        config: '`repartition()`, `GlobalKTable`, `leftJoin`.',
        sources: [
          { text: 'Kafka documentation, Streams DSL: joining', url: sources.joining },
          { text: 'Kafka documentation, Streams DSL: co-partitioning', url: sources.copartitioning },
        ],
      }),
    },
    vary: {
      heading: () => 'Other joins',
      body: () => ['Choose another join for the orders, and say before what comes out.'],
    },
    play: { heading: () => 'Play', body: () => [] },
  },
  questions: {
    'stream-table': {
      ask: () => 'How many results are written?',
      option: (_, id) => id,
      row: () => 'Stream–table results',
      short: (id) => id,
    },
    'saw-stream-table': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'only-sale-2': 'Only sale 2 came out, at 10',
          waited: 'Sale 1 waited for its price, and came out at 10',
          again: 'Sale 2 came out again when the price changed',
        })[id] ?? id,
    },
    'table-table': {
      ask: () => 'How many results are written?',
      option: (_, id) => id,
      row: () => 'Table–table results',
      short: (id) => id,
    },
    'saw-table-table': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'both-sides': 'Each change of either table wrote a result, once both had a row',
          'sales-only': 'Only sales wrote results',
          'every-pair': 'Every sale came out with every price',
        })[id] ?? id,
    },
    'stream-stream': {
      ask: () => 'How many results are written?',
      option: (_, id) => id,
      row: () => 'Stream–stream results',
      short: (id) => id,
    },
    'saw-stream-stream': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          'every-pair': 'Every sale came out with every price',
          nearest: 'Each sale came out with the nearest price',
          'like-table': 'Each sale came out with the price before it',
        })[id] ?? id,
    },
    partitions: {
      ask: () => 'What does the application do?',
      option: (_, id) =>
        ({
          works: 'It joins them: the key decides, not the partition',
          'some-missing': 'It runs, and some orders find no price',
          refused: 'It fails before it processes anything',
        })[id] ?? id,
      row: () => 'Three and four partitions',
      short: (id) => ({ works: 'works', 'some-missing': 'some missing', refused: 'fails' })[id] ?? id,
    },
    'saw-partitions': {
      ask: () => 'Which of these happened?',
      option: (_, id) => ({ failed: 'It failed and said why', runs: 'It runs' })[id] ?? id,
    },
    fourth: {
      ask: () => 'Which orders find their prices?',
      option: (_, id) =>
        ({ both: 'Both: the numbers are equal now', 'second-only': 'Only that of sku-2', none: 'None' })[id] ?? id,
      row: () => 'Four and four partitions',
      short: (id) => ({ both: 'both', 'second-only': 'sku-2 only', none: 'none' })[id] ?? id,
    },
    'saw-fourth': {
      ask: () => 'Which of these happened?',
      option: (_, id) =>
        ({
          elsewhere: 'The order of sku-1 and its price are in different tasks',
          moved: 'The prices moved to the partitions where they belong now',
          error: 'The application failed again',
        })[id] ?? id,
    },
    guarantee: {
      ask: () => 'Which of these bring both out with their prices?',
      option: (_, id) =>
        ({
          restart: 'Start the application once more',
          left: 'A left join',
          repartition: '`repartition()` on both sides',
          global: 'The prices as a `GlobalKTable`',
          'write-again': 'Writing the prices once more',
        })[id] ?? id,
    },
  },
  corrections: {
    M6: 'Adding a partition changes where a key’s *next* record goes. What was written stays where it is.',
    M24: 'A join is no query: it says what it says when a record comes, to the task that has that partition, and what finds no partner then is silent.',
  },
  trial: (_, { outcome }) => `Out came: ${pricedOf(outcome, unequal).join(', ') || 'nothing'}.`,
  challenge: {
    goal: () => 'Leave the topics as they are. Can you have the application *say* that it found no price for sku-1?',
    hint: 'Which join passes on a record that found no partner?',
    met: (_, view) => `It says: ${pricedOf(view, unequal).join(', ')}. Silence became something to watch for.`,
  },
};
