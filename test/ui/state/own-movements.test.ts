import { expect, test } from 'vitest';
import { ownMovementLimit, parseOwnMovements } from '../../../src/ui/state/own-movements.js';

test('sales and shipments are read from JSON lines, by the names that people give their fields', () => {
  const { format, movements, problems } = parseOwnMovements(
    '{"type":"sale","sku":"tea","qty":3}\n{"kind":"Shipments","item":"tea","quantity":"5"}',
  );
  expect(format).toBe('json-lines');
  expect(problems).toEqual([]);
  expect(movements).toEqual([
    { key: 'sale', value: '{"sku":"tea","qty":3}' },
    { key: 'shipment', value: '{"sku":"tea","qty":5}' },
  ]);
});

test('and from CSV', () => {
  const { format, movements } = parseOwnMovements('type,sku,qty\nsale,"pot, blue",8\nshipment,tea,5\n');
  expect(format).toBe('csv');
  expect(movements.map(({ value }) => value)).toEqual(['{"sku":"pot, blue","qty":8}', '{"sku":"tea","qty":5}']);
});

test('a bad line is told with its number and what was expected, and the good ones stay', () => {
  const { movements, problems } = parseOwnMovements(
    [
      '{"type":"sale","sku":"tea","qty":3}',
      '{"type":"gift","sku":"tea","qty":3}',
      '{"type":"sale","qty":3}',
      '{"type":"sale","sku":"tea","qty":0.5}',
      '{"type":"sale","sku":"tea"',
      '{"type":"sale","sku":"tea","qty":-1}',
      '{"type":"shipment","sku":"tea","qty":1}',
    ].join('\n'),
  );
  expect(movements).toHaveLength(2);
  expect(problems.map(({ line, expected }) => [line, expected.kind])).toEqual([
    [2, 'sale-or-shipment'],
    [3, 'item'],
    [4, 'quantity'],
    [5, 'json'],
    [6, 'quantity'],
  ]);
});

test('what is more than a run takes is left out, and said so', () => {
  const line = '{"type":"sale","sku":"tea","qty":1}\n';
  const { movements, problems } = parseOwnMovements(line.repeat(ownMovementLimit + 5));
  expect(movements).toHaveLength(ownMovementLimit);
  expect(problems).toEqual([
    { line: ownMovementLimit + 1, found: line.trim(), expected: { kind: 'fewer-records', limit: ownMovementLimit } },
  ]);
});
