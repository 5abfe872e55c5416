/**
 * Calls `asleep` just before the browser freezes this page or keeps it aside for the way back, and `awake` when it goes on, until the function that this returns is called. A page that
 * dies instead is told nothing.
 */
export function watchSleep(asleep: () => void, awake: () => void): () => void {
  if (!('document' in globalThis)) return () => {};
  const ended = new AbortController();
  const { signal } = ended;
  const ifKept = (listener: () => void) => (event: PageTransitionEvent) => {
    if (event.persisted) listener();
  };
  document.addEventListener('freeze', asleep, { signal });
  document.addEventListener('resume', awake, { signal });
  addEventListener('pagehide', ifKept(asleep), { signal });
  addEventListener('pageshow', ifKept(awake), { signal });
  return () => ended.abort();
}
