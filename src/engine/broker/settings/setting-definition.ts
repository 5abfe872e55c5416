import type { ConfigDefinition } from '../config-value.js';

/** A config of the broker: how its value is read, and whether it can be changed while the broker runs. */
export interface SettingDefinition extends ConfigDefinition {
  /** Absent: only at the start. `cluster`: for all brokers or for one. `broker`: for one alone. `listener`: for one listener alone, under its prefix. */
  readonly dynamic?: 'cluster' | 'broker' | 'listener';
  /** Told only if it was given. */
  readonly isInternal?: true;
}
