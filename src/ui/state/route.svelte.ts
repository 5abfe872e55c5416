import { scenarioNames } from '../scenarios/catalogue.js';
import { ownPlays, type OwnPlayName, type PlayName } from './play.js';

/** A place in the app: what the hash of the address says. */
export type Route = 'home' | PlayName | 'own-records' | 'own-sales' | 'kept-data' | 'broker';

const places: readonly Route[] = [
  'home',
  ...scenarioNames,
  ...(Object.keys(ownPlays) as OwnPlayName[]),
  'own-records',
  'own-sales',
  'kept-data',
  'broker',
];

/** The address that leads to `route`. */
export function hashOf(route: Route): string {
  if (route === 'home') return '#/';
  const isShort = ['own-records', 'own-sales', 'kept-data', 'broker'].includes(route) || route.startsWith('three-ways');
  return isShort ? `#/${route}` : `#/scenario/${route}`;
}

/** The place that a hash names; home for every other. Every play can also be named as `#/scenario/<name>`. */
export function routeOf(hash: string): Route {
  const name = hash.replace(/^#\/(scenario\/)?/, '');
  return places.find((route) => route === name) ?? 'home';
}

/** Follows the address of the page, so that reload and the back button work. */
export class Router {
  route = $state<Route>('home');

  constructor(private readonly page: Pick<Window, 'location' | 'addEventListener'>) {
    this.route = routeOf(page.location.hash);
    page.addEventListener('hashchange', () => (this.route = routeOf(page.location.hash)));
  }

  go(route: Route): void {
    this.page.location.hash = hashOf(route);
  }
}
