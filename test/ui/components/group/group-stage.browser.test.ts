import axe from 'axe-core';
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { settle } from '../../../../src/engine/platform/browser/settle.js';
import type { GroupRunProjector } from '../../../../src/engine/scenario/group-run-projector.js';
import type { GroupRunSpec } from '../../../../src/engine/scenario/group-run-spec.js';
import type { GroupStageProps } from '../../../../src/ui/components/group/group-stage-props.js';
import GroupStage from '../../../../src/ui/components/group/GroupStage.svelte';
import GroupTables from '../../../../src/ui/components/group/GroupTables.svelte';
import { markOfRecords } from '../../../../src/ui/components/key-marks.js';
import { sendsOf } from '../../../../src/ui/scenarios/group-outcome.js';
import { labelRecords } from '../../../../src/ui/state/record-labels.js';
import { groupTextsOf } from '../../../../src/ui/texts/group-languages.js';
import { textsOf } from '../../../../src/ui/texts/languages.js';
import { playedGroups, rollingRestart, takeOver } from '../../fixtures/group-runs.js';
import '../../../../src/ui/theme/theme.css';

const restart = rollingRestart(4);
const smallRestart = rollingRestart(1);
let taken: GroupRunProjector;
let restarted: GroupRunProjector;
let smallRestarted: GroupRunProjector;

beforeAll(async () => {
  taken = await playedGroups(takeOver, settle);
  restarted = await playedGroups(restart, settle);
  smallRestarted = await playedGroups(smallRestart, settle);
});

let shown: { readonly components: Record<string, unknown>[]; readonly frame: HTMLElement } | undefined;

async function show(
  spec: GroupRunSpec,
  run: GroupRunProjector,
  atMs: number,
  more: Partial<GroupStageProps> & { readonly language?: 'en' | 'zh-Hans'; readonly hasTables?: boolean } = {},
  [width, height]: readonly [number, number] = [1124, 690],
): Promise<HTMLElement> {
  await hide();
  const { language = 'en', hasTables = false, ...given } = more;
  document.documentElement.lang = language;
  document.title = 'Groups';
  const frame = document.createElement('main');
  frame.style.width = `${width}px`;
  frame.style.height = `${height}px`;
  document.body.append(frame);
  const records = sendsOf(spec);
  const props: GroupStageProps = {
    spec,
    picture: run.viewAt(atMs),
    axisEndMs: spec.endsAtMs,
    selected: null,
    reveal: true,
    texts: textsOf(language).components,
    words: groupTextsOf(language).stage,
    label: labelRecords(records),
    mark: markOfRecords(records),
    onSelect: () => undefined,
    ...given,
  };
  shown = { components: [mount(GroupStage, { target: frame, props })], frame };
  if (hasTables) shown.components.push(mount(GroupTables, { target: frame, props }));
  flushSync();
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return frame;
}

async function hide(): Promise<void> {
  for (const component of shown?.components ?? []) await unmount(component);
  shown?.frame.remove();
  shown = undefined;
}

afterEach(hide);

const named = (frame: HTMLElement, attribute: string): readonly (string | null)[] =>
  [...frame.querySelectorAll(`[${attribute}]`)].map((element) => element.getAttribute('aria-label'));

