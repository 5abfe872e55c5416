import axe from 'axe-core';
import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { RunSpec } from '../../../src/engine/scenario/run-spec.js';
import Inspector from '../../../src/ui/components/Inspector.svelte';
import LaneTable from '../../../src/ui/components/LaneTable.svelte';
import Ledger from '../../../src/ui/components/Ledger.svelte';
import Stage from '../../../src/ui/components/Stage.svelte';
import Timeline from '../../../src/ui/components/Timeline.svelte';
import type { StageProps } from '../../../src/ui/components/stage-props.js';
import { englishComponents as texts } from '../../../src/ui/texts/en-components.js';
import { simplifiedChineseComponents } from '../../../src/ui/texts/zh-Hans-components.js';
import { labelOf, threeWays, viewOf } from '../fixtures/three-ways-view.js';
import '../../../src/ui/theme/theme.css';

const lanes = ['queue', 'publish-subscribe', 'topic'] as const;
const mounted: { component: Record<string, unknown>; frame: HTMLElement }[] = [];

function show<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
  width = 1024,
  height = 520,
): HTMLElement {
  const frame = document.createElement('main');
  frame.style.width = `${width}px`;
  frame.style.height = `${height}px`;
  document.body.append(frame);
  mounted.push({ component: mount(component, { target: frame, props }), frame });
  flushSync();
  return frame;
}

const stage = (more: Partial<StageProps> = {}): StageProps & Record<string, unknown> => {
  const spec = more.spec ?? threeWays;
  return {
    spec,
    view: viewOf(spec, 16_400),
    lanes,
    axisEndMs: 25_000,
    selected: null,
    revealVerdicts: true,
    texts,
    label: labelOf(spec),
    onSelect: () => undefined,
    ...more,
  };
};

/** The stage measures its room after it is mounted. */
const settled = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

const withMembers = (count: number): RunSpec => ({
  ...threeWays,
  lanes: threeWays.lanes.map((lane) =>
    lane.lane !== 'topic'
      ? lane
      : {
          ...lane,
          groups: lane.groups.map((group) =>
            group.group !== 'A'
              ? group
              : {
                  ...group,
                  members: Array.from({ length: count }, (_, at) => ({ id: `A-${at + 1}`, handlingMs: 1_000 })),
                },
          ),
        },
  ),
});

afterEach(async () => {
  for (const { component, frame } of mounted.splice(0)) {
    await unmount(component);
    frame.remove();
  }
  document.documentElement.removeAttribute('data-theme');
  document.documentElement.removeAttribute('data-presenter');
});

describe('the stage at 1024×768', () => {
  test.each([2, 3, 4])('shows every row without scrolling, with %i members in group A', async (members) => {
    const spec = withMembers(members);
    const frame = show(Stage, stage({ spec, view: viewOf(spec, 16_400) }));
    await settled();
    const box = frame.getBoundingClientRect();
    const names = [...frame.querySelectorAll('text')].filter((text) =>
      /^(worker|subscriber|A ·|B ·)/.test(text.textContent),
    );
    expect(names).toHaveLength(4 + members + 1);
    for (const text of frame.querySelectorAll('svg text')) {
      const place = text.getBoundingClientRect();
      expect(place.bottom, text.textContent).toBeLessThanOrEqual(box.bottom);
      expect(place.right, text.textContent).toBeLessThanOrEqual(box.right);
      expect(parseFloat(getComputedStyle(text).fontSize)).toBeGreaterThanOrEqual(14);
    }
  });

  test('no label lies over another', async () => {
    const frame = show(Stage, stage({ view: viewOf(threeWays, 11_000) }));
    await settled();
    const places = [...frame.querySelectorAll('svg text')].map((text) => ({
      text: text.textContent,
      box: text.getBoundingClientRect(),
    }));
    places.forEach((one, at) => {
      for (const other of places.slice(at + 1)) {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        const isOver = across > 2 && down > 5; // the boxes of letters are higher than the letters
        expect(isOver, `“${one.text}” lies over “${other.text}”`).toBe(false);
      }
    });
  });

  test('in presenter mode labels have 18 px', async () => {
    document.documentElement.dataset.presenter = '';
    const frame = show(Stage, stage());
    await settled();
    for (const text of frame.querySelectorAll('svg text'))
      expect(parseFloat(getComputedStyle(text).fontSize)).toBeGreaterThanOrEqual(18);
  });
});

