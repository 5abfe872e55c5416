import { expect, test } from 'vitest';
import { hashOf, Router, routeOf, type Route } from '../../../src/ui/state/route.svelte.js';

test('every place has an address that leads to it, and any other address leads home', () => {
  for (const route of [
    'home',
    'three-ways',
    'three-ways/own',
    'retention',
    'compaction',
    'own-records',
    'own-sales',
    'retail-desk/own',
    'kept-data',
  ] satisfies Route[])
    expect(routeOf(hashOf(route))).toBe(route);
  expect(routeOf('#/scenario/retention')).toBe('retention');
  expect(routeOf('#/scenario/three-ways')).toBe('three-ways');
  expect(routeOf('')).toBe('home');
  expect(routeOf('#/nowhere')).toBe('home');
});

test('the router follows the address', () => {
  let changed = (): void => undefined;
  const page = {
    location: { hash: '#/own-records' },
    addEventListener: (_: string, listener: () => void) => void (changed = listener),
  };
  const router = new Router(page as unknown as Window);
  expect(router.route).toBe('own-records');
  page.location.hash = '#/three-ways';
  changed();
  expect(router.route).toBe('three-ways');
  router.go('home');
  expect(page.location.hash).toBe('#/');
});