describe('what a take-over looks like', () => {
  test('each stretch of ownership has its slot, and what the killed one began is torn off and begun again', async () => {
    const frame = await show(takeOver, taken, 24_000);
    expect(named(frame, 'data-owned')).toContain('A-2 owns p0, since 14.2 s, A-1 had it before');
    const torn = frame.querySelector('.handling.torn');
    expect(torn?.getAttribute('aria-label')).toBe('1b (p0, offset 1), begun at 8.8 s, cut short');
    expect(frame.querySelector('[data-handling="2×2"]')?.getAttribute('aria-label')).toMatch(/for the second time$/);
    expect(frame.querySelectorAll('.pause').length).toBeGreaterThan(2);
  });

  test('states carry their generation, and rebalances are hatched however short they are', async () => {
    const frame = await show(takeOver, taken, 24_000);
    const stable = [...frame.querySelectorAll('[data-state="Stable"] text')].map((text) => text.textContent);
    expect(stable).toEqual(['generation 1', 'stable · generation 2', 'stable · generation 3']);
    for (const bar of frame.querySelectorAll('.state.moving .bar')) {
      expect(bar.getAttribute('fill')).toContain('url(#');
      expect(Number(bar.getAttribute('width'))).toBeGreaterThanOrEqual(2.5);
    }
  });

  test('what Kafka refuses is crossed out, with Kafka’s words', async () => {
    const frame = await show(takeOver, taken, 11_000);
    expect(frame.querySelectorAll('.action.refused')).toHaveLength(2);
    expect(frame.textContent).toContain(
      'refused, INVALID_PARTITIONS. Topic orders could not get partitions: The topic orders currently has 2 partition(s); 1 would not be an increase.',
    );
  });

  test('sums are not told before they may be', async () => {
    const hidden = await show(takeOver, taken, 24_000, { reveal: false, hasTables: true });
    expect(hidden.textContent).not.toMatch(/paused ·|s? moved|\d handled/);
    const told = await show(takeOver, taken, 24_000);
    expect(told.textContent).toMatch(/5\.\d s paused · \d partitions moved · 4 handled/);
  });
});

/** Texts that lie over each other, of those that are in one drawing. */
function overlaps(frame: HTMLElement): readonly string[] {
  return [...frame.querySelectorAll('svg')].flatMap((svg) => {
    const places = [...svg.querySelectorAll('text')]
      .filter((text) => text.textContent !== '')
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
    return places.flatMap((one, at) =>
      places.slice(at + 1).flatMap((other) => {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        return across > 2 && down > 6 ? [`“${one.text}” over “${other.text}”`] : [];
      }),
    );
  });
}

describe('on a phone', () => {
  /** The take-over, by members with long names. */
  const long = (partitions: number): GroupRunSpec => {
    const named = JSON.parse(JSON.stringify(takeOver).replaceAll(/A-(?=\d)/g, 'process-first-')) as GroupRunSpec;
    return { ...named, topics: named.topics.map((topic) => ({ ...topic, partitions })) };
  };

  test.each([1, 2])('names of members and of %i partitions do not lie over each other', async (partitions) => {
    const spec = long(partitions);
    const frame = await show(spec, await playedGroups(spec, settle), 24_000, {}, [390, 844]);
    expect(overlaps(frame)).toEqual([]);
  });
});

