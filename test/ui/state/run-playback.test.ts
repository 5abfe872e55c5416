import type { RunSpec } from '../../../src/engine/scenario/run-spec.js';
import type { RunView } from '../../../src/engine/scenario/run-view.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { withLanes } from '../../../src/ui/scenarios/run-outcome.js';
import { threeWaysSpec } from '../../../src/ui/scenarios/three-ways/default-run.js';
import { lanesRun } from '../../../src/ui/state/lanes-run.js';
import { RunPlayback } from '../../../src/ui/state/run-playback.svelte.js';
import type { HostResult, RunChunk } from '../../../src/workers/scenario-host.js';
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';

const spec = withLanes(threeWaysSpec(), ['queue']);

/** Remembers how far it was asked to simulate. */
class AskedHost extends NodeScenarioHost {
  readonly asked: number[] = [];

  override advance(runId: number, toMs: number): Promise<HostResult<RunChunk>> {
    this.asked.push(toMs);
    return super.advance(runId, toMs);
  }
}

let host: AskedHost;
let frames: ManualFrames;
let playback: RunPlayback<RunSpec, RunView>;
let ended: number;

beforeEach(async () => {
  host = new AskedHost();
  frames = new ManualFrames(host);
  ended = 0;
  playback = new RunPlayback(lanesRun, host, frames, () => ended++);
  await playback.open(spec);
});

const latest = (): number => Math.max(0, ...playback.trace.map((event) => event.at - playback.originMs));

test('a run opens at 0, simulated no further', () => {
  expect(playback.headMs).toBe(0);
  expect(playback.view?.atMs).toBe(0);
  expect(latest()).toBe(0);
});

describe('playing', () => {
  test('simulates hardly beyond the head, and says when the run has ended', async () => {
    playback.speed = 2;
    playback.play();
    await frames.pass(() => playback.headMs >= 5_000);
    expect(playback.headMs).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...host.asked)).toBeLessThan(playback.headMs + 500);
    expect(playback.endMs).toBeUndefined();
    await frames.pass();
    expect(ended).toBe(1);
    expect(playback.playing).toBe(false);
    expect(playback.view?.finished).toBe(true);
    expect(playback.endMs).toBe(playback.headMs);
  });

  test('a pause stands still', async () => {
    playback.play();
    await frames.pass(() => playback.headMs > 0);
    playback.pause();
    const { headMs } = playback;
    expect(frames.isRunning).toBe(false);
    expect(playback.headMs).toBe(headMs);
  });

  test('from the end it begins again', async () => {
    await playback.runToEnd();
    playback.play();
    expect(playback.headMs).toBe(0);
    expect(playback.future?.finished).toBe(true);
  });
});

describe('scrubbing', () => {
  test('goes back at once and leaves what was seen as future', async () => {
    await playback.scrubTo(8_000);
    const far = playback.view;
    await playback.scrubTo(3_000);
    expect(playback.view?.atMs).toBe(3_000);
    expect(playback.future).toEqual(far);
  });

  test('goes forward by simulating, at most to the end', async () => {
    await playback.scrubTo(1_000_000);
    expect(playback.view?.finished).toBe(true);
    expect(playback.headMs).toBeLessThan(30_000);
  });
});

describe('stepping', () => {
  test('goes from one thing that happens to the next, and back', async () => {
    await playback.stepForward();
    expect(playback.headMs).toBeGreaterThan(0);
    const first = playback.headMs;
    await playback.stepForward();
    expect(playback.headMs).toBeGreaterThan(first);
    playback.stepBack();
    expect(playback.headMs).toBe(first);
  });

  test('ends at the end', async () => {
    for (let step = 0; step < 200 && playback.canStepForward; step++) await playback.stepForward();
    expect(playback.canStepForward).toBe(false);
    expect(playback.view?.finished).toBe(true);
  });
});

test('a run that was kept opens where it stood, and shows nothing that was not seen', async () => {
  await playback.open(spec, { database: 'kept' });
  await playback.scrubTo(9_000);
  await playback.close();
  await playback.open(spec, { database: 'kept', headMs: 4_000, seenMs: 6_000 });
  expect(playback.headMs).toBe(4_000);
  expect(playback.future?.atMs).toBe(6_000);
  expect(playback.eventsSoFar.every((event) => event.at - playback.originMs <= 4_000)).toBe(true);
});

test('an error of the host stops the run and is told', async () => {
  const broken = new RunPlayback(
    lanesRun,
    {
      open: () => Promise.resolve({ ok: false as const, error: { code: 'worker-lost', message: 'The worker ended.' } }),
      advance: () => Promise.reject(new Error('never asked')),
      readRecord: () => Promise.reject(new Error('never asked')),
      close: () => Promise.resolve(),
    },
    frames,
  );
  await broken.open(spec);
  expect(broken.error).toEqual({ code: 'worker-lost', message: 'The worker ended.' });
  broken.play();
  expect(broken.playing).toBe(false);
});

describe('a head that may go no further', () => {
  beforeEach(() => {
    playback.limitMs = 3_000;
  });

  test('stops there, and tells it as the end of what is shown', async () => {
    playback.play();
    await frames.pass();
    expect(playback.headMs).toBe(3_000);
    expect(playback.playing).toBe(false);
    expect(playback.canStepForward).toBe(false);
    expect(playback.endMs).toBeUndefined();
    expect(ended).toBe(1);
  });

  test('is not brought beyond by scrubbing, stepping or running to the end', async () => {
    await playback.scrubTo(9_000);
    expect(playback.headMs).toBe(3_000);
    await playback.stepForward();
    await playback.runToEnd();
    expect(playback.headMs).toBe(3_000);
    expect(playback.seenMs).toBe(3_000);
  });

  test('plays again from where it was told', async () => {
    await playback.runToEnd();
    playback.play(1_000);
    expect(playback.headMs).toBe(1_000);
    await frames.pass();
    expect(playback.headMs).toBe(3_000);
  });
});
