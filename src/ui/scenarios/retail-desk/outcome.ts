import type { StreamsRunView, TaskSpan } from '../../../engine/scenario/streams-run-view.js';
import { applicationOf, cellsOf, cellsUntil, rowsOf } from '../streams-outcome.js';
import { application, other, killAtMs, killEndMs, newProgram } from './run.js';

/** How many sales and shipments came in. */
export const movedIn = (outcome: StreamsRunView): number =>
  cellsOf(outcome, 'sales').length + cellsOf(outcome, 'shipments').length;

/** How many items the store knows. */
export const itemsIn = (outcome: StreamsRunView): number => rowsOf(outcome, application, 'stock').length;

/** What was written to `stock-levels` up to a moment. */
export const levelsUntil = (
  outcome: StreamsRunView,
  atMs: number,
): readonly { key: string | null; value: string | null }[] => cellsUntil(outcome, 'stock-levels', atMs);

/** The items that were reordered up to a moment, in sequence. */
export const reordersUntil = (outcome: StreamsRunView, atMs: number): readonly string[] =>
  cellsUntil(outcome, 'reorders', atMs).map(({ key }) => key ?? '');

/** What was adjusted up to a moment. */
export const adjustmentsUntil = (outcome: StreamsRunView, atMs: number): readonly string[] =>
  cellsUntil(outcome, 'price-adjustments', atMs).map(({ key }) => key ?? '');

/** The newest stock level of an item that was written up to a moment. */
export const levelAt = (outcome: StreamsRunView, sku: string, atMs: number): number | undefined => {
  const value = levelsUntil(outcome, atMs).findLast(({ key }) => key === sku)?.value;
  return value === undefined || value === null ? undefined : Number(value);
};

/** The stock of an item in the store, at the moment of the view. */
export const stockOf = (outcome: StreamsRunView, sku: string): number | undefined => {
  const row = rowsOf(outcome, application, 'stock').find(({ key }) => key === sku);
  return row === undefined ? undefined : Number(row.value);
};

/** The task that has the stock of sku-1. */
export const deskTask = '2_1';

/** How the other instance got the task of the killed one. */
export function takenOver(outcome: StreamsRunView): TaskSpan | undefined {
  return applicationOf(outcome, application)
    .tasks.find(({ task }) => task === deskTask)
    ?.spans.find(({ instance, fromMs }) => instance === other && fromMs > killAtMs);
}

/** How many records of the day tasks took again after the kill and before the reset. */
export const repeatedUntil = (outcome: StreamsRunView, atMs: number): number =>
  applicationOf(outcome, application)
    .tasks.flatMap(({ processed }) => processed)
    .filter((record) => record.isAgain && record.atMs <= atMs).length;

/** What the new code has to make of all that was sold and shipped. */
export function isRight(outcome: StreamsRunView): boolean {
  const applications = outcome.applications.map((each) => each.application);
  return applications.some((id) => {
    const rows = rowsOf(outcome, id, 'stock');
    const stock = (sku: string) => Number(rows.find(({ key }) => key === sku)?.value);
    const { program: code } = applicationOf(outcome, id);
    return (
      code.program === 'retail-desk' &&
      code.reorderBelow === newProgram.reorderBelow &&
      stock('sku-1') === 2 &&
      stock('sku-2') === 7 &&
      stock('sku-4') === 8 &&
      ['sku-1', 'sku-2'].every((sku) =>
        cellsOf(outcome, 'reorders').some(({ key, storedAtMs }) => key === sku && storedAtMs > killEndMs),
      )
    );
  });
}