describe('four groups of four members', () => {
  test.each([
    ['en', 1124, 690],
    ['en', 390, 844],
    ['zh-Hans', 1124, 690],
    ['zh-Hans', 768, 600],
  ] as const)('in %s at %i × %i no text lies over another, and none is small', async (language, width, height) => {
    for (const atMs of [16_500, 30_000]) {
      const frame = await show(restart, restarted, atMs, { language }, [width, height]);
      expect(overlaps(frame)).toEqual([]);
      for (const text of frame.querySelectorAll('svg text'))
        expect(parseFloat(getComputedStyle(text).fontSize)).toBeGreaterThanOrEqual(14);
    }
  });

  test('stand below each other on one axis: the same moment is at the same place in each', async () => {
    const frame = await show(restart, restarted, 30_000);
    const heads = [...frame.querySelectorAll('.band svg.axis .head')].map((head) =>
      Math.round(head.getBoundingClientRect().left),
    );
    expect(heads).toHaveLength(4);
    expect(new Set(heads).size).toBe(1);
  });

  test('the axis and the names stay in view while the bands scroll', async () => {
    const frame = await show(restart, restarted, 30_000, {}, [390, 844]);
    const scroller = frame.querySelector('.frame') as HTMLElement;
    scroller.scrollTop = 400;
    scroller.scrollLeft = 200;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const box = scroller.getBoundingClientRect();
    expect(frame.querySelector('.top')?.getBoundingClientRect().top).toBeCloseTo(box.top, 0);
    for (const names of frame.querySelectorAll('.names'))
      expect(names.getBoundingClientRect().left).toBeCloseTo(box.left, 0);
  });

  test('all but the first fold where they would not be in view together, with states and pauses left, and open again', async () => {
    const frame = await show(restart, restarted, 30_000);
    const scroller = frame.querySelector('.frame') as HTMLElement;
    const bands = [...frame.querySelectorAll('.band')];
    const members = (): readonly number[] => bands.map((band) => band.querySelectorAll('[data-owned]').length);
    expect(members().map((count) => count > 0)).toEqual([true, false, false, false]);
    for (const band of bands) expect(band.querySelectorAll('[data-state]').length).toBeGreaterThan(1);
    expect(scroller.scrollHeight).toBe(scroller.clientHeight);
    const last = bands[3]?.querySelector('button') as HTMLButtonElement;
    expect(last.getAttribute('aria-expanded')).toBe('false');
    await userEvent.click(last);
    expect(members().map((count) => count > 0)).toEqual([true, false, false, true]);
  });

  test('the arrows lead past what is folded', async () => {
    const frame = await show(restart, restarted, 30_000);
    const [first, second] = [...frame.querySelectorAll('.band')];
    ([...(first as Element).querySelectorAll('[data-commit]')].at(-1) as SVGGElement).focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(second?.contains(document.activeElement)).toBe(true);
    const before = document.activeElement;
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement).not.toBe(before);
    expect(document.activeElement?.getAttribute('data-state')).toBeTruthy();
  });

  test('the topics can be folded away, and are where there is much to compare', async () => {
    const frame = await show(restart, restarted, 30_000);
    expect(frame.querySelectorAll('[data-record]')).toHaveLength(0);
    await userEvent.click(page.getByRole('button', { name: 'Topic orders' }));
    expect(frame.querySelectorAll('[data-record]').length).toBeGreaterThan(4);
  });
});

describe('in large type on a projector', () => {
  afterEach(async () => {
    delete document.documentElement.dataset['presenter'];
    await page.viewport(414, 896);
  });

  test('tracks fold that would leave no room for what happens in time, and a group is in view whole', async () => {
    document.documentElement.dataset['presenter'] = '';
    await page.viewport(1024, 768);
    const six = {
      ...takeOver,
      topics: takeOver.topics.map((topic) => ({ ...topic, partitions: 6 })),
      script: takeOver.script.filter(({ does }) => does !== 'set-partitions' && does !== 'reset-offsets'),
    };
    const frame = await show(six, await playedGroups(six, settle), 24_000, {}, [728, 570]);
    expect(frame.querySelectorAll('[data-record]')).toHaveLength(0);
    const scroller = frame.querySelector('.frame') as HTMLElement;
    const band = frame.querySelector('.band') as HTMLElement;
    expect(band.getBoundingClientRect().bottom).toBeLessThanOrEqual(scroller.getBoundingClientRect().bottom);
  });
});

describe('without a mouse', () => {
  test('arrows lead from a record through states and members to commits; Enter explains', async () => {
    const onSelect = vi.fn();
    const frame = await show(takeOver, taken, 24_000, { onSelect });
    (frame.querySelector('[data-record="0@0"]') as SVGGElement).focus();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    expect(onSelect).toHaveBeenLastCalledWith({ kind: 'record', topic: 'orders', partition: 0, offset: 1 });
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(onSelect).toHaveBeenLastCalledWith({ kind: 'action', step: 7 });
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(onSelect.mock.lastCall?.[0]).toMatchObject({ kind: 'state', group: 'A' });
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(onSelect.mock.lastCall?.[0]).toMatchObject({ kind: 'owned', member: 'A-1' });
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(onSelect.mock.lastCall?.[0]).toMatchObject({ kind: 'handling', member: 'A-1' });
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{End}{Enter}');
    expect(onSelect.mock.lastCall?.[0]).toMatchObject({ kind: 'commit', group: 'A', partition: 0 });
  });

  test('a committed offset is moved by arrows and set by Enter; Escape leaves it where it is', async () => {
    const onDragCommitted = vi.fn();
    const onAnnounce = vi.fn();
    const frame = await show(takeOver, taken, 24_000, { onDragCommitted, onAnnounce });
    const flag = frame.querySelector('[data-committed="A 0"]') as SVGGElement;
    expect([flag.getAttribute('aria-valuemin'), flag.getAttribute('aria-valuemax')]).toEqual(['0', '2']);
    flag.focus();
    await userEvent.keyboard('{ArrowLeft}{Escape}{Enter}');
    expect(onDragCommitted).not.toHaveBeenCalled();
    await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}{ArrowRight}');
    expect(flag.getAttribute('aria-valuenow')).toBe('1');
    await userEvent.keyboard('{Enter}');
    expect(onDragCommitted).toHaveBeenCalledExactlyOnceWith('A', 0, 1);
    expect(onAnnounce).toHaveBeenCalledExactlyOnceWith('Group A is to read p0 from offset 1');
  });
});

