import { StreamsError } from '../../streams-error.js';
import type { TopologyConfig } from './build-target.js';

const optimizations = ['reuse.ktable.source.topics', 'merge.repartition.topics', 'single.store.self.join'] as const;

type Optimization = (typeof optimizations)[number];

/**
 * The optimizations that `topology.optimization` asks for.
 * @throws StreamsError if it asks for another
 */
export function optimizationsOf(config: TopologyConfig): ReadonlySet<Optimization> {
  const asked = (config['topology.optimization'] ?? 'none').split(',').map((part) => part.trim());
  if (asked.length === 1 && asked[0] === 'none') return new Set();
  if (asked.length === 1 && asked[0] === 'all') return new Set(optimizations);
  return new Set(
    asked.map((name) => {
      const known = optimizations.find((optimization) => optimization === name);
      if (known !== undefined) return known;
      throw new StreamsError(
        'IllegalArgumentException',
        `'${name}' is no optimization of topology.optimization: expected 'none', 'all', or some of ${optimizations.join(', ')}`,
      );
    }),
  );
}
