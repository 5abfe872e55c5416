import type { RunRecord } from '../../engine/scenario/run-spec.js';
import type { MovementKind } from '../scenarios/retail-desk/movements.js';
import { parseOwnRecords, type Expectation, type OwnRecord, type RecordProblem } from './own-records.js';

/** How many movements a run takes: each has its lane in the picture. */
export const ownMovementLimit = 200;

export interface OwnMovements {
  readonly format: 'json-lines' | 'csv';
  /** As the retail desk takes them: the key is the kind, the value `{ sku, qty }`. */
  readonly movements: readonly RunRecord[];
  readonly problems: readonly RecordProblem[];
}

/** Fields by the names that people give them. */
const names = {
  kind: ['type', 'kind', 'event'],
  sku: ['sku', 'item', 'product', 'article'],
  qty: ['qty', 'quantity', 'count', 'units'],
} as const;

/** Reads sales and shipments: JSON lines or CSV with a kind (`sale` or `shipment`), an item and a quantity. What is good is kept, what is not is named. */
export function parseOwnMovements(text: string): OwnMovements {
  const { format, records, problems } = parseOwnRecords(text);
  const found: RecordProblem[] = [...problems];
  const movements: RunRecord[] = [];
  for (const record of records) {
    const read = movementOf(record);
    if (!('kind' in read) && movements.length < ownMovementLimit) movements.push(read);
    else {
      const expected: Expectation = 'kind' in read ? read : { kind: 'fewer-records', limit: ownMovementLimit };
      const { line, value } = record;
      found.push({ line, found: value.length > 60 ? `${value.slice(0, 59)}…` : value, expected });
      if (!('kind' in read)) break;
    }
  }
  return { format, movements, problems: found.sort((a, b) => a.line - b.line) };
}

function movementOf(record: OwnRecord): RunRecord | Expectation {
  const kind = kindOf(fieldOf(record, names.kind));
  if (kind === undefined) return { kind: 'sale-or-shipment' };
  const sku = fieldOf(record, names.sku)?.trim() ?? '';
  if (sku === '') return { kind: 'item' };
  const qty = Number(fieldOf(record, names.qty));
  if (!Number.isSafeInteger(qty) || qty < 1 || qty > 1_000_000) return { kind: 'quantity' };
  return { key: kind, value: JSON.stringify({ sku, qty }) };
}

function fieldOf({ fields }: OwnRecord, called: readonly string[]): string | undefined {
  return fields.find(({ name }) => called.includes(name.trim().toLowerCase()))?.text;
}

function kindOf(text: string | undefined): MovementKind | undefined {
  const kind = text?.trim().toLowerCase().replace(/s$/, '');
  return kind === 'sale' || kind === 'shipment' ? kind : undefined;
}
