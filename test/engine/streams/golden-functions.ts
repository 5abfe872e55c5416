import type { Windowed } from '../../../src/engine/streams/state/state-store.js';
import {
  failOnInvalidTimestamp,
  logAndSkipOnInvalidTimestamp,
  usePartitionTimeOnInvalidTimestamp,
} from '../../../src/engine/streams/task/timestamp-extractors.js';
import type { TimestampExtractor } from '../../../src/engine/streams/topology/topology-node.js';
import type { Operator } from './golden-case.js';

/** The functions that recorded programs name, as the recorder defines them. A long is a number; a null value gives null unless said. */

type Arguments = Pick<Operator, 'fn' | 'n' | 'm' | 's'>;

export function text(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'window' in value) {
    const { key, window } = value as Windowed<unknown>;
    return `[${String(key)}@${window.start}/${window.end}]`;
  }
  return String(value);
}

export const number = (value: unknown): number => (value === null || value === undefined ? 0 : (value as number));

const remainder = (value: unknown, n: number): number => ((value as number) % n) + 0;
const isEven = (value: unknown): boolean => (value as number) % 2 === 0;
const first = (value: unknown): unknown => (value === null ? null : (value as string).slice(0, 1));

/** Java's `split("\\W+")` of the lower-case text: trailing empty words are dropped, unless nothing was split. */
function words(value: unknown): string[] {
  const parts = (value as string).toLowerCase().split(/\W+/);
  if (parts.length === 1) return parts;
  while (parts.at(-1) === '') parts.pop();
  return parts;
}

function unknownFunction(name: string | undefined): never {
  throw new Error(`the recorder knows no function '${String(name)}' here`);
}

export type Predicate = (key: unknown, value: unknown) => boolean;

export function predicate({ fn, s = '', n = 0 }: Arguments): Predicate {
  switch (fn) {
    case 'true':
      return () => true;
    case 'false':
      return () => false;
    case 'value % 2 == 0':
      return (_key, value) => value !== null && isEven(value);
    case 'value > n':
      return (_key, value) => value !== null && (value as number) > n;
    case 'value != null':
      return (_key, value) => value !== null;
    case 'key == s':
      return (key) => key === s;
    case 'key != null':
      return (key) => key !== null;
    case 'length(value) > n':
      return (_key, value) => value !== null && (value as string).length > n;
    case 'value startsWith s':
      return (_key, value) => value !== null && (value as string).startsWith(s);
    default:
      return unknownFunction(fn);
  }
}

/** A function, and the type of what it gives. */
export interface Mapper {
  readonly out: string;
  readonly map: (key: unknown, value: unknown) => unknown;
}

export function valueMapper({ fn, s = '', n = 0 }: Arguments, valueIn: string): Mapper {
  const ifPresent = (out: string, map: (value: unknown) => unknown): Mapper => ({
    out,
    map: (_key, value) => (value === null ? null : map(value)),
  });
  switch (fn) {
    case 'value':
      return ifPresent(valueIn, (value) => value);
    case 'value * n':
      return ifPresent('long', (value) => (value as number) * n + 0);
    case 'value + n':
      return ifPresent('long', (value) => (value as number) + n);
    case 'value % n':
      return ifPresent('long', (value) => remainder(value, n));
    case 'upper':
      return ifPresent('string', (value) => (value as string).toUpperCase());
    case 'length':
      return ifPresent('long', (value) => (value as string).length);
    case 'append s':
      return ifPresent('string', (value) => (value as string) + s);
    case 'first':
      return ifPresent('string', first);
    case 'string':
      return ifPresent('string', text);
    case 'key:value':
      return { out: 'string', map: (key, value) => `${text(key)}:${text(value)}` };
    case 'null if value % 2 == 0':
      return ifPresent(valueIn, (value) => (isEven(value) ? null : value));
    case 'null if startsWith s':
      return ifPresent(valueIn, (value) => ((value as string).startsWith(s) ? null : value));
    case 'throw if value == s':
      return {
        out: valueIn,
        map: (_key, value) => {
          if (value === s) throw new Error(`value is ${s}`);
          return value;
        },
      };
    default:
      return unknownFunction(fn);
  }
}

export function keyMapper({ fn, s = '', n = 0 }: Arguments, keyIn: string, valueIn: string): Mapper {
  switch (fn) {
    case 'key':
      return { out: keyIn, map: (key) => key };
    case 'value':
      return { out: valueIn, map: (_key, value) => value };
    case 'null':
      return { out: keyIn, map: () => null };
    case 'key + s':
      return { out: 'string', map: (key) => (key === null ? null : (key as string) + s) };
    case 'first(value)':
      return { out: 'string', map: (_key, value) => first(value) };
    case 'rest(value)':
      return {
        out: 'string',
        map: (_key, value) => (value === null || value === '' ? null : (value as string).slice(1)),
      };
    case 'value % n':
      return { out: 'string', map: (_key, value) => (value === null ? null : String(remainder(value, n))) };
    case 'null if value % 2 == 0 else key':
      return { out: keyIn, map: (key, value) => (value === null || isEven(value) ? null : key) };
    case 'window.key':
      return { out: 'string', map: (key) => (key as Windowed<unknown>).key };
    case 'key@start':
      return {
        out: 'string',
        map: (key) => `${String((key as Windowed<unknown>).key)}@${(key as Windowed<unknown>).window.start}`,
      };
    default:
      return unknownFunction(fn);
  }
}

