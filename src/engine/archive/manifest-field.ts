import { ArchiveError, shownName } from './archive-error.js';

/** A value of the manifest and the path that leads to it: reads it as what it should be, or says what it is instead. */
export class ManifestField {
  constructor(
    private readonly value: unknown,
    private readonly path: string,
    private readonly entry: string,
  ) {}

  /** The fields of an object that has these and no others. */
  fields<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, ManifestField>> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.isNot('an object');
    const unknown = Object.keys(value).find((name) => !names.includes(name as Name));
    if (unknown !== undefined)
      throw this.invalid(`it has a field '${shownName(unknown)}', which this version does not know`);
    const found = {} as Record<Name, ManifestField>;
    for (const name of names) {
      if (!Object.hasOwn(value, name)) throw this.invalid(`the field '${name}' is missing`);
      found[name] = this.inner((value as Record<string, unknown>)[name], `.${name}`);
    }
    return found;
  }

  list(most: number): readonly ManifestField[] {
    const { value } = this;
    if (!Array.isArray(value)) throw this.isNot('a list');
    if (value.length > most) throw this.tooLarge(`it has ${value.length} elements, but at most ${most} are read`);
    return value.map((element: unknown, index) => this.inner(element, `[${index}]`));
  }

  text(most: number): string {
    const { value } = this;
    if (typeof value !== 'string') throw this.isNot('a text');
    if (value.length > most) throw this.tooLarge(`it has ${value.length} characters, but at most ${most} are read`);
    return value;
  }

  integer(least: number, most: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most)
      throw this.isNot(`an integer from ${least} to ${most}`);
    // There is a negative zero in JSON.
    return value + 0;
  }

  offset(): number {
    return this.integer(0, largestOffset);
  }

  get isNull(): boolean {
    return this.value === null;
  }

  /** What is wrong with this value, as an error. */
  invalid(found: string): ArchiveError {
    return new ArchiveError('INVALID', `${this.path || 'its value'}: ${found}.`, { entry: this.entry });
  }

  private tooLarge(found: string): ArchiveError {
    return new ArchiveError('TOO_LARGE', `${this.path || 'its value'}: ${found}.`, { entry: this.entry });
  }

  private isNot(expected: string): ArchiveError {
    return this.invalid(`${shown(this.value)} was found where ${expected} was expected`);
  }

  private inner(value: unknown, step: string): ManifestField {
    return new ManifestField(value, `${this.path}${step}`.replace(/^\./, ''), this.entry);
  }
}

/** Beyond it there would soon be no next one. */
export const largestOffset = Number.MAX_SAFE_INTEGER - 0x8000_0000;

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${shownName(value)}'`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : 'nothing';
}
