// Imported before a worker: a browser that has none.
Object.defineProperty(globalThis, 'indexedDB', { value: undefined });
