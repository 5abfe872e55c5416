import type { ProcessorContext } from '../processor/processor.js';
import type { TaskContext } from '../processor/task-context.js';
import { StreamsError } from '../streams-error.js';
import type { Change } from './change.js';
import { ChangeForwarder } from './change-forwarder.js';
import { Materialization, type MaterializationOptions } from './materialization.js';
import { RowStore } from './row-store.js';
import type { TableProcessorSupplier, TableView, ValueGetterSupplier } from './table.js';

/** Gives rows another value, with stores at hand (Kafka's ValueTransformerWithKey). */
export interface ValueTransformer<K, V, VOut> {
  init?(context: ProcessorContext): void;
  transform(key: K, value: V | null): VOut | null;
  close?(): void;
}

export interface TableTransformValuesOptions<K, V, VOut> extends MaterializationOptions {
  readonly parent: TableView<K, V>;
  readonly transformer: () => ValueTransformer<K, V, VOut>;
  /** What the transformer asks for, so that whoever reads through this table is connected to it too. */
  readonly stateStoreNames?: readonly string[];
}

/** KTableTransformValues. The transformer sees deleted rows too and may forward nothing itself. */
export function tableTransformValues<K, V, VOut>(
  options: TableTransformValuesOptions<K, V, VOut>,
): TableProcessorSupplier<K, V, VOut> {
  const { parent, transformer: transformerOf, storeName } = options;
  const table = new Materialization<K, V, VOut>(parent, options, () => transformedView(options));
  return {
    get isVersioned() {
      return table.isVersioned;
    },
    view: () => table.view(),
    enableSendingOldValues: (force) => table.enableSendingOldValues(force),
    get: () => {
      const transformer = transformerOf();
      let context: TaskContext<K, Change<VOut>>;
      let rows: RowStore<K, VOut> | null = null;
      let forwarder: ChangeForwarder<K, VOut>;
      return {
        init(given) {
          context = given as TaskContext<K, Change<VOut>>;
          transformer.init?.(withoutForward(context));
          if (storeName === null) return;
          rows = new RowStore(context, storeName);
          forwarder = new ChangeForwarder(context, context.getStateStore(storeName), () => table.sendsOldValues);
        },
        process({ key, value: change, timestamp, headers }) {
          const newValue = transformer.transform(key, change.newValue);
          if (rows === null) {
            const oldValue = table.sendsOldValues ? transformer.transform(key, change.oldValue) : null;
            context.forward({ key, value: { newValue, oldValue, isLatest: change.isLatest }, timestamp, headers });
            return;
          }
          const oldValue = table.sendsOldValues ? (rows.get(key)?.value ?? null) : null;
          const isLatest = rows.put(key, newValue, timestamp);
          if (isLatest !== 'rejected') forwarder.maybeForward(key, newValue, oldValue, isLatest, timestamp, headers);
        },
        close: () => transformer.close?.(),
      };
    },
  };
}

function transformedView<K, V, VOut>({
  parent,
  transformer: transformerOf,
  stateStoreNames = [],
}: TableTransformValuesOptions<K, V, VOut>): ValueGetterSupplier<K, VOut> {
  const parentView = parent.view();
  return {
    storeNames: [...new Set([...parentView.storeNames, ...stateStoreNames])],
    get: () => {
      const getter = parentView.get();
      const transformer = transformerOf();
      let context: TaskContext;
      const transform = (key: K, row: { value: V; timestamp: number } | null) => {
        const timestamp = row?.timestamp ?? -1;
        const result: { value: VOut | null } = { value: null };
        // The transformer sees the time of the row; where its record came from is not known any more.
        context.during({ timestamp, headers: [], origin: null }, () => {
          result.value = transformer.transform(key, row === null ? null : row.value);
        });
        return result.value === null ? null : { value: result.value, timestamp };
      };
      return {
        init(given) {
          context = given;
          getter.init(given);
          transformer.init?.(withoutForward(given));
        },
        get: (key) => transform(key, getter.get(key)),
        getAsOf: (key, timestamp) => transform(key, getter.getAsOf(key, timestamp)),
        get isVersioned() {
          return getter.isVersioned;
        },
        close() {
          getter.close?.();
          transformer.close?.();
        },
      };
    },
  };
}

function withoutForward(context: ProcessorContext): ProcessorContext {
  return Object.create(context, {
    forward: {
      value: () => {
        throw new StreamsError(
          'StreamsException',
          'A transformer of values may not forward records: it would change keys or pass on what is no change of the table. Use process().',
        );
      },
    },
  }) as ProcessorContext;
}