test('on a phone each lane stacks now over in time, and the stage scrolls sideways', async () => {
  const frame = show(Stage, stage(), 390, 600);
  await settled();
  const scroller = frame.querySelector('.frame') as HTMLElement;
  expect(scroller.scrollWidth).toBeGreaterThan(390);
  const ready = page.getByText('ready', { exact: true }).element().getBoundingClientRect();
  const worker = page.getByText('worker 1', { exact: true }).element().getBoundingClientRect();
  expect(worker.top).toBeGreaterThan(ready.bottom);
});

test('on a phone names and titles stay in view while time scrolls under them', async () => {
  const frame = show(Stage, stage(), 390, 600);
  await settled();
  const left = (text: string) => page.getByText(text, { exact: true }).first().element().getBoundingClientRect().left;
  const fixed = ['Traditional queue', 'ready', 'worker 1', 'A · member 2', 'Twelve records'];
  const scroller = frame.querySelector('.frame') as HTMLElement;
  const [before, mark] = [fixed.map(left), left('10 s') + scroller.scrollLeft];
  scroller.scrollLeft = 150;
  await settled();
  await settled();
  expect(left('10 s')).toBeCloseTo(mark - 150, 0);
  fixed.map(left).forEach((now, at) => expect(now, fixed[at]).toBeCloseTo(before[at] ?? Number.NaN, 0));
});

test('what two groups did with a record has a line for each, under one name', async () => {
  const frame = show(Inspector, {
    subject: {
      title: 'orders-0, offset 1',
      fields: [
        { name: 'Handled by', value: 'billing-1' },
        { name: 'Handled by', value: 'audit-1' },
      ],
      batch: [],
      why: [],
    },
    texts,
  });
  await settled();
  expect([...frame.querySelectorAll('dd')].map((value) => value.textContent)).toEqual(['billing-1', 'audit-1']);
});

test('before the question is answered nothing gives the outcome away', async () => {
  const frame = show(Stage, stage({ revealVerdicts: false }));
  show(LaneTable, {
    spec: threeWays,
    view: viewOf(threeWays, 16_400),
    lane: 'queue' as const,
    selected: null,
    revealVerdicts: false,
    texts,
    label: labelOf(threeWays),
    onSelect: () => undefined,
  });
  const ledger = show(Ledger, {
    spec: threeWays,
    view: viewOf(threeWays, 16_400),
    lanes,
    revealVerdicts: false,
    texts,
    label: labelOf(threeWays),
    onSelect: () => undefined,
    onGoTo: () => undefined,
  });
  await settled();
  expect(document.body.innerHTML).not.toMatch(
    /overtook|overtaking|acknowledged \d|\d+ of 12|\d+ handled|broken for|kept for/i,
  );
  expect(frame.querySelector('.bracket')).toBeNull();
  expect(ledger.textContent).toBe('');
  const count = [...frame.querySelectorAll('svg text')].filter(
    (text) =>
      /^(10|11|12|8|4)$/.test(text.textContent) &&
      !text.closest('[aria-label^="Partition"]') &&
      !text.closest('[aria-hidden]'),
  );
  expect(count).toEqual([]);
});

test('after it, each overtaking has its bracket and each row its total', async () => {
  const frame = show(Stage, stage());
  await settled();
  expect(frame.querySelectorAll('.bracket')).toHaveLength(1);
  expect(frame.textContent).toContain('2b overtook 2a by 2.5 s');
  expect(frame.textContent).toContain('10 of 12');
});

