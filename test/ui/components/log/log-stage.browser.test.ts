import axe from 'axe-core';
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { LogRunView } from '../../../../src/engine/scenario/log-run-view.js';
import type { LogStageProps } from '../../../../src/ui/components/log/log-stage-props.js';
import LogStage from '../../../../src/ui/components/log/LogStage.svelte';
import LogTables from '../../../../src/ui/components/log/LogTables.svelte';
import { englishComponents as texts } from '../../../../src/ui/texts/en-components.js';
import { simplifiedChineseComponents } from '../../../../src/ui/texts/zh-Hans-components.js';
import { compactionAt, retentionAt } from '../../fixtures/log-views.js';
import '../../../../src/ui/theme/theme.css';

let shown: { readonly component: Record<string, unknown>; readonly frame: HTMLElement } | undefined;

async function show(
  picture: LogRunView,
  more: Partial<LogStageProps> = {},
  width = 1024,
  height = 700,
): Promise<HTMLElement> {
  document.documentElement.lang = 'en';
  document.title = 'The log';
  const frame = document.createElement('main');
  frame.style.width = `${width}px`;
  frame.style.height = `${height}px`;
  document.body.append(frame);
  const props = {
    picture,
    axisEndMs: 130_000,
    selected: null,
    reveal: true,
    texts,
    onSelect: () => undefined,
    ...more,
  };
  shown = { component: mount(LogStage, { target: frame, props }), frame };
  flushSync();
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return frame;
}

afterEach(async () => {
  if (shown !== undefined) await unmount(shown.component);
  shown?.frame.remove();
});

const records = (frame: HTMLElement): readonly (string | null)[] =>
  [...frame.querySelectorAll('[data-offset]')].map((cell) => cell.getAttribute('aria-label'));
const segments = (frame: HTMLElement): readonly (string | null)[] =>
  [...frame.querySelectorAll('[data-segment]')].map((segment) => segment.getAttribute('aria-label'));

describe('retention', () => {
  test('an old record stays for as long as its segment has a younger one', async () => {
    const frame = await show(retentionAt(95_000));
    expect(records(frame)[3]).toBe('offset 3, k0, value v3, 65 s old');
    expect(records(frame)[0]).toBe('offset 0, k0, value v0, deleted');
    expect(frame.textContent).toContain('60 s ago');
  });

  test('a segment lights up only when its newest record is too old', async () => {
    const before = await show(retentionAt(80_000));
    expect(before.querySelectorAll('.segment.lit')).toHaveLength(0);
    await unmount(shown?.component ?? {});
    before.remove();
    const after = await show(retentionAt(81_000));
    expect([...after.querySelectorAll('.segment.lit')].map((lit) => lit.getAttribute('data-segment'))).toEqual(['0']);
  });

  test('an empty log begins where it ends, and nothing has another offset', async () => {
    const frame = await show(retentionAt(121_000));
    expect(frame.textContent).toContain('log start 7 · high watermark 7 · log end 7');
    expect(segments(frame).at(-1)).toBe('segment 7, empty, 0 of 216 bytes, active');
    expect(records(frame)).toHaveLength(7);
  });

  test.each([0, 50_000, 95_000, 121_000])('on a phone every word of the track at %i ms is within it', async (atMs) => {
    const frame = await show(retentionAt(atMs), {}, 390);
    const flags = [...frame.querySelectorAll('.flag text')];
    expect(flags.length).toBeGreaterThan(0);
    for (const flag of flags) {
      const box = flag.getBoundingClientRect();
      expect(box.right, flag.textContent).toBeLessThanOrEqual(frame.getBoundingClientRect().right);
      expect(box.left, flag.textContent).toBeGreaterThanOrEqual(frame.getBoundingClientRect().left);
    }
  });

  test.each([
    [390, 700],
    [760, 500],
    [1024, 500],
  ])('at %i × %i every word about a segment is within the track', async (width, height) => {
    for (const atMs of [95_000, 121_000]) {
      const frame = await show(retentionAt(atMs), {}, width, height);
      const track = (frame.querySelector('.track svg') as SVGElement).getBoundingClientRect();
      const words = [...frame.querySelectorAll('.track .words text')];
      expect(words.length).toBeGreaterThan(2);
      for (const word of words)
        expect(word.getBoundingClientRect().bottom, word.textContent).toBeLessThanOrEqual(track.bottom + 1);
      await unmount(shown?.component ?? {});
      frame.remove();
    }
  });

  test('no reason is told before it may be', async () => {
    const frame = await show(retentionAt(121_000), { reveal: false });
    expect(frame.textContent).not.toContain('older than retention.ms');
    flushSync();
    await unmount(shown?.component ?? {});
    frame.remove();
    expect((await show(retentionAt(121_000))).textContent).toContain(
      '85 s, segment 0: its newest record was older than retention.ms.',
    );
  });
});

