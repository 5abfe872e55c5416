const cacheName = 'partita-stores';

/**
 * Which store a log has: its incarnation, kept in the Cache API, where an IndexedDB that is lost does not take it along. It tells a log whose store is gone from one that has
 * never had any. Where there is no Cache API, or it fails, nothing is remembered.
 */
export async function rememberedStore(log: string): Promise<string | undefined> {
  try {
    const mark = await (await caches.open(cacheName)).match(addressOf(log));
    return await mark?.text();
  } catch {
    return undefined;
  }
}

/** From now on the log has the store with this incarnation. */
export async function rememberStore(log: string, incarnation: string): Promise<void> {
  try {
    const marks = await caches.open(cacheName);
    await marks.put(addressOf(log), new Response(incarnation));
  } catch {
    // The page remembers it too.
  }
}

/** Nothing is ever asked for there: entries of a cache have addresses. */
function addressOf(log: string): URL {
  return new URL(`/partita-store/${encodeURIComponent(log)}`, globalThis.location.origin);
}