export interface PairMapper {
  readonly keyOut: string;
  readonly valueOut: string;
  readonly map: (key: unknown, value: unknown) => readonly [unknown, unknown] | null;
}

export function pairMapper({ fn, s = '', n = 0 }: Arguments, keyIn: string, valueIn: string): PairMapper {
  switch (fn) {
    case 'key, value':
      return { keyOut: keyIn, valueOut: valueIn, map: (key, value) => [key, value] };
    case 'value, key':
      return { keyOut: valueIn, valueOut: keyIn, map: (key, value) => [value, key] };
    case 'value, 1':
      return { keyOut: valueIn, valueOut: 'long', map: (_key, value) => [value, 1] };
    case 'key + s, value':
      return {
        keyOut: 'string',
        valueOut: valueIn,
        map: (key, value) => [key === null ? null : (key as string) + s, value],
      };
    case 'key, value * n':
      return {
        keyOut: keyIn,
        valueOut: 'long',
        map: (key, value) => [key, value === null ? null : (value as number) * n + 0],
      };
    case 'first(value), value':
      return { keyOut: 'string', valueOut: valueIn, map: (_key, value) => [first(value), value] };
    case 'value % n, value':
      return {
        keyOut: 'string',
        valueOut: valueIn,
        map: (_key, value) => [value === null ? null : String(remainder(value, n)), value],
      };
    case 'null pair if value % 2 == 0 else key, value':
      return {
        keyOut: keyIn,
        valueOut: valueIn,
        map: (key, value) => (value === null || isEven(value) ? null : [key, value]),
      };
    case 'window.key, value':
      return { keyOut: 'string', valueOut: valueIn, map: (key, value) => [(key as Windowed<unknown>).key, value] };
    default:
      return unknownFunction(fn);
  }
}

export function manyValues(
  { fn, n = 0 }: Arguments,
  valueIn: string,
): { out: string; map: (value: unknown) => unknown[] } {
  switch (fn) {
    case 'words':
      return { out: 'string', map: (value) => (value === null ? [] : words(value)) };
    case 'chars':
      return { out: 'string', map: (value) => (value === null ? [] : (value as string).split('')) };
    case 'value repeated n':
      return { out: valueIn, map: (value) => Array.from({ length: n }, () => value) };
    case 'none':
      return { out: valueIn, map: () => [] };
    case 'value and value * n':
      return { out: valueIn, map: (value) => (value === null ? [] : [value, (value as number) * n + 0]) };
    default:
      return unknownFunction(fn);
  }
}

export interface ManyPairs {
  readonly keyOut: string;
  readonly valueOut: string;
  readonly map: (key: unknown, value: unknown) => (readonly [unknown, unknown])[];
}

export function manyPairs({ fn, n = 0 }: Arguments, keyIn: string, valueIn: string): ManyPairs {
  switch (fn) {
    case '(key, value) and (value, key)':
      return {
        keyOut: keyIn,
        valueOut: valueIn,
        map: (key, value) => [
          [key, value],
          [value, key],
        ],
      };
    case '(word, 1) for words':
      return {
        keyOut: 'string',
        valueOut: 'long',
        map: (_key, value) => (value === null ? [] : words(value).map((word) => [word, 1])),
      };
    case '(key + i, value + i) for i < n':
      return {
        keyOut: 'string',
        valueOut: 'long',
        map: (key, value) =>
          value === null
            ? []
            : Array.from({ length: n }, (_, i) => [`${text(key)}${i}`, (value as number) + i] as const),
      };
    default:
      return unknownFunction(fn);
  }
}

export interface Joiner {
  readonly out: string;
  readonly join: (left: unknown, right: unknown, key: unknown) => unknown;
}

export function joiner({ joiner: fn, n = 0, m = 0 }: Operator, left: string, right: string): Joiner {
  switch (fn) {
    case 'concat':
      return { out: 'string', join: (x, y) => `${text(x)},${text(y)}` };
    case 'sum':
      return { out: 'long', join: (x, y) => number(x) + number(y) };
    case 'left':
      return { out: left, join: (x) => x };
    case 'right':
      return { out: right, join: (_x, y) => y };
    case 'key:left,right':
      return { out: 'string', join: (x, y, key) => `${text(key)}:${text(x)},${text(y)}` };
    case 'null if sum % 2 == 0 else sum':
      return { out: 'long', join: (x, y) => ((number(x) + number(y)) % 2 === 0 ? null : number(x) + number(y)) };
    case 'price by demand':
      return {
        out: 'string',
        join: (x, y) => {
          const [demand, price] = [number(x), number(y)];
          const percent = demand > n ? 105 : demand < m ? 90 : 100;
          return `${demand} sold: ${price}->${Math.trunc((price * percent) / 100)}`;
        },
      };
    default:
      return unknownFunction(fn);
  }
}

