import {
  BufferConfig,
  defineTopology,
  minutes,
  seconds,
  Serdes,
  Suppressed,
  TimeWindows,
} from '../../../../src/entry/streams.js';

interface View {
  page: string;
  at: number;
}

const views = { key: Serdes.windowed(Serdes.string, minutes(1)), value: Serdes.safeLong };

export default defineTopology((builder) => {
  const counts = builder
    .stream('page-views', { key: Serdes.string, value: Serdes.json<View>(), timestamp: ({ value }) => value?.at ?? -1 })
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeAndGrace(minutes(1), seconds(30)))
    .lateTo('page-views-late')
    .count({ as: 'views-per-minute', retention: minutes(10) });
  counts.toStream().to('views-updates', views);
  counts
    .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()), { name: 'final-views' })
    .toStream()
    .to('views-final', views);
});
