import type { StreamsCase } from './golden-case.js';
import type { Played } from './golden-player.js';

/** What caches do on purpose where Kafka's do something else: a row of Differences from Kafka. */
export const purposefulDifferences: Readonly<Record<string, (expected: Played, recorded: StreamsCase) => Played>> = {
  // A cache of Kafka's shows windows and sessions that its store has let expire, for as long as they are in it.
  'cache-windows': withoutExpired,
  'cache-sessions': withoutExpired,
  'cache-emit-close': withoutExpired,
  'random-33': withoutExpired,
};

interface StoreRows {
  readonly type: string;
  readonly entries?: readonly { readonly key: { readonly start: number; readonly end: number } }[];
}

const additionalRetentionMs = 86_400_000;

function withoutExpired(expected: Played, { stores = {}, internalTopics = [] }: StreamsCase): Played {
  const live = Object.entries(stores as Record<string, StoreRows>).map(([name, { type, entries = [] }]) => {
    const config = internalTopics.find((topic) => topic.name === `app-${name}-changelog`)?.config;
    const retentionMs = Number(config?.['retention.ms']) - additionalRetentionMs;
    const timeOf = ({ key }: (typeof entries)[number]) => (type === 'session' ? key.end : key.start);
    const streamTime = Math.max(...entries.map(timeOf));
    return [name, { type, entries: entries.filter((entry) => timeOf(entry) > streamTime - retentionMs) }];
  });
  return { ...expected, stores: Object.fromEntries(live) as Played['stores'] };
}

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
