import { errorTable } from './error-table.js';

/** One of Kafka's protocol errors. `retriable`: the same request may succeed later. */
export interface ErrorRow {
  readonly name: ErrorName;
  readonly code: number;
  readonly retriable: boolean;
  readonly message: string;
}

/** Kafka's own name of an error (`org.apache.kafka.common.protocol.Errors`). */
export type ErrorName = (typeof errorTable)[number]['name'];

const rowsByName = new Map<string, ErrorRow>(errorTable.map((row) => [row.name, row]));
const rowsByCode = new Map<number, ErrorRow>(errorTable.map((row) => [row.code, row]));
const unknown: ErrorRow = errorTable[0];

/** The row of an error. */
export function errorByName(name: ErrorName): ErrorRow {
  return rowsByName.get(name) ?? unknown;
}

/** The row of a code in a response. A code that is not in the table is UNKNOWN_SERVER_ERROR, as in Kafka's clients. */
export function errorByCode(code: number): ErrorRow {
  return rowsByCode.get(code) ?? unknown;
}

/** The number that stands for an error in a response; 0 for NONE. */
export function errorCode(name: ErrorName): number {
  return errorByName(name).code;
}
