import fc from 'fast-check';

/**
 * Checks a property in as many runs as `numRuns`; `file` is the test's, from `test/` on. A failure tells the seed, the smallest counterexample and the command that finds it again; the environment
 * variable SEED chooses other runs than the usual ones.
 */
export async function holds<Input>(
  test: { readonly file: string; readonly name: string },
  inputs: fc.Arbitrary<Input>,
  claim: (input: Input) => Promise<void>,
  numRuns: number,
): Promise<void> {
  const outcome = await search(inputs, claim, numRuns);
  if (!outcome.failed) return;
  const command = `SEED=${outcome.seed} npx vitest run --project node test/${test.file} -t ${JSON.stringify(test.name)}`;
  throw new Error(`Replay with: ${command}\n${fc.defaultReportMessage(outcome) ?? ''}`, {
    cause: outcome.errorInstance,
  });
}

/** What breaks the claim, in the words of the claim; undefined if nothing was found in so many runs. The counterexample is not made smaller. */
export async function counterexample<Input>(
  inputs: fc.Arbitrary<Input>,
  claim: (input: Input) => Promise<void>,
  numRuns: number,
): Promise<string | undefined> {
  const outcome = await search(inputs, claim, numRuns, { endOnFailure: true });
  if (!outcome.failed) return undefined;
  return outcome.errorInstance instanceof Error ? outcome.errorInstance.message : String(outcome.errorInstance);
}

function search<Input>(
  inputs: fc.Arbitrary<Input>,
  claim: (input: Input) => Promise<void>,
  numRuns: number,
  more: fc.Parameters<[Input]> = {},
): Promise<fc.RunDetails<[Input]>> {
  const seed = Number(process.env['SEED'] ?? 1);
  return Promise.resolve(fc.check<[Input]>(fc.asyncProperty(inputs, claim), { seed, numRuns, ...more }));
}
