import type { RunRecord } from '../../engine/scenario/run-spec.js';

/** What own records are limited to. */
export const ownRecordLimits = { records: 1000, valueCharacters: 2000, characters: 1_000_000 } as const;

/** A record as it was written, before a key is chosen. */
export interface OwnRecord {
  /** The line that it begins on, from 1. */
  readonly line: number;
  readonly fields: readonly { readonly name: string; readonly text: string }[];
  readonly value: string;
}

/** A line that could not be read, in words that are looked up: the texts of the page say them in the reader's language. */
export interface RecordProblem {
  readonly line: number;
  /** The beginning of what stands there. */
  readonly found: string;
  readonly expected: Expectation;
}

export type Expectation =
  | { readonly kind: 'json' }
  | { readonly kind: 'json-object' }
  | { readonly kind: 'columns'; readonly count: number; readonly foundCount: number }
  | { readonly kind: 'closing-quote' }
  | { readonly kind: 'comma-after-quote' }
  | { readonly kind: 'bare-quote' }
  | { readonly kind: 'column-name' }
  | { readonly kind: 'unique-column-name' }
  | { readonly kind: 'shorter-value'; readonly limit: number }
  | { readonly kind: 'fewer-records'; readonly limit: number }
  | { readonly kind: 'shorter-text'; readonly limit: number }
  /** Of sales and shipments. */
  | { readonly kind: 'sale-or-shipment' }
  | { readonly kind: 'item' }
  | { readonly kind: 'quantity' };

export interface OwnRecords {
  readonly format: 'json-lines' | 'csv';
  readonly records: readonly OwnRecord[];
  readonly problems: readonly RecordProblem[];
  /** Names of fields, by first appearance: what a key can be chosen from. */
  readonly fieldNames: readonly string[];
}

/** Reads JSON lines (one object a line) or CSV (RFC 4180, the first line names the columns). What is good is kept, what is not is named. */
export function parseOwnRecords(text: string): OwnRecords {
  const source = text.replace(/^\uFEFF/, '');
  const format = looksLikeJson(source) ? 'json-lines' : 'csv';
  if (source.length > ownRecordLimits.characters) {
    const problem = problemAt(1, source, { kind: 'shorter-text', limit: ownRecordLimits.characters });
    return { format, records: [], problems: [problem], fieldNames: [] };
  }
  const { records, problems } = format === 'json-lines' ? readJsonLines(source) : readCsv(source);
  const sized = keepWithinLimits(records);
  return {
    format,
    records: sized.records,
    problems: [...problems, ...sized.problems].sort((a, b) => a.line - b.line),
    fieldNames: [...new Set(sized.records.flatMap(({ fields }) => fields.map(({ name }) => name)))],
  };
}

/** The records as the run takes them: the field `keyField` becomes the key (none: no keys). A record without that field has no key. */
export function toRunRecords(records: readonly OwnRecord[], keyField: string | null): readonly RunRecord[] {
  return records.map(({ fields, value }) => ({
    key: keyField === null ? null : (fields.find(({ name }) => name === keyField)?.text ?? null),
    value,
  }));
}

/** The field that is most likely meant as key: one that comes again with the same text, else one that is called so, else none. */
export function likelyKeyField({ records, fieldNames }: OwnRecords): string | null {
  const repeats = (name: string): boolean => {
    const texts = toRunRecords(records, name).flatMap(({ key }) => key ?? []);
    const kinds = new Set(texts).size;
    return kinds > 1 && kinds < texts.length;
  };
  const named = fieldNames.find((name) => /^(key|id|.*[_-]?id)$/i.test(name) && repeats(name));
  return named ?? fieldNames.find(repeats) ?? fieldNames.find((name) => name.toLowerCase() === 'key') ?? null;
}

/** Most of its lines begin as an object or array would: a broken line among them does not make it CSV. */
function looksLikeJson(source: string): boolean {
  const lines = source.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.filter((line) => /^\s*[[{]/.test(line)).length * 2 >= Math.max(1, lines.length);
}

interface Read {
  readonly records: OwnRecord[];
  readonly problems: RecordProblem[];
}

function readJsonLines(source: string): Read {
  const read: Read = { records: [], problems: [] };
  source.split(/\r\n|\n|\r/).forEach((lineText, at) => {
    const line = at + 1;
    const value = lineText.trim();
    if (value === '') return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(value);
    } catch {
      read.problems.push(problemAt(line, value, { kind: 'json' }));
      return;
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      read.problems.push(problemAt(line, value, { kind: 'json-object' }));
      return;
    }
    const fields = Object.entries(parsed).map(([name, field]) => ({
      name,
      text: typeof field === 'string' ? field : JSON.stringify(field),
    }));
    read.records.push({ line, fields, value });
  });
  return read;
}

interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly source: string;
}

