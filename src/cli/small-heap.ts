/** What V8 is told of its heap: by how much the young part grows, and in percent by how much the old part may before it is collected again (0: as V8 thinks best). */
interface Growth {
  readonly factor: number;
  readonly percent: number;
}

/** As a process starts. */
const usual: Growth = { factor: 2, percent: 0 };
/** While the young part may grow once more. */
const growing: Growth = { factor: 3, percent: 25 };
const grown: Growth = { factor: 1, percent: 25 };
let present = usual;

/** When a broker has started the young heap has 2 MiB in each of its halves. */
const grownBytes = 2 * growing.factor * 2 * 1024 * 1024;
const growsAfterMs = 500;

/**
 * Has V8 throw away soon what is needed no more: else the young part of the heap grows to 32 MB, and the old one to a multiple of what lives in it, and both hold on to many times as many
 * bytes of records. As small as the young part is at the start it would be swept once in some fifty requests, which then wait; so it grows once. V8 looks at its flags each time when
 * something is to grow.
 */
export function keepHeapSmall(): void {
  setGrowth(grown);
  setTimeout(growOnce, growsAfterMs).unref();
  // Node 22 stores what is compiled when it ends.
  process.on('exit', () => setGrowth(usual));
}

/** Does something while V8's flags are those of a process that starts: it takes stored code only if that was compiled with the same ones. */
export function withUsualFlags<Value>(task: () => Value): Value {
  const before = present;
  setGrowth(usual);
  try {
    return task();
  } finally {
    setGrowth(before);
  }
}

function growOnce(): void {
  const { PerformanceObserver } = process.getBuiltinModule('node:perf_hooks');
  setGrowth(growing);
  new PerformanceObserver((_, sweeps) => {
    if (youngBytes() < grownBytes) return;
    sweeps.disconnect();
    setGrowth(grown);
  }).observe({ entryTypes: ['gc'] });
}

/** What both halves take. */
function youngBytes(): number {
  const spaces = process.getBuiltinModule('node:v8').getHeapSpaceStatistics();
  return spaces.find(({ space_name: name }) => name === 'new_space')?.space_size ?? Infinity;
}

function setGrowth(growth: Growth): void {
  present = growth;
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  setFlagsFromString(`--semi-space-growth-factor=${growth.factor}`);
  setFlagsFromString(`--heap-growing-percent=${growth.percent}`);
}
