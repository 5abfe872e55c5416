/** What tables pass on: the new value, the old one if somebody below asked for it, and whether the new one is the latest by time (KIP-914). */
export interface Change<V> {
  readonly newValue: V | null;
  readonly oldValue: V | null;
  readonly isLatest: boolean;
}
