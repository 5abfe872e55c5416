import { describe, expect, test } from 'vitest';
import { likelyKeyField, ownRecordLimits, parseOwnRecords, toRunRecords } from '../../../src/ui/state/own-records.js';

const parsedJson = (value: string): unknown => JSON.parse(value);

describe('JSON lines', () => {
  test('each object is a record, its value the line as it was written', () => {
    const { format, records, problems, fieldNames } = parseOwnRecords(
      '{"order":7,"step":"placed"}\r\n\n {"order":8}\n',
    );
    expect(format).toBe('json-lines');
    expect(problems).toEqual([]);
    expect(records.map(({ line, value }) => [line, value])).toEqual([
      [1, '{"order":7,"step":"placed"}'],
      [3, '{"order":8}'],
    ]);
    expect(fieldNames).toEqual(['order', 'step']);
  });

  test('a broken line is named with what stands there and what was expected, and nothing else is lost', () => {
    const { records, problems } = parseOwnRecords('{"a":1}\n{"a":\n[1]\nnonsense\n{"a":2}');
    expect(records.map(({ line }) => line)).toEqual([1, 5]);
    expect(problems).toEqual([
      { line: 2, found: '{"a":', expected: { kind: 'json' } },
      { line: 3, found: '[1]', expected: { kind: 'json-object' } },
      { line: 4, found: 'nonsense', expected: { kind: 'json' } },
    ]);
  });

  test('a long line is shown by its beginning', () => {
    const [problem] = parseOwnRecords(`{"a":"${'x'.repeat(200)}`).problems;
    expect(problem?.found).toHaveLength(60);
    expect(problem?.found.endsWith('…')).toBe(true);
  });
});

describe('CSV', () => {
  test('the first line names the columns; quoted cells may hold commas, quotes and line breaks', () => {
    const { format, records, problems } = parseOwnRecords('order,note\r\nA-1,"a, ""b""\nc"\r\nA-2,plain\r\n');
    expect(format).toBe('csv');
    expect(problems).toEqual([]);
    expect(records.map(({ line, value }) => [line, parsedJson(value)])).toEqual([
      [2, { order: 'A-1', note: 'a, "b"\nc' }],
      [4, { order: 'A-2', note: 'plain' }],
    ]);
  });

  test('empty cells count, also at the end of a row', () => {
    const { records } = parseOwnRecords('a,b,c\n1,,\n,"",3');
    expect(records.map(({ value }) => parsedJson(value))).toEqual([
      { a: '1', b: '', c: '' },
      { a: '', b: '', c: '3' },
    ]);
  });

  test.each([
    ['a,b\n1\n2,3', 2, { kind: 'columns', count: 2, foundCount: 1 }],
    ['a,b\n"1,2\n3,4', 2, { kind: 'closing-quote' }],
    ['a,b\n"1"x,2\n3,4', 2, { kind: 'comma-after-quote' }],
    ['a,b\n1"x,2\n3,4', 2, { kind: 'bare-quote' }],
    ['a,\n1,2', 1, { kind: 'column-name' }],
    ['a,a\n1,2', 1, { kind: 'unique-column-name' }],
  ])('%j: what was expected is named', (text, line, expected) => {
    const { problems } = parseOwnRecords(text);
    expect(problems).toMatchObject([{ line, expected }]);
  });

  test('a broken row leaves the rows after it', () => {
    expect(parseOwnRecords('a,b\n"1,2\n3,4\n5,6').records.map(({ line }) => line)).toEqual([3, 4]);
  });
});

describe('limits', () => {
  test('more records than the limit are left out and the first of them is named', () => {
    const { records, problems } = parseOwnRecords(
      Array.from({ length: ownRecordLimits.records + 5 }, (_, at) => `{"n":${at}}`).join('\n'),
    );
    expect(records).toHaveLength(ownRecordLimits.records);
    expect(problems).toMatchObject([{ line: ownRecordLimits.records + 1, expected: { kind: 'fewer-records' } }]);
  });

  test('a value that is too long is left out', () => {
    const { records, problems } = parseOwnRecords(`{"n":"${'x'.repeat(ownRecordLimits.valueCharacters)}"}\n{"n":1}`);
    expect(records.map(({ line }) => line)).toEqual([2]);
    expect(problems).toMatchObject([{ line: 1, expected: { kind: 'shorter-value' } }]);
  });

  test('a text that is too long is not read at all', () => {
    expect(parseOwnRecords('{'.repeat(ownRecordLimits.characters + 1)).problems).toMatchObject([
      { expected: { kind: 'shorter-text' } },
    ]);
  });
});

describe('keys', () => {
  const parsed = parseOwnRecords('{"time":1,"id":"x","step":"a"}\n{"time":2,"id":"y","step":"a"}\n{"time":3,"id":"x"}');

  test('the chosen field becomes the key; a record without it has none', () => {
    expect(toRunRecords(parsed.records, 'step').map(({ key }) => key)).toEqual(['a', 'a', null]);
    expect(toRunRecords(parsed.records, 'time').map(({ key }) => key)).toEqual(['1', '2', '3']);
    expect(toRunRecords(parsed.records, null).map(({ key }) => key)).toEqual([null, null, null]);
  });

  test('the likely key is one that comes again', () => {
    expect(likelyKeyField(parsed)).toBe('id');
    expect(likelyKeyField(parseOwnRecords('a,b\n1,2\n3,4'))).toBeNull();
  });
});