describe('with the keyboard', () => {
  test('Tab leads to one thing, arrows walk, Enter selects', async () => {
    const onSelect = vi.fn();
    const frame = show(Stage, stage({ onSelect }));
    await settled();
    expect(frame.querySelectorAll('[tabindex="0"]')).toHaveLength(1);
    await userEvent.tab();
    expect(document.activeElement?.getAttribute('data-focus')).toBe('records#0');
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(document.activeElement?.getAttribute('data-focus')).toBe('records#2');
    await userEvent.keyboard('{Enter}');
    expect(onSelect).toHaveBeenLastCalledWith({ record: 2, lane: undefined, actor: undefined });
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement?.getAttribute('data-focus')).toBe('queue in hand#0');
    await userEvent.keyboard('{ArrowDown}{End}');
    expect(document.activeElement?.getAttribute('data-focus')).toBe('bars queue worker-1#9');
  });

  test('[ and ] make a handling shorter and longer by half a second, and say so', async () => {
    const onDragHandling = vi.fn();
    const onAnnounce = vi.fn();
    const frame = show(Stage, stage({ onDragHandling, onAnnounce }));
    await settled();
    (frame.querySelector('[data-focus="bars queue worker-2#0"]') as SVGGElement).focus();
    await userEvent.keyboard(']');
    expect(onDragHandling).toHaveBeenLastCalledWith('queue', 'worker-2', 1, 10_000);
    await userEvent.keyboard('{Alt>}{ArrowLeft}{/Alt}');
    expect(onDragHandling).toHaveBeenLastCalledWith('queue', 'worker-2', 1, 9_000);
    expect(onAnnounce).toHaveBeenLastCalledWith('2a now takes 9.0 s');
  });
});

test('dragging the end of a bar gives its new length in tenths of a second', async () => {
  const onDragHandling = vi.fn();
  const frame = show(Stage, stage({ onDragHandling, lanes: ['queue'] }));
  await settled();
  const handle = frame.querySelector('.handle') as SVGGElement;
  const grip = handle.querySelector('.hit') as SVGRectElement;
  const box = grip.getBoundingClientRect();
  expect(Math.round(box.width)).toBeGreaterThanOrEqual(24);
  expect(Math.round(box.height)).toBeGreaterThanOrEqual(24);
  const at = { x: box.left + 12, y: box.top + 12 };
  const bar = frame.querySelector('[data-focus="bars queue worker-2#0"] .cell') as SVGRectElement;
  const perMs = bar.getBoundingClientRect().width / 9_500;
  const fire = (type: string, x: number) =>
    handle.dispatchEvent(new PointerEvent(type, { pointerId: 1, button: 0, clientX: x, clientY: at.y, bubbles: true }));
  handle.setPointerCapture = () => undefined;
  fire('pointerdown', at.x);
  fire('pointermove', at.x + 2_000 * perMs);
  fire('pointerup', at.x + 2_000 * perMs);
  expect(onDragHandling).toHaveBeenCalledTimes(1);
  const [lane, actor, record, handlingMs] = onDragHandling.mock.calls[0] as [string, string, number, number];
  expect([lane, actor, record]).toEqual(['queue', 'worker-2', 1]);
  expect(Math.abs(handlingMs - 11_500)).toBeLessThanOrEqual(100);
});

test('a tombstone is hollow, and says so', async () => {
  const records = threeWays.records.map((record, at) =>
    at === 3 ? { ...record, value: null as unknown as string } : record,
  );
  const frame = show(Stage, stage({ spec: { ...threeWays, records } }));
  await settled();
  const cell = frame.querySelector('[data-focus="records#3"]');
  expect(cell?.getAttribute('aria-label')).toContain('tombstone');
  expect(cell?.querySelector('.cell')?.getAttribute('fill')).toBe('none');
});

test('a record that is selected lights up everywhere', async () => {
  const frame = show(Stage, stage({ selected: { record: 7 } }));
  await settled();
  // the strip, a partition, and a bar each at a worker, two subscribers and two members
  expect(frame.querySelectorAll('[aria-pressed="true"]')).toHaveLength(7);
});

