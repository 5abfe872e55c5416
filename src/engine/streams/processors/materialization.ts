import type { TableView, ValueGetterSupplier } from './table.js';
import { storeView } from './row-store.js';

/** How a table that is computed from another one keeps its rows. */
export interface MaterializationOptions {
  /** The store that its rows are kept in, if any. */
  readonly storeName: string | null;
  /** Whether that store is a versioned one. */
  readonly isVersioned?: boolean;
}

/** What a table that is computed from another one offers below, be it kept or not. */
export class Materialization<K, V, VOut> implements TableView<K, VOut> {
  private sends = false;

  constructor(
    private readonly parent: TableView<K, V>,
    private readonly options: MaterializationOptions,
    private readonly derive: () => ValueGetterSupplier<K, VOut>,
  ) {}

  get sendsOldValues(): boolean {
    return this.sends;
  }

  get isVersioned(): boolean {
    return this.options.storeName === null ? this.parent.isVersioned : this.options.isVersioned === true;
  }

  /** Sends old values on if the parent knows them anyway. */
  sendOldValuesIfKnown(): void {
    if (this.parent.enableSendingOldValues(false)) this.sends = true;
  }

  view(): ValueGetterSupplier<K, VOut> {
    return this.options.storeName === null ? this.derive() : storeView(this.options.storeName);
  }

  enableSendingOldValues(force: boolean): boolean {
    if (this.options.storeName !== null || this.parent.enableSendingOldValues(force)) this.sends = true;
    return this.sends;
  }
}