function readCsv(source: string): Read {
  const { rows, problems } = csvRows(source);
  const [header, ...body] = rows;
  if (header === undefined) return { records: [], problems };
  const names = header.cells.map((name) => name.trim());
  if (names.some((name) => name === '')) {
    return { records: [], problems: [...problems, problemAt(header.line, header.source, { kind: 'column-name' })] };
  }
  if (new Set(names).size < names.length) {
    return {
      records: [],
      problems: [...problems, problemAt(header.line, header.source, { kind: 'unique-column-name' })],
    };
  }
  const records: OwnRecord[] = [];
  for (const { line, cells, source: found } of body) {
    if (cells.length !== names.length) {
      problems.push(problemAt(line, found, { kind: 'columns', count: names.length, foundCount: cells.length }));
      continue;
    }
    const fields = names.map((name, column) => ({ name, text: cells[column] ?? '' }));
    records.push({
      line,
      fields,
      value: JSON.stringify(Object.fromEntries(fields.map(({ name, text }) => [name, text]))),
    });
  }
  return { records, problems };
}

/** RFC 4180: cells are parted by commas; a quoted cell may hold commas, line breaks and doubled quotes. A broken row ends at its line. */
function csvRows(source: string): { rows: CsvRow[]; problems: RecordProblem[] } {
  const rows: CsvRow[] = [];
  const problems: RecordProblem[] = [];
  let at = 0;
  let line = 1;
  while (at < source.length) {
    const row = csvRow(source, at);
    const text = source.slice(at, row.end);
    if (row.expected !== undefined) problems.push(problemAt(line, text, row.expected));
    else if (text.trim() !== '') rows.push({ line, cells: row.cells, source: text });
    const next = endOfBreak(source, row.end);
    line += lineBreaks(source.slice(at, next));
    at = next;
  }
  return { rows, problems };
}

function csvRow(source: string, start: number): { cells: readonly string[]; end: number; expected?: Expectation } {
  const cells: string[] = [];
  const endOfLine = start + (/[\r\n]|$/.exec(source.slice(start))?.index ?? 0);
  for (let at = start; ; at++) {
    if (source[at] === '"') {
      const quoted = /^"([^"]*(?:""[^"]*)*)"/.exec(source.slice(at));
      if (quoted === null) return { cells, end: endOfLine, expected: { kind: 'closing-quote' } };
      cells.push((quoted[1] ?? '').replaceAll('""', '"'));
      at += quoted[0].length;
      if (at < source.length && !/[,\r\n]/.test(source[at] ?? '')) {
        return {
          cells,
          end: at + (/[\r\n]|$/.exec(source.slice(at))?.index ?? 0),
          expected: { kind: 'comma-after-quote' },
        };
      }
    } else {
      const plain = /^[^,\r\n]*/.exec(source.slice(at))?.[0] ?? '';
      cells.push(plain);
      at += plain.length;
      if (plain.includes('"'))
        return { cells, end: at + (/[\r\n]|$/.exec(source.slice(at))?.index ?? 0), expected: { kind: 'bare-quote' } };
    }
    if (source[at] !== ',') return { cells, end: at };
  }
}

function endOfBreak(source: string, at: number): number {
  return source.startsWith('\r\n', at) ? at + 2 : at + 1;
}

function lineBreaks(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

function keepWithinLimits(records: readonly OwnRecord[]): Read {
  const problems: RecordProblem[] = [];
  const short = records.filter(({ line, value }) => {
    const fits = value.length <= ownRecordLimits.valueCharacters;
    if (!fits) problems.push(problemAt(line, value, { kind: 'shorter-value', limit: ownRecordLimits.valueCharacters }));
    return fits;
  });
  const first = short[ownRecordLimits.records];
  if (first !== undefined)
    problems.push(problemAt(first.line, first.value, { kind: 'fewer-records', limit: ownRecordLimits.records }));
  return { records: short.slice(0, ownRecordLimits.records), problems };
}

function problemAt(line: number, text: string, expected: Expectation): RecordProblem {
  const [firstLine = ''] = text.split(/[\r\n]/);
  return { line, found: firstLine.length > 60 ? `${firstLine.slice(0, 59)}…` : firstLine, expected };
}