describe('where time scrolls', () => {
  test('the head is in view wherever it goes, played or put there', async () => {
    for (const atMs of [30_000, 2_000]) {
      const frame = await show(restart, restarted, atMs, {}, [390, 844]);
      const box = (frame.querySelector('.frame') as HTMLElement).getBoundingClientRect();
      const tag = (frame.querySelector('.top .head, .top rect') as Element).getBoundingClientRect();
      expect(tag.right).toBeLessThanOrEqual(box.right);
      expect(tag.left).toBeGreaterThan(box.left);
    }
  });
});

test('what ended by itself is marked otherwise than what was stopped or refused, and named in the legend', async () => {
  const frame = await show(takeOver, taken, 24_000);
  expect(frame.querySelector('.heading')?.textContent).toMatch(/stopped.*crashed.*removed.*refused/);
  const crash = frame.querySelector('g[aria-label*="crashes"]') as SVGGElement;
  expect(crash.querySelectorAll('rect, path')).toHaveLength(2);
});

test('a committed offset is dragged to the record to read next', async () => {
  const onDragCommitted = vi.fn();
  const frame = await show(takeOver, taken, 24_000, { onDragCommitted });
  const flag = frame.querySelector('[data-committed="A 1"]') as SVGGElement;
  const box = (flag.querySelector('.hit') as SVGRectElement).getBoundingClientRect();
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
  const [first, second] = ['1@0', '1@1'].map((record) =>
    (frame.querySelector(`[data-record="${record}"] .cell`) as SVGRectElement).getBoundingClientRect(),
  );
  const pitch = (second?.left ?? 0) - (first?.left ?? 0);
  flag.setPointerCapture = () => undefined;
  const fire = (type: string, clientX: number) =>
    flag.dispatchEvent(new PointerEvent(type, { pointerId: 1, button: 0, clientX, bubbles: true }));
  fire('pointerdown', box.left);
  fire('pointermove', box.left - 1.9 * pitch);
  fire('pointerup', box.left - 1.9 * pitch);
  expect(onDragCommitted).toHaveBeenCalledExactlyOnceWith('A', 1, 0);
});

test.each([
  ['one group, drawn and as tables', takeOver, () => taken, 24_000, true],
  ['four groups on a phone', smallRestart, () => smallRestarted, 8_000, false],
] as const)('axe finds nothing on %s', async (_, spec, run, atMs, hasTables) => {
  const width = hasTables ? 1124 : 390;
  const frame = await show(spec, run(), atMs, { hasTables, onDragCommitted: () => undefined }, [width, 700]);
  const { violations } = await axe.run(frame, { resultTypes: ['violations'] });
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
  ).toEqual([]);
});

test('the stage of groups speaks Chinese', async () => {
  const frame = await show(takeOver, taken, 24_000, { language: 'zh-Hans', hasTables: true });
  const text = frame.textContent.replace(/[A-Z_]{6,}。[^✕。]*/g, '');
  const words = text.match(/[a-z]{4,}/gi) ?? [];
  expect(words.filter((word) => !/^(Enter|orders?|range|paid|created)$/.test(word))).toEqual([]);
});
