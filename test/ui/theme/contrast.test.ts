import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../../src/ui/theme/theme.css', import.meta.url), 'utf8');
const themes = ['light', 'dark'] as const;

/** The colours of `light-dark(light, dark)`, by custom property. */
const colours: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.fromEntries(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, theme: (typeof themes)[number]): number {
  const [a, b] = [one, other].map((name) => luminance(colours[name]?.[theme] ?? 'missing')).sort((x, y) => y - x) as [
    number,
    number,
  ];
  return (a + 0.05) / (b + 0.05);
}

describe.each(themes)('in the %s theme', (theme) => {
  test.each(['ink', 'soft', 'faint', 'broken'])('%s text has 4.5:1 on every ground', (text) => {
    for (const ground of ['paper', 'sheet', 'wash'])
      expect(contrast(text, ground, theme), ground).toBeGreaterThanOrEqual(4.5);
  });

  test('text on ink has 4.5:1', () => {
    expect(contrast('on-ink', 'ink', theme)).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    'key-0',
    'key-1',
    'key-2',
    'key-3',
    'key-4',
    'key-5',
    'key-6',
    'key-7',
    'key-8',
    'edge',
    'focus',
    'broken',
  ])('%s marks have 3:1 on paper and sheet', (mark) => {
    for (const ground of ['paper', 'sheet']) expect(contrast(mark, ground, theme), ground).toBeGreaterThanOrEqual(3);
  });
});