export function reducer(fn: string | undefined): (x: unknown, y: unknown) => unknown {
  switch (fn) {
    case 'sum':
      return (x, y) => number(x) + number(y);
    case 'difference':
      return (x, y) => number(x) - number(y);
    case 'concat':
      return (x, y) => `${text(x)}+${text(y)}`;
    case 'remove':
      return (x, y) => `${text(x)}-${text(y)}`;
    case 'max':
      return (x, y) => Math.max(number(x), number(y));
    case 'min':
      return (x, y) => Math.min(number(x), number(y));
    case 'first':
      return (x) => x;
    case 'last':
      return (_x, y) => y;
    case 'null if equal else sum':
      return (x, y) => (x === y ? null : number(x) + number(y));
    default:
      return unknownFunction(fn);
  }
}

export interface Aggregation {
  readonly out: string;
  readonly init: unknown;
  readonly step: (key: unknown, value: unknown, aggregate: unknown) => unknown;
}

export function aggregation({ n = 0 }: Arguments, fn: string | undefined): Aggregation {
  const ofNumbers = (step: (aggregate: number, value: number) => number | null): Aggregation => ({
    out: 'long',
    init: 0,
    step: (_key, value, aggregate) => step(number(aggregate), number(value)),
  });
  const ofText = (step: Aggregation['step']): Aggregation => ({ out: 'string', init: '', step });
  switch (fn) {
    case 'sum':
      return ofNumbers((aggregate, value) => aggregate + value);
    case 'difference':
      return ofNumbers((aggregate, value) => aggregate - value);
    case 'count':
      return ofNumbers((aggregate) => aggregate + 1);
    case 'uncount':
      return ofNumbers((aggregate) => aggregate - 1);
    case 'concat':
      return ofText((_key, value, aggregate) => `${text(aggregate)}+${text(value)}`);
    case 'remove':
      return ofText((_key, value, aggregate) => `${text(aggregate)}-${text(value)}`);
    case 'max':
      return {
        out: 'long',
        init: -1000,
        step: (_key, value, aggregate) => (value === null ? aggregate : Math.max(number(aggregate), number(value))),
      };
    case 'sum, null above n':
      return ofNumbers((aggregate, value) => (aggregate + value > n ? null : aggregate + value));
    case 'difference, null below 1':
      return ofNumbers((aggregate, value) => (aggregate - value < 1 ? null : aggregate - value));
    case 'key=value':
      return ofText((key, value, aggregate) => `${text(aggregate)}|${text(key)}=${text(value)}`);
    default:
      return unknownFunction(fn);
  }
}

export function merger(fn: string | undefined): (key: unknown, x: unknown, y: unknown) => unknown {
  switch (fn) {
    case 'plus':
      return (_key, x, y) =>
        typeof x === 'string' || typeof y === 'string' ? text(x) + text(y) : number(x) + number(y);
    case 'min':
      return (_key, x, y) => Math.min(number(x), number(y));
    case 'max':
      return (_key, x, y) => Math.max(number(x), number(y));
    default:
      return unknownFunction(fn);
  }
}

export function timestampExtractor(fn: string): TimestampExtractor {
  /** The extractor is shown the value as the record's timestamp. */
  const ofValue =
    (extractor: TimestampExtractor): TimestampExtractor =>
    (record, partitionTimeMs, systemTimeMs) =>
      extractor({ ...record, timestamp: record.value as number }, partitionTimeMs, systemTimeMs);
  switch (fn) {
    case 'failOnInvalid':
      return failOnInvalidTimestamp;
    case 'logAndSkip':
      return logAndSkipOnInvalidTimestamp;
    case 'usePartitionTime':
      return usePartitionTimeOnInvalidTimestamp;
    case 'value':
      return ({ value }) => (value === null ? -1 : (value as number));
    case 'value, else partition time':
      return ({ value }, partitionTimeMs) =>
        value === null || (value as number) < 0 ? partitionTimeMs : (value as number);
    case 'failOnInvalid(value)':
      return ofValue(failOnInvalidTimestamp);
    case 'logAndSkip(value)':
      return ofValue(logAndSkipOnInvalidTimestamp);
    case 'usePartitionTime(value)':
      return ofValue(usePartitionTimeOnInvalidTimestamp);
    default:
      return unknownFunction(fn);
  }
}
