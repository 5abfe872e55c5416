/** Why an export or an import came to nothing. */
export type ArchiveErrorCode =
  /** The bytes are something else than an export. */
  | 'NOT_AN_EXPORT'
  /** It was written by a later version of this code. */
  | 'UNSUPPORTED_VERSION'
  /** It ends too early, a checksum is wrong, a batch can't be read. */
  | 'DAMAGED'
  /** It can be read, but what it says can't be: a name, an offset, a config. */
  | 'INVALID'
  | 'TOO_LARGE'
  /** There is no room for it. */
  | 'NO_SPACE'
  | 'TOPIC_EXISTS'
  | 'UNKNOWN_TOPIC'
  /** What was being exported went away. */
  | 'LOG_CHANGED'
  /** Nobody took the next bytes, or gave them, for too long. */
  | 'STALLED';

/** Where in an archive something is wrong. */
export interface ArchivePlace {
  /** The name of the entry. */
  readonly entry?: string;
  /** Counted from the entry's first byte; without an entry, from the first byte of all. */
  readonly byte?: number;
  /** Of the record or batch. */
  readonly offset?: number;
}

/** An export or import that came to nothing: nothing was changed. The message says where, what was found and what was expected. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  /** The name of the entry in which something is wrong, where that is known. */
  readonly entry: string | undefined;
  /** Where in it, counted from its first byte; without an entry, from the first byte of all. */
  readonly byte: number | undefined;
  /** The offset of the record or batch. */
  readonly offset: number | undefined;

  constructor(
    readonly code: ArchiveErrorCode,
    private readonly found: string,
    place: ArchivePlace = {},
    options?: { readonly cause?: unknown },
  ) {
    super(placed(found, place), options);
    this.entry = place.entry;
    this.byte = place.byte;
    this.offset = place.offset;
  }

  /** The error that `data` stands for. */
  static of({ code, found, ...place }: ArchiveErrorData): ArchiveError {
    return new ArchiveError(code, found, place);
  }

  /** As plain data, to cross between workers. */
  toData(): ArchiveErrorData {
    const { code, found, entry, byte, offset } = this;
    return {
      code,
      found,
      ...(entry !== undefined && { entry }),
      ...(byte !== undefined && { byte }),
      ...(offset !== undefined && { offset }),
    };
  }
}

/** An `ArchiveError` as plain data. */
export interface ArchiveErrorData extends ArchivePlace {
  readonly code: ArchiveErrorCode;
  /** What was found and what was expected, without the place. */
  readonly found: string;
}

/** The longest name that is shown whole. */
const shownLength = 80;

/** A name from somebody else's file as it can be shown: control characters escaped, not too long. */
export function shownName(name: string): string {
  const short = name.length > shownLength ? `${name.slice(0, shownLength)}…` : name;
  // Directions that are turned round, and characters without width, would hide what the name is.
  return short.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function placed(found: string, { entry, byte, offset }: ArchivePlace): string {
  const where = [
    ...(entry === undefined ? [] : [shownName(entry)]),
    ...(byte === undefined ? [] : [`byte ${byte}`]),
    ...(offset === undefined ? [] : [`offset ${offset}`]),
  ];
  return where.length === 0 ? found : `${where.join(', ')}: ${found}`;
}