test('of a partition with 100,000 records only what is in view is rendered, and it scrolls', async () => {
  const many: RunSpec = {
    ...threeWays,
    records: Array.from({ length: 100_000 }, (_, at) => ({ key: `order-${at % 6}`, value: '' })),
  };
  const view = viewOf(threeWays, 16_400);
  const cells = Array.from({ length: 100_000 }, (_, offset) => ({ offset, record: offset, appendedAtMs: 0, event: 0 }));
  const long = {
    ...view,
    lanes: view.lanes.map((lane) =>
      lane.lane === 'topic'
        ? { ...lane, partitions: [{ partition: 0, highWatermark: 100_000, logEndOffset: 100_000, cells }] }
        : lane,
    ),
  };
  const frame = show(Stage, stage({ spec: many, view: long, label: (record) => String(record), lanes: ['topic'] }));
  await settled();
  expect(frame.querySelectorAll('.record').length).toBeLessThan(120);
  expect(frame.querySelector('[data-focus="partition 0#99999"]')).not.toBeNull();
  const track = frame.querySelector('[aria-label^="Partition 0"] .track') as SVGGElement;
  const tookMs = Array.from({ length: 60 }, () => {
    const startedMs = performance.now();
    track.dispatchEvent(new WheelEvent('wheel', { deltaX: -120, bubbles: true, cancelable: true }));
    flushSync();
    return performance.now() - startedMs;
  }).sort((one, other) => one - other);
  expect(tookMs[30]).toBeLessThan(16);
  expect(frame.querySelector('[data-focus="partition 0#99999"]')).toBeNull();
  (frame.querySelector('[data-focus^="partition 0#"]') as SVGGElement).focus();
  await userEvent.keyboard('{Home}');
  await settled();
  expect(document.activeElement?.getAttribute('data-focus')).toBe('partition 0#0');
});

test('a run longer than the axis slides under a head at three quarters', async () => {
  const frame = show(Stage, stage({ axisEndMs: 10_000, view: viewOf(threeWays, 16_000) }));
  await settled();
  const marks = [...frame.querySelectorAll('svg text')].map((text) => text.textContent);
  expect(marks).not.toContain('0 s');
  expect(marks).toContain('10 s');
});

describe('axe finds nothing', () => {
  test.each(['light', 'dark'] as const)('on the stage, its tables and the panels in the %s theme', async (theme) => {
    document.documentElement.dataset.theme = theme;
    document.documentElement.lang = 'en';
    document.title = 'Stage';
    const view = viewOf(threeWays, 12_000);
    const common = { spec: threeWays, view, texts, label: labelOf(threeWays), onSelect: () => undefined };
    const frame = show(Stage, stage({ view, future: viewOf(threeWays, 16_400), onDragHandling: () => undefined }));
    for (const lane of lanes)
      frame.append(
        show(LaneTable, { ...common, lane, selected: { record: 2 }, revealVerdicts: true })
          .firstElementChild as Element,
      );
    frame.append(
      show(Ledger, { ...common, lanes, revealVerdicts: true, onGoTo: () => undefined }).firstElementChild as Element,
    );
    frame.append(
      show(Timeline, { rows: ticks, atMs: 12_000, texts, endMs: 25_000, onScrub: () => undefined })
        .firstElementChild as Element,
    );
    for (const empty of document.querySelectorAll('main:empty')) empty.remove();
    await settled();
    const { violations } = await axe.run(frame, { resultTypes: ['violations'] });
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
    ).toEqual([]);
  });
});

const ticks = [{ name: 'produced', ticks: [0, 900, 12_000].map((atMs, mark) => ({ atMs, mark })) }];

test('the whole stage speaks Chinese', async () => {
  const frame = show(Stage, stage({ texts: simplifiedChineseComponents }));
  await settled();
  const words = [...frame.querySelectorAll('svg text')]
    .map((text) => text.textContent.trim())
    .filter((text) => /[a-z]{4,}/i.test(text));
  expect(words).toEqual([]);
});

test('the timeline’s head moves by pointer and by key, and not beyond its limit', async () => {
  const onScrub = vi.fn();
  const frame = show(Timeline, { rows: ticks, atMs: 12_000, endMs: 25_000, limitMs: 12_050, texts, onScrub }, 800, 120);
  await settled();
  const slider = frame.querySelector('[role="slider"]') as HTMLElement;
  expect(slider.getAttribute('aria-valuetext')).toBe('12.0 s of 12.1 s');
  slider.focus();
  await userEvent.keyboard('{ArrowLeft}');
  expect(onScrub).toHaveBeenLastCalledWith(11_900);
  await userEvent.keyboard('{ArrowRight}');
  expect(onScrub).toHaveBeenLastCalledWith(12_050);
  await userEvent.keyboard('{Home}');
  expect(onScrub).toHaveBeenLastCalledWith(0);
});
