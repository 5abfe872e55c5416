import { describe, expect, it } from 'vitest';
import { durationMs } from '../../../src/engine/client/iso-duration.js';

describe('durationMs', () => {
  it.each([
    ['PT20.345S', 20_345],
    ['PT15M', 900_000],
    ['PT10H', 36_000_000],
    ['P2D', 172_800_000],
    ['P2DT3H4M', 183_840_000],
    ['PT-6H3M', -21_420_000],
    ['-PT6H3M', -21_780_000],
    ['-PT-6H+3M', 21_420_000],
    ['pt1s', 1_000],
    ['PT0.0009S', 0],
    ['PT-0.5S', -500],
  ])('%s', (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });

  it.each(['', 'P', 'PT', 'P1DT', 'P1Y', '1h', 'PT1.5H', 'PT1S1M', 'P1W'])('refuses "%s"', (text) => {
    expect(() => durationMs(text)).toThrow('is no duration');
  });
});
