import { describe, it } from 'vitest';
import { goldenLines } from '../protocol/golden.js';
import type { Script } from './script.js';
import { ScriptPlayer } from './script-player.js';

describe("does what a real Kafka's log did:", () => {
  it.each(goldenLines<Script>('log.jsonl').map((script) => [script.name, script] as const))('%s', async (_, script) => {
    await new ScriptPlayer(script).play();
  });
});
