import type { StreamsCase } from './golden-case.js';
import type { Played } from './golden-player.js';

/** The changelog of a `suppress` gets what is in the buffer key by key, in Kafka in the order of a HashSet: that is none to follow. */
export function inKeyOrder(played: Played, { stores = {} }: StreamsCase): Played {
  if (played.internal === undefined) return played;
  const buffers = Object.entries(stores).flatMap(([name, { type }]) =>
    type === 'buffer' ? [`app-${name}-changelog`] : [],
  );
  const place = ([at, topic, key]: readonly unknown[]) => {
    const isBuffer = buffers.includes(topic as string);
    return `${String(at).padStart(6)} ${topic as string} ${isBuffer ? (key as string) : ''}`;
  };
  const internal = [...played.internal].sort((one, other) => {
    const [first, second] = [place(one), place(other)];
    return first < second ? -1 : first > second ? 1 : 0;
  });
  return { ...played, internal };
}
