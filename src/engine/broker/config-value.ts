/** How a config's value is read and checked, in the words of Kafka's `ConfigDef`. */
export interface ConfigDefinition {
  readonly type: 'INT' | 'LONG' | 'SHORT' | 'DOUBLE' | 'BOOLEAN' | 'STRING' | 'LIST' | 'CLASS' | 'PASSWORD';
  /** Null: there is none. */
  readonly default: string | null;
  readonly min?: number;
  readonly max?: number;
  /** A number outside the range that is allowed all the same. */
  readonly orElse?: number;
  readonly oneOf?: readonly string[];
  readonly isReplicaList?: true;
  /** What is wrong with a text, beyond its type. */
  readonly check?: (name: string, text: string) => string | undefined;
}

/** A value as Kafka writes it after reading it, or what is wrong with what was given. */
export type ReadConfig =
  { readonly text: string; readonly error?: undefined } | { readonly text?: undefined; readonly error: string };

/** Reads what was given for the config `name`: `" +5 "` is 5, `"1d"` is 1.0, a list loses its repetitions. */
export function readConfig(name: string, definition: ConfigDefinition, given: string): ReadConfig {
  const trimmed = javaTrim(given);
  switch (definition.type) {
    case 'INT':
    case 'LONG':
    case 'SHORT':
      return readInteger(name, definition, given, trimmed);
    case 'DOUBLE':
      return readDouble(name, definition, given, trimmed);
    case 'BOOLEAN': {
      const text = trimmed.toLowerCase();
      return text === 'true' || text === 'false'
        ? { text }
        : invalid(name, given, 'Expected value to be either true or false');
    }
    case 'CLASS':
    case 'PASSWORD':
      return { text: trimmed };
    case 'STRING': {
      const error = definition.check?.(name, trimmed);
      return error === undefined ? checkedChoices(name, definition, [trimmed], trimmed) : invalid(name, trimmed, error);
    }
    case 'LIST':
      return readList(name, definition, trimmed);
  }
}

/** The number that a text stands for which has been read. Beyond 2^53 it is the largest safe integer: "no limit". */
export function numberOf(text: string): number {
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

/** The elements of a list. */
export function listOf(text: string): string[] {
  const trimmed = javaTrim(text);
  return trimmed === '' ? [] : trimmed.split(/[ \t\n\v\f\r]*,[ \t\n\v\f\r]*/);
}

/** Java takes off whatever is not beyond a space, and knows no other spaces. */
function javaTrim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (start < end && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}

const largest = { SHORT: 2n ** 15n - 1n, INT: 2n ** 31n - 1n, LONG: 2n ** 63n - 1n } as const;

function readInteger(name: string, definition: ConfigDefinition, given: string, text: string): ReadConfig {
  const type = definition.type as keyof typeof largest;
  const digits = asciiDigits(text);
  const value = /^[+-]?\d+$/.test(digits) ? BigInt(digits.replace('+', '')) : undefined;
  if (value === undefined || value > largest[type] || value < -largest[type] - 1n)
    return invalid(name, given, `Not a number of type ${type}`);
  return checkedRange(name, definition, Number(value), String(value));
}

/** Java's integers may have the digits of any script, as long as they are one unit of UTF-16 each. */
function asciiDigits(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (unit) => {
    if (!/\p{Nd}/u.test(unit)) return unit;
    // The ten digits of a script follow each other.
    let zero = unit.charCodeAt(0);
    while (/\p{Nd}/u.test(String.fromCharCode(zero - 1))) zero--;
    return String((unit.charCodeAt(0) - zero) % 10);
  });
}

function readDouble(name: string, definition: ConfigDefinition, given: string, text: string): ReadConfig {
  const value = parseDouble(text);
  if (value === undefined) return invalid(name, given, 'Not a number of type DOUBLE');
  return checkedRange(name, definition, value, javaDouble(value));
}

/** What Java's `Double.parseDouble` makes of a text; undefined where it throws. A hexadecimal number of more than 53 bits may come out one bit away. */
function parseDouble(text: string): number | undefined {
  const [, sign, whole = '', part = '', exponent] =
    /^([+-]?)0[xX](?=\.?[\da-fA-F])([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)[dDfF]?$/.exec(text) ?? [];
  if (exponent !== undefined) {
    const digits = Number(BigInt(`0x${whole}${part}`));
    const power = Number(exponent) - 4 * part.length;
    // In two steps, for 2 to the power may be no number where the product is one.
    const size = digits === 0 ? 0 : digits * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));
    return sign === '-' ? -size : size;
  }
  const [, digits] =
    /^([+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))(?:(?<![yN])[dDfF])?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits.replace('+NaN', 'NaN').replace('-NaN', 'NaN'));
}

/** As Java's `Double.toString` writes it since version 19; before, it sometimes gave more digits than are needed. */
function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (Object.is(value, -0)) return '-0.0';
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e');
    return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function checkedRange(name: string, definition: ConfigDefinition, value: number, text: string): ReadConfig {
  const { min, max, orElse } = definition;
  const isBelow = min !== undefined && value < min;
  const isAbove = max !== undefined && value > max;
  if ((!isBelow && !isAbove) || value === orElse) return { text };
  if (orElse !== undefined) return invalid(name, text, `Value must be between ${min} and ${max} or equal to ${orElse}`);
  return invalid(name, text, isBelow ? `Value must be at least ${min}` : `Value must be no more than ${max}`);
}

function readList(name: string, definition: ConfigDefinition, trimmed: string): ReadConfig {
  const values = listOf(trimmed);
  return definition.isReplicaList === true
    ? checkedReplicas(name, values)
    : checkedChoices(name, definition, [...new Set(values)], [...new Set(values)].join(','));
}

function checkedChoices(
  name: string,
  { type, oneOf }: ConfigDefinition,
  values: readonly string[],
  text: string,
): ReadConfig {
  const wrong = values.find((value) => oneOf?.includes(value) === false);
  if (wrong === undefined) return { text };
  if (type === 'LIST' && wrong === '') return { error: `Configuration '${name}' values must not be empty.` };
  return invalid(name, wrong, `String must be one of: ${oneOf?.join(', ')}`);
}

function checkedReplicas(name: string, values: readonly string[]): ReadConfig {
  const isSound = values.every((value) => /^(?:\d+:\d+)?$/.test(javaTrim(value))) || values.join('') === '*';
  if (isSound) return { text: values.join(',') };
  const form = '[partitionId]:[brokerId],[partitionId]:[brokerId],...';
  return invalid(
    name,
    `[${values.join(', ')}]`,
    `${name} must be the literal '*' or a list of replicas in the following format: ${form}`,
  );
}

function invalid(name: string, shown: string, text: string): ReadConfig {
  return { error: `Invalid value ${shown} for configuration ${name}: ${text}` };
}
