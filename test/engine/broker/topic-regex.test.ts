import { describe, expect, it } from 'vitest';
import { loadRegexEngine } from '../../../src/engine/broker/topic-regex.js';

const engine = await loadRegexEngine();

describe('regular expressions of groups are those of RE2', () => {
  it('match whole names', () => {
    expect(engine.matching('orders', ['orders', 'orders-2', 'my-orders'])).toEqual(['orders']);
    expect(engine.matching('orders.*|pay[a-z]+', ['orders-2', 'payments', 'pay'])).toEqual(['orders-2', 'payments']);
  });

  it.each([
    ['(', 'missing closing )'],
    [')', 'regexp/syntax: internal error'],
    ['a**', 'invalid nested repetition operator'],
    ['[z-a]', 'invalid character class range'],
    ['(?=a)', 'invalid or unsupported Perl syntax'],
    ['\\1', 'invalid escape sequence'],
  ])('%s is none: %s', (regex, error) => {
    expect(engine.error(regex)).toBe(error);
    expect(engine.matching(regex, ['a'])).toEqual([]);
  });

  it('takes no longer for a name that does not match', () => {
    expect(engine.matching('(a+)+b', ['a'.repeat(249)])).toEqual([]);
  });
});
