/**
 * The schema language: Kafka's messages as tables. A message is written once, for all its versions; the types of its values are inferred
 * from the table, the codec reads and writes bytes by it. Modelled on Kafka's own message definitions (clients/…/common/message/*.json).
 */

/** A range of versions as Kafka writes it: `3+`, `0-12` or `1`. */
export type Versions = `${number}+` | `${number}-${number}` | `${number}`;

/** Both ends belong to it. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** Types that take no further description. In memory int64 is a bigint, other numbers are numbers, a uuid is 16 bytes. */
export type PrimitiveType = 'bool' | 'int8' | 'int16' | 'int32' | 'int64' | 'string' | 'uuid' | 'bytes' | 'records';

/** What a field holds: a primitive, an array, or a struct with fields of its own. */
export type FieldType =
  | PrimitiveType
  | { readonly kind: 'array'; readonly element: FieldType }
  | { readonly kind: 'struct'; readonly fields: Fields };

/** One field of a message in all its versions. `Value` is what a complete message holds, `Given` what a caller may write. */
export interface Field<Value = unknown, Given = unknown, Optional extends boolean = boolean> {
  readonly type: FieldType;
  readonly versions: VersionRange;
  /** Where null is allowed; null itself when it never is. */
  readonly nullableVersions: VersionRange | null;
  /** Where the field is written as a tagged field (KIP-482), under `tag`. */
  readonly taggedVersions: VersionRange | null;
  readonly tag: number;
  /** A value other than the default may be dropped, silently, in versions that do not have the field. */
  readonly ignorable: boolean;
  /** The value in versions without this field, and when a caller leaves it out. */
  readonly default: Value;
  /** Whether a caller may leave it out. */
  readonly isOptional: Optional;
  /** Never set: carries a type. */
  readonly given?: Given;
}

/** The fields of a message or struct, in the order in which they are written. */
export type Fields = Readonly<Record<string, Field>>;

type ValueOf<F> = F extends Field<infer Value> ? Value : never;
type GivenOf<F> = F extends Field<unknown, infer Given> ? Given : never;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['isOptional'] extends true ? K : never }[keyof F];

/** The value of a message or struct with every field present. */
export type Complete<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };
/** The value of a message or struct as a caller writes it: fields that have a default may be left out. */
export type Given<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: GivenOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: GivenOf<F[K]>;
};

/** A message: what it is called, the versions there are, and from which on it is flexible (compact lengths, tagged fields); null: never. */
export interface MessageSchema<F extends Fields = Fields> {
  readonly name: string;
  readonly validVersions: VersionRange;
  readonly flexibleFrom: number | null;
  readonly fields: F;
}

interface Options {
  readonly nullable?: Versions;
  /** Makes the field optional for callers; without it a caller has to give a value. */
  readonly default?: unknown;
  readonly ignorable?: true;
  /** Written as a tagged field under this number, in `tagged` versions (all, if absent). A tagged field is always optional. */
  readonly tag?: number;
  readonly tagged?: Versions;
}

/** Options whose default is a value of the field. */
interface OptionsOf<Value> extends Options {
  readonly default?: Value | null;
}

type Made<Value, GivenValue, O extends Options> = Field<
  O extends { nullable: string } ? Value | null : Value,
  O extends { nullable: string } ? GivenValue | null : GivenValue,
  O extends { default: unknown } | { tag: number } ? true : false
>;

/** The range that `versions` means. */
export function versionRange(versions: Versions): VersionRange {
  const [min, max] = versions.split('-');
  if (max !== undefined) return { min: Number(min), max: Number(max) };
  return versions.endsWith('+')
    ? { min: parseInt(versions), max: 0x7fff }
    : { min: Number(versions), max: Number(versions) };
}

/** Whether `version` lies in `range`; false without a range. */
export function inRange(range: VersionRange | null, version: number): boolean {
  return range !== null && version >= range.min && version <= range.max;
}

function field<Value, GivenValue, O extends Options>(
  type: FieldType,
  versions: Versions,
  options: O | undefined,
  zero: unknown,
) {
  const { nullable, ignorable, tag, tagged } = options ?? {};
  const made: Field = {
    type,
    versions: versionRange(versions),
    nullableVersions: nullable === undefined ? null : versionRange(nullable),
    taggedVersions: tag === undefined ? null : versionRange(tagged ?? versions),
    tag: tag ?? -1,
    ignorable: ignorable === true,
    default: options !== undefined && 'default' in options ? options.default : zero,
    isOptional: tag !== undefined || (options !== undefined && 'default' in options),
  };
  return made as Made<Value, GivenValue, O>;
}

function primitive<Value>(type: PrimitiveType, zero: Value) {
  return <const O extends OptionsOf<Value> = OptionsOf<Value>>(
    versions: Versions,
    options?: O,
  ): Made<Value, Value, O> => field<Value, Value, O>(type, versions, options, zero);
}

/** The uuid that stands for none: 16 zero bytes (Kafka's `Uuid.ZERO_UUID`). */
export const zeroUuid: Uint8Array = new Uint8Array(16);
const noBytes: Uint8Array = new Uint8Array(0);

export const bool = primitive<boolean>('bool', false);
export const int8 = primitive<number>('int8', 0);
export const int16 = primitive<number>('int16', 0);
export const int32 = primitive<number>('int32', 0);
export const int64 = primitive<bigint>('int64', 0n);
export const string = primitive<string>('string', '');
export const uuid = primitive<Uint8Array>('uuid', zeroUuid);
export const bytes = primitive<Uint8Array>('bytes', noBytes);
/** Encoded record batches. */
export const records = primitive<Uint8Array>('records', noBytes);

/** A struct that stands alone as a field. Its default is the struct of its fields' defaults. */
export function struct<F extends Fields, const O extends Options = Options>(
  versions: Versions,
  fields: F,
  options?: O,
): Made<Complete<F>, Given<F>, O> {
  return field<Complete<F>, Given<F>, O>({ kind: 'struct', fields }, versions, options, defaultsOf(fields));
}

/** An array of structs. Its default is the empty array. */
export function structs<F extends Fields, const O extends Options = Options>(
  versions: Versions,
  fields: F,
  options?: O,
): Made<readonly Complete<F>[], readonly Given<F>[], O> {
  return field<readonly Complete<F>[], readonly Given<F>[], O>(
    { kind: 'array', element: { kind: 'struct', fields } },
    versions,
    options,
    [],
  );
}

interface ElementTypes {
  readonly int8: number;
  readonly int32: number;
  readonly int64: bigint;
  readonly string: string;
  readonly uuid: Uint8Array;
}

/** An array of primitives. Its default is the empty array. */
export function array<E extends keyof ElementTypes, const O extends Options = Options>(
  element: E,
  versions: Versions,
  options?: O,
): Made<readonly ElementTypes[E][], readonly ElementTypes[E][], O> {
  return field<readonly ElementTypes[E][], readonly ElementTypes[E][], O>(
    { kind: 'array', element },
    versions,
    options,
    [],
  );
}

/** A struct in which every field has its default. */
function defaultsOf<F extends Fields>(fields: F): Complete<F> {
  return Object.fromEntries(Object.entries(fields).map(([name, { default: value }]) => [name, value])) as Complete<F>;
}

/** A message that is not an API's request or response: a record's key or value, or data inside another message. */
export function message<F extends Fields>(
  name: string,
  validVersions: Versions,
  flexibleFrom: number | null,
  fields: F,
): MessageSchema<F> {
  return { name, validVersions: versionRange(validVersions), flexibleFrom, fields };
}
