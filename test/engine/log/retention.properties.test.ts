import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf, openOrders, tracedEnvironment } from './log-builder.js';

const retentionMs = 1000;
const retentionBytes = 400;

type Command =
  | { readonly does: 'append'; readonly aheadMs: number; readonly length: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'retention' }
  | { readonly does: 'delete-records'; readonly place: number };

/** Times are multiples of a quarter of the retention: then what is exactly as old as it may be is common. */
const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Command>[]>(
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant('append'),
        aheadMs: fc.integer({ min: -8, max: 8 }).map((steps) => steps * 250),
        length: fc.nat({ max: 60 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.nat({ max: 4 }).map((steps) => steps * 250) }),
    },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('retention') }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('delete-records'), place: fc.nat({ max: 100 }) }) },
  ),
  { maxLength: 50, size: 'max' },
);

describe('retention', () => {
  it.each([
    ['by time', { retentionMs, retentionBytes: -1 }],
    ['by size', { retentionMs: -1, retentionBytes }],
    ['by both', { retentionMs, retentionBytes }],
  ])('RET-1 to RET-5 hold %s for all sequences of appends, pauses and passes', async (_, config) => {
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        let now = 1_000_000;
        const log = await openOrders({
          environment: tracedEnvironment({ now: () => now }),
          config: { ...config, segmentBytes: 250, fileDeleteDelayMs: 0 },
        });
        for (const command of sequence) {
          const start = log.logStartOffset;
          if (command.does === 'wait') now += command.ms;
          else if (command.does === 'append')
            await log.append(batchOf(['x'.repeat(command.length)], now + command.aheadMs), { durability: 'relaxed' })
              .durable;
          else if (command.does === 'delete-records') {
            const wanted = start + Math.round(((log.highWatermark - start) * command.place) / 100);
            await log.deleteRecords(wanted);
            expect(log.logStartOffset, 'RET-4').toBe(Math.max(wanted, start));
          } else {
            const before = log.segments.map(({ baseOffset, size, nextOffset, retentionTimestamp }) => ({
              baseOffset,
              size,
              nextOffset,
              retentionTimestamp,
            }));
            const sizeBefore = log.size;
            await log.deleteOldSegments().durable;
            const left = new Set(log.segments.map(({ baseOffset }) => baseOffset));
            const gone = before.filter(({ baseOffset }) => !left.has(baseOffset));
            let size = sizeBefore;
            for (const segment of gone) {
              const isBelow = segment.nextOffset <= start;
              const isOld = config.retentionMs >= 0 && now - segment.retentionTimestamp > config.retentionMs;
              size -= segment.size;
              const isSurplus = config.retentionBytes >= 0 && size >= config.retentionBytes;
              expect(isBelow || isOld || isSurplus, 'RET-1, RET-2: a segment went for no reason').toBe(true);
              expect(segment.nextOffset, 'RET-5').toBeLessThanOrEqual(log.highWatermark);
            }
            const first = log.segments[0];
            const isAlone = log.segments.length === 1 && first?.size === 0;
            if (config.retentionMs >= 0 && first !== undefined && !isAlone)
              expect(now - first.retentionTimestamp, 'RET-1: the oldest segment is not too old').toBeLessThanOrEqual(
                config.retentionMs,
              );
          }
          expect(log.logStartOffset, 'RET-3').toBeGreaterThanOrEqual(start);
          if (log.logStartOffset > 0)
            await expect(log.read(log.logStartOffset - 1, 1000), 'RET-3').rejects.toMatchObject({
              code: 'OFFSET_OUT_OF_RANGE',
            });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('RET-6 a clock that steps back removes nothing, one that leaps ahead only what is old by then', async () => {
    let now = 1_000_000;
    const log = await openOrders({
      environment: tracedEnvironment({ now: () => now }),
      config: { retentionMs, segmentBytes: 250 },
    });
    await log.append(batchOf(['old'], now), { durability: 'relaxed' }).durable;
    now -= 3_600_000;
    expect(log.deleteOldSegments().count).toBe(0);
    now += 3_600_000 + 10 * 365 * 86_400_000;
    await log.append(batchOf(['x'.repeat(180)], now), { durability: 'relaxed' }).durable;
    await log.deleteOldSegments().durable;
    expect([log.logStartOffset, log.logEndOffset]).toEqual([1, 2]);
  });
});
