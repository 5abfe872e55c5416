import type { ProcessorSupplier } from '../processor/processor.js';
import type { TaskContext } from '../processor/task-context.js';
import type { ValueAndTimestamp } from '../state/state-store.js';
import type { Change } from './change.js';
import { ChangeForwarder } from './change-forwarder.js';
import type { JoinKind } from './join-kind.js';
import { RowStore, storeView } from './row-store.js';
import type { TableProcessorSupplier, TableView, ValueGetterSupplier } from './table.js';

export interface TableTableJoinOptions<K, L, R, VOut> {
  readonly kind: JoinKind;
  readonly left: TableView<K, L>;
  readonly right: TableView<K, R>;
  readonly joiner: (key: K, left: L | null, right: R | null) => VOut | null;
  /** Of the result, if it is kept. */
  readonly storeName: string | null;
  /** Whether that store is a versioned one. */
  readonly isVersioned?: boolean;
}

/** The nodes of a join of two tables. */
export interface TableTableJoin<K, L, R, VOut> {
  /** Below the left table; reads the right one: connect it to `right.view().storeNames`. */
  readonly leftJoin: TableProcessorSupplier<K, L, VOut>;
  readonly rightJoin: TableProcessorSupplier<K, R, VOut>;
  /** Below both (KTableKTableJoinMerger). */
  readonly merger: TableProcessorSupplier<K, VOut, VOut>;
}

/**
 * KTableKTableInnerJoin, -LeftJoin and -OuterJoin: a change of either side is joined with what the other side holds now. The
 * result's timestamp is the larger of both. Of a versioned side only the latest values count.
 */
export function tableTableJoin<K, L, R, VOut>(
  options: TableTableJoinOptions<K, L, R, VOut>,
): TableTableJoin<K, L, R, VOut> {
  const { kind, left, right, joiner } = options;
  // A preserved side whose row is deleted has to know whether there was one.
  if (kind !== 'inner') left.enableSendingOldValues(true);
  if (kind === 'outer') right.enableSendingOldValues(true);
  const views = { left: left.view(), right: right.view() };
  const join = (key: K, leftValue: L | null, rightValue: R | null): VOut | null => {
    if (leftValue === null && (kind !== 'outer' || rightValue === null)) return null;
    if (rightValue === null && kind === 'inner') return null;
    return joiner(key, leftValue, rightValue);
  };
  let sendsOldValues = false;
  const result: TableView<K, VOut> = {
    isVersioned: false,
    view: () => joinedView(views.left, views.right, join),
    enableSendingOldValues() {
      left.enableSendingOldValues(true);
      right.enableSendingOldValues(true);
      return (sendsOldValues = true);
    },
  };
  return {
    leftJoin: {
      ...result,
      ...tableJoinSide<K, L, R, VOut>({
        table: left,
        other: views.right,
        needsOther: kind === 'inner',
        join,
        sendsOldValues: () => sendsOldValues,
      }),
    },
    rightJoin: {
      ...result,
      ...tableJoinSide<K, R, L, VOut>({
        table: right,
        other: views.left,
        needsOther: kind !== 'outer',
        join: (key, value, other) => join(key, other, value),
        sendsOldValues: () => sendsOldValues,
      }),
    },
    merger: merger(options, result, () => sendsOldValues),
  };
}

interface TableJoinSide<K, VThis, VOther, VOut> {
  readonly table: TableView<K, VThis>;
  readonly other: ValueGetterSupplier<K, VOther>;
  /** Nothing goes out as long as the other side has no row. */
  readonly needsOther: boolean;
  readonly join: (key: K, value: VThis | null, other: VOther | null) => VOut | null;
  readonly sendsOldValues: () => boolean;
}

function tableJoinSide<K, VThis, VOther, VOut>({
  table,
  other,
  needsOther,
  join,
  sendsOldValues,
}: TableJoinSide<K, VThis, VOther, VOut>): ProcessorSupplier<K, Change<VThis>, K, Change<VOut>> {
  return {
    get: () => {
      const getter = other.get();
      let context: TaskContext<K, Change<VOut>>;
      return {
        init(given) {
          context = given as TaskContext<K, Change<VOut>>;
          getter.init(context);
        },
        process(record) {
          const { key, value: change, headers } = record;
          if (key === null) {
            context.dropped({ reason: 'null-key', record });
            return;
          }
          if (table.isVersioned && !change.isLatest) {
            context.dropped({ reason: 'late-record', record });
            return;
          }
          const row = getter.get(key);
          if (row === null && (needsOther || (change.newValue === null && change.oldValue === null))) return;
          const otherValue = row === null ? null : row.value;
          const newValue = join(key, change.newValue, otherValue);
          const oldValue = sendsOldValues() ? join(key, change.oldValue, otherValue) : null;
          const timestamp = row === null ? record.timestamp : Math.max(record.timestamp, row.timestamp);
          context.forward({ key, value: { newValue, oldValue, isLatest: change.isLatest }, timestamp, headers });
        },
        close: () => getter.close?.(),
      };
    },
  };
}

function merger<K, VOut>(
  { storeName, isVersioned = false }: Pick<TableTableJoinOptions<K, never, never, VOut>, 'storeName' | 'isVersioned'>,
  result: TableView<K, VOut>,
  sendsOldValues: () => boolean,
): TableProcessorSupplier<K, VOut, VOut> {
  return {
    isVersioned: storeName !== null && isVersioned,
    view: () => (storeName === null ? result.view() : storeView(storeName)),
    enableSendingOldValues: (force) => result.enableSendingOldValues(force),
    get: () => {
      let context: TaskContext<K, Change<VOut>>;
      let rows: RowStore<K, VOut> | null = null;
      let forwarder: ChangeForwarder<K, VOut>;
      return {
        init(given) {
          context = given as TaskContext<K, Change<VOut>>;
          if (storeName === null) return;
          rows = new RowStore(context, storeName);
          forwarder = new ChangeForwarder(context, context.getStateStore(storeName), sendsOldValues);
        },
        process(record) {
          if (rows === null) {
            context.forward(record);
            return;
          }
          const { key, value: change, timestamp, headers } = record;
          const isLatest = rows.put(key, change.newValue, timestamp);
          if (isLatest === 'rejected') return;
          forwarder.maybeForward(key, change.newValue, change.oldValue, isLatest, timestamp, headers);
        },
      };
    },
  };
}

function joinedView<K, L, R, VOut>(
  left: ValueGetterSupplier<K, L>,
  right: ValueGetterSupplier<K, R>,
  join: (key: K, left: L | null, right: R | null) => VOut | null,
): ValueGetterSupplier<K, VOut> {
  return {
    storeNames: [...new Set([...left.storeNames, ...right.storeNames])],
    get: () => {
      const leftGetter = left.get();
      const rightGetter = right.get();
      const get = (key: K): ValueAndTimestamp<VOut> | null => {
        const leftRow = leftGetter.get(key);
        const rightRow = rightGetter.get(key);
        const value = join(key, leftRow === null ? null : leftRow.value, rightRow === null ? null : rightRow.value);
        if (value === null) return null;
        return { value, timestamp: Math.max(leftRow?.timestamp ?? -1, rightRow?.timestamp ?? -1) };
      };
      return {
        init(context) {
          leftGetter.init(context);
          rightGetter.init(context);
        },
        get,
        getAsOf: get,
        // Not even of two versioned tables (KIP-914).
        isVersioned: false,
        close() {
          leftGetter.close?.();
          rightGetter.close?.();
        },
      };
    },
  };
}
