import { validName } from '../../topology/resource-name.js';

const digits = 10;

/**
 * Names nodes and stores that have none, by one number that counts through the whole application. A node that is given a
 * name takes a number all the same, so that naming one renames no other.
 */
export class NameCounter {
  #next = 0;

  /** `prefix` and a number of ten digits. */
  processor(prefix: string): string {
    return prefix + String(this.#next++).padStart(digits, '0');
  }

  store(prefix: string): string {
    return this.processor(`${prefix}STATE-STORE-`);
  }

  /** The name given, with the suffix for this node of several; or else a generated one. */
  nodeName(given: string | undefined, prefix: string, suffix = ''): string {
    const generated = this.processor(prefix);
    return given === undefined ? generated : validName(given + suffix);
  }
}
