const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

let unhandled: Error | undefined;
globalThis.addEventListener('unhandledrejection', ({ reason }: { readonly reason: unknown }) => {
  unhandled ??= reason instanceof Error ? reason : new Error(String(reason));
});

/**
 * Resolves once every promise continuation that can run has run. Rejects with the reason of a promise that was rejected and that nobody handles;
 * browsers tell of those a little later, so that it may be the settle after.
 */
export function settle(): Promise<void> {
  return new Promise((resolve, reject) => {
    waiting.push(() => {
      const found = unhandled;
      unhandled = undefined;
      if (found === undefined) resolve();
      else reject(found);
    });
    channel.port2.postMessage(undefined);
  });
}
