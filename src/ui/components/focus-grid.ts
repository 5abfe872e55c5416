/** A row of things that can be focused, in reading sequence; `first` to `last` are the indexes that are drawn. Nothing can be focused if last < first. */
export interface FocusRow {
  readonly id: string;
  readonly first: number;
  readonly last: number;
  /** Where an item lies, to go straight up and down. */
  readonly xOf: (index: number) => number;
}

/** Names one item of one row. */
export const focusId = (row: string, index: number): string => `${row}#${index}`;

/** Splits a name again. */
export function focusPlace(id: string): { readonly row: string; readonly index: number } {
  const at = id.lastIndexOf('#');
  return { row: id.slice(0, at), index: Number(id.slice(at + 1)) };
}

/** Where a key leads from an item; undefined if the key means nothing here or there is nothing that way. */
export function moveFocus(rows: readonly FocusRow[], from: string, key: string): string | undefined {
  const { row: rowId, index } = focusPlace(from);
  const at = rows.findIndex((row) => row.id === rowId);
  const row = rows[at];
  if (row === undefined) return undefined;
  switch (key) {
    case 'ArrowRight':
      return index < row.last ? focusId(rowId, index + 1) : undefined;
    case 'ArrowLeft':
      return index > row.first ? focusId(rowId, index - 1) : undefined;
    case 'Home':
      return focusId(rowId, row.first);
    case 'End':
      return focusId(rowId, row.last);
    case 'ArrowDown':
      return nearestIn(rows.slice(at + 1), row.xOf(index));
    case 'ArrowUp':
      return nearestIn(rows.slice(0, at).reverse(), row.xOf(index));
    default:
      return undefined;
  }
}

/** The item that Tab leads to: the one that had the focus last, or else the first there is. */
export function tabStop(rows: readonly FocusRow[], last: string | undefined): string | undefined {
  if (last !== undefined) {
    const { row, index } = focusPlace(last);
    if (rows.some(({ id, first, last: end }) => id === row && index >= first && index <= end)) return last;
  }
  const row = rows.find(({ first, last: end }) => end >= first);
  return row && focusId(row.id, row.first);
}

function nearestIn(rows: readonly FocusRow[], x: number): string | undefined {
  const row = rows.find(({ first, last }) => last >= first);
  if (row === undefined) return undefined;
  let low = row.first;
  let high = row.last;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (row.xOf(middle) < x) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  const isBeforeNearer = before >= row.first && x - row.xOf(before) < row.xOf(low) - x;
  return focusId(row.id, isBeforeNearer ? before : low);
}
