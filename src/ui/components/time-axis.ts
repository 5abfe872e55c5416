/** The part of the run that an axis shows, and where its moments lie in pixels. */
export interface TimeScale {
  readonly fromMs: number;
  readonly toMs: number;
  readonly x0: number;
  readonly x1: number;
}

/** Where the head stands once the axis slides. */
const headShare = 0.75;

/** Which part of the run is shown: from 0, until the head would pass three quarters; then time slides under it, if the run is longer than the axis. */
export function axisWindow(options: {
  readonly axisMs: number;
  readonly headMs: number;
  /** When the run ends, if that may be known. */
  readonly runEndMs?: number;
}): { readonly fromMs: number; readonly toMs: number } {
  const { axisMs, headMs, runEndMs } = options;
  const isFixed = runEndMs !== undefined && runEndMs <= axisMs;
  const fromMs = isFixed ? 0 : Math.max(0, headMs - headShare * axisMs);
  return { fromMs, toMs: fromMs + axisMs };
}

/** Where a moment lies; beyond the ends of the axis it goes on. */
export function xAt(scale: TimeScale, ms: number): number {
  return scale.x0 + ((ms - scale.fromMs) / (scale.toMs - scale.fromMs)) * (scale.x1 - scale.x0);
}

/** The moment that lies at a place. */
export function msAt(scale: TimeScale, x: number): number {
  return scale.fromMs + ((x - scale.x0) / (scale.x1 - scale.x0)) * (scale.toMs - scale.fromMs);
}

export function pixelsPerMs(scale: TimeScale): number {
  return (scale.x1 - scale.x0) / (scale.toMs - scale.fromMs);
}

/** The marks of an axis: at round times, at least `minPixels` from one to the next. */
export function axisMarks(scale: TimeScale, minPixels: number): readonly number[] {
  const wanted = minPixels / pixelsPerMs(scale);
  const step = roundSteps.find((candidate) => candidate >= wanted) ?? Math.ceil(wanted / 3_600_000) * 3_600_000;
  const marks: number[] = [];
  for (let at = Math.ceil(scale.fromMs / step) * step; at <= scale.toMs + 1e-6; at += step) marks.push(at);
  return marks;
}

const roundSteps = [
  100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
];
