/**
 * Resolves once every promise continuation that can run has run. Rejects with the reason of a promise that was rejected meanwhile and that nobody
 * handles.
 */
export function settle(): Promise<void> {
  return new Promise((resolve, reject) => {
    let unhandled: { readonly reason: unknown } | undefined;
    const notice = (reason: unknown) => (unhandled ??= { reason });
    process.on('unhandledRejection', notice);
    setImmediate(() => {
      process.off('unhandledRejection', notice);
      if (unhandled === undefined) resolve();
      else reject(unhandled.reason as Error);
    });
  });
}