describe('compaction', () => {
  test('what is removed leaves a gap, and the others keep their offsets', async () => {
    const frame = await show(compactionAt(9_500));
    const states = [...frame.querySelectorAll('[data-offset]')].map((cell) => cell.classList.contains('removed'));
    expect(states).toEqual([true, true, true, true, false, false, true, false, false]);
    expect([...frame.querySelectorAll('text.offset')].map((text) => text.textContent)).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
    ]);
    expect(frame.textContent).toContain('removed 0 to 3 and 6');
    expect(frame.textContent).toContain('The tombstone at 4 must stay until 69 s: 59.5 s more.');
  });

  test('a look that finds too little dirt is told as well', async () => {
    const frame = await show(compactionAt(70_000));
    expect(frame.textContent).toContain('The cleaner at 69 s · not cleaned');
    expect(frame.textContent).toContain('dirty ratio 0.00');
  });
});

describe('without a mouse', () => {
  test('arrows go along records and down to segments and passes; Enter explains', async () => {
    const onSelect = vi.fn();
    const frame = await show(compactionAt(9_500), { onSelect });
    (frame.querySelector('[data-offset="4"]') as SVGGElement).focus();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    expect(onSelect).toHaveBeenLastCalledWith({ kind: 'record', offset: 5 });
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(onSelect).toHaveBeenLastCalledWith({ kind: 'segment', segment: 0, createdAtMs: 0 });
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(onSelect).toHaveBeenLastCalledWith({ kind: 'pass', event: 50 });
  });

  test('records that may be picked are check boxes, for pointer and keys alike', async () => {
    const onPick = vi.fn();
    const offered = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    const frame = await show(compactionAt(8_500), { picking: { picked: [4], offered, onPick } });
    const cell = frame.querySelector('[data-offset="4"]') as SVGGElement;
    expect(cell.getAttribute('role')).toBe('checkbox');
    expect(cell.getAttribute('aria-checked')).toBe('true');
    cell.focus();
    await userEvent.keyboard(' ');
    expect(onPick).toHaveBeenLastCalledWith(4, false);
    await userEvent.keyboard('{ArrowRight}{Enter}');
    expect(onPick).toHaveBeenLastCalledWith(5, true);
    await userEvent.click(frame.querySelector('[data-offset="7"]') as Element);
    expect(onPick).toHaveBeenLastCalledWith(7, true);
  });
});

test.each([
  ['retention', retentionAt(95_000), 1024],
  ['compaction', compactionAt(70_000), 390],
] as const)('axe finds nothing on %s, drawn and as tables', async (_, picture, width) => {
  const frame = await show(picture, {}, width);
  const tables = document.createElement('div');
  frame.append(tables);
  const drawing = { picture, texts, mark: () => 1, selected: null, reveal: true, onSelect: () => undefined };
  const mounted = mount(LogTables, { target: tables, props: { drawing } });
  flushSync();
  const { violations } = await axe.run(frame, { resultTypes: ['violations'] });
  await unmount(mounted);
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
  ).toEqual([]);
});

test('the stage of a log speaks Chinese', async () => {
  const frame = await show(compactionAt(70_000), { texts: simplifiedChineseComponents });
  const words = frame.textContent.match(/[a-z]{4,}/gi) ?? [];
  expect(words.filter((word) => !/^(Enter|null|nullsku|late)$/.test(word))).toEqual([]);
});
