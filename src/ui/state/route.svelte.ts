/** A place in the app: what the hash of the address says. */
export type Route = 'home' | 'three-ways' | 'three-ways/own' | 'retention' | 'compaction' | 'own-records';

const hashes: Readonly<Record<Route, string>> = {
  home: '#/',
  'three-ways': '#/three-ways',
  'three-ways/own': '#/three-ways/own',
  retention: '#/scenario/retention',
  compaction: '#/scenario/compaction',
  'own-records': '#/own-records',
};

/** The address that leads to `route`. */
export function hashOf(route: Route): string {
  return hashes[route];
}

/** The place that a hash names; home for every other. Every play can also be named as `#/scenario/<name>`. */
export function routeOf(hash: string): Route {
  const plain = hash.replace(/^#\/scenario\//, '#/');
  const found = (Object.keys(hashes) as Route[]).find(
    (route) => hashes[route].replace(/^#\/scenario\//, '#/') === plain,
  );
  return found ?? 'home';
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
