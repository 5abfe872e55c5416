/** Whether V8's flag has another value than it begins with. */
let isSmall = false;

/**
 * Has V8 throw away soon what lives shortly: else the young part of the heap grows to 32 MB, and holds on to many times as many bytes of records that nobody needs any more. V8 looks at
 * the flag each time when that part is to grow.
 */
export function keepYoungSmall(): void {
  isSmall = true;
  setGrowth(1);
  // Node 22 stores what is compiled when it ends.
  process.on('exit', () => setGrowth(usualGrowth));
}

/** Does something while V8's flags are those of a process that starts: it takes stored code only if that was compiled with the same ones. */
export function withUsualFlags<Value>(task: () => Value): Value {
  if (!isSmall) return task();
  setGrowth(usualGrowth);
  try {
    return task();
  } finally {
    setGrowth(1);
  }
}

const usualGrowth = 2;

function setGrowth(factor: number): void {
  process.getBuiltinModule('node:v8').setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
