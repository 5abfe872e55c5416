import type { TimeWindowedKStream } from '../../streams/dsl/time-windowed-kstream.js';
import type { SessionWindowedKStream } from '../../streams/dsl/session-windowed-kstream.js';
import type { KGroupedStream } from '../../streams/dsl/kgrouped-stream.js';
import type { KTable } from '../../streams/dsl/ktable.js';
import { StreamsBuilder } from '../../streams/dsl/streams-builder.js';
import { BufferConfig, Suppressed } from '../../streams/dsl/suppressed.js';
import { SessionWindows } from '../../streams/dsl/window/session-windows.js';
import { SlidingWindows } from '../../streams/dsl/window/sliding-windows.js';
import { TimeWindows } from '../../streams/dsl/window/time-windows.js';
import { Serdes } from '../../streams/serdes.js';
import type { Windowed } from '../../streams/state/state-store.js';
import type { WindowCountProgram } from '../streams-run-spec.js';
import type { StreamsCode } from './streams-code.js';

const text = Serdes.string;
const node = 'count';
const store = 'counts';

/** Scenario 20: how many clicks each key had in each window of event time. */
export function windowCount(program: WindowCountProgram): StreamsCode {
  const { emits } = program;
  const builder = new StreamsBuilder();
  const clicks = builder.stream<string, string>('clicks', { key: text, value: text, name: 'clicks' }).groupByKey();
  const counted = windowed(clicks, program).count({ as: store, name: node, key: text });
  const told =
    emits === 'final'
      ? counted.suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()), { name: 'suppress' })
      : counted;
  tell(told, program);
  return {
    topology: builder.build(),
    stores: {
      [store]: { key: text, value: Serdes.safeLong },
      'suppress-store': { key: text, value: Serdes.safeLong },
    },
  };
}

type Counting =
  Pick<TimeWindowedKStream<string, string>, 'count'> | Pick<SessionWindowedKStream<string, string>, 'count'>;

function windowed(
  clicks: KGroupedStream<string, string>,
  { window, sizeMs, advanceMs, graceMs }: WindowCountProgram,
): Counting {
  switch (window) {
    case 'tumbling':
      return clicks.windowedBy(TimeWindows.ofSizeAndGrace(sizeMs, graceMs));
    case 'hopping':
      return clicks.windowedBy(TimeWindows.ofSizeAndGrace(sizeMs, graceMs).advanceBy(advanceMs));
    case 'sliding':
      return clicks.windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(sizeMs, graceMs));
    case 'session':
      return clicks.windowedBy(SessionWindows.ofInactivityGapAndGrace(sizeMs, graceMs));
  }
}

function tell(counts: KTable<Windowed<string>, number>, { window, sizeMs }: WindowCountProgram): void {
  const key = window === 'session' ? Serdes.sessionWindowed(text) : Serdes.windowed(text, sizeMs);
  counts.toStream({ name: 'to-stream' }).to('counts', { key, value: Serdes.safeLong, name: 'counts' });
}
