import { expect, test } from 'vitest';
import { textWidth, wrapText } from '../../../src/ui/components/text-measure.js';

test('a Chinese character is as wide as it is high', () => {
  expect(textWidth('消费者组', 14)).toBe(56);
});

test('a text is broken at spaces into lines that fit', () => {
  const lines = wrapText('Each goes to whoever is free; gone once acknowledged.', 250, 14);
  expect(lines.join(' ')).toBe('Each goes to whoever is free; gone once acknowledged.');
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(textWidth(line, 14)).toBeLessThanOrEqual(250);
});

test('Chinese is broken between characters, but no line begins with a mark of punctuation', () => {
  const lines = wrapText('谁在听就给谁，什么都不保留。谁在听就给谁。', 98, 14);
  expect(lines.join('')).toBe('谁在听就给谁，什么都不保留。谁在听就给谁。');
  for (const line of lines) expect(line).not.toMatch(/^[，。]/u);
});
