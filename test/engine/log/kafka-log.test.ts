import { describe, expect, it } from 'vitest';
import { goldenLines } from '../protocol/golden.js';
import type { Script } from './script.js';
import { ScriptPlayer } from './script-player.js';

/** Where this log does better than Kafka's on purpose, from which step on, and why. Each is a row of "Differences from Kafka". */
const differences: Readonly<Record<string, { readonly step: number; readonly because: string }>> = {
  'reopen-missing-time-index': {
    step: 13,
    because: 'a segment whose time index is lost is read again; Kafka goes by the time of its file from then on',
  },
  'reopen-clean-but-torn': {
    step: 13,
    because:
      'an end that holds no whole batch is cut also after a clean stop; Kafka appends behind it, and loses that at the next crash',
  },
};

/** `log-more` was recorded in the same way with other seeds; those that are called `wild` cut logs, copy batches and change configs in between, too. */
const scripts = ['log.jsonl', 'log-more.jsonl'].flatMap((file) => goldenLines<Script>(file));

describe("does what a real Kafka's log did:", () => {
  it.each(scripts.map((script) => [script.name, script] as const))('%s', async (name, script) => {
    await new ScriptPlayer(script).play(differences[name]?.step);
  });

  it.each(Object.entries(differences))('%s is a difference still', async (name, { step }) => {
    const script = scripts.find((each) => each.name === name);
    if (script === undefined) throw new Error(`There is no script ${name}.`);
    await expect(new ScriptPlayer(script).play(step + 1)).rejects.toThrow(`step ${step} `);
  });
});
