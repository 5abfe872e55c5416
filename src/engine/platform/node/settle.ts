/**
 * Resolves once every promise continuation that can run has run. Rejects with the reason of a promise that was rejected meanwhile and that nobody
 * handles.
 */
export function settle(): Promise<void> {
  return new Promise((resolve, reject) => {
    let unhandled: Error | undefined;
    const notice = (reason: unknown): void => {
      unhandled ??= reason instanceof Error ? reason : new Error(String(reason));
    };
    process.on('unhandledRejection', notice);
    setImmediate(() => {
      process.off('unhandledRejection', notice);
      if (unhandled === undefined) resolve();
      else reject(unhandled);
    });
  });
}
