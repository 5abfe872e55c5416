import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HistoricBug } from './historic-bugs.js';

/** A defect that is put in on purpose, and the property that must find it. */
export interface Mutant {
  /** What does something wrong, and what it does: "a log that …". */
  readonly breaks: string;
  /** The id of the property, as it stands in the names of tests. */
  readonly property: string;
  /** What must be said of it, if that is known. */
  readonly says?: RegExp;
  /** The numbers of the historic bugs that it brings back (`historicBugs`). */
  readonly bugs?: readonly HistoricBug[];
  /** Looks for it as the property does. Undefined: it was not found. */
  readonly search: () => Promise<MutantFound | undefined>;
}

/** How a mutant was found. */
export interface MutantFound {
  /** The property's own words. */
  readonly says: string;
  /** How many inputs it took. */
  readonly tries: number;
}

/** Searches the runs of a property, as many as `numRuns`, for one that breaks it. The environment variable SEED chooses others than the usual ones. */
export async function searchProperty<Inputs extends unknown[]>(
  property: fc.IAsyncPropertyWithHooks<Inputs> | fc.IPropertyWithHooks<Inputs>,
  numRuns: number,
): Promise<MutantFound | undefined> {
  // A page knows no environment.
  const seed = Number((typeof process === 'undefined' ? undefined : process.env['SEED']) ?? 1);
  const outcome = await fc.check(property as fc.IAsyncPropertyWithHooks<Inputs>, { seed, numRuns, endOnFailure: true });
  return outcome.failed ? { says: messageOf(outcome.errorInstance), tries: outcome.numRuns } : undefined;
}

/** Carries out what must fail, for mutants that the first try finds. */
export async function searchOnce(claim: () => Promise<unknown> | undefined): Promise<MutantFound | undefined> {
  try {
    await claim();
    return undefined;
  } catch (error) {
    return { says: messageOf(error), tries: 1 };
  }
}

/** Puts `broken` in the place of a method while it searches. */
export function inPlaceOf<Class extends object, Name extends keyof Class>(
  prototype: Class,
  name: Name,
  broken: (original: Class[Name]) => Class[Name],
  search: Mutant['search'],
): Mutant['search'] {
  return async () => {
    const original = prototype[name];
    prototype[name] = broken(original);
    try {
      return await search();
    } finally {
      prototype[name] = original;
    }
  };
}

/** A test for each: its property finds it. */
export function findsMutants(mutants: readonly Mutant[]): void {
  it.each(mutants.map((mutant) => [mutant.property, mutant.breaks, mutant] as const))(
    '%s finds %s',
    { timeout: 120_000 },
    async (_property, _breaks, { search, says }) => {
      const found = await search();
      expect(found).toBeDefined();
      if (says !== undefined) expect(found?.says).toMatch(says);
    },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
