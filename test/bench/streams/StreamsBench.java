/*
 * The rival of `npm run bench -- streams`: the same topologies and input through Kafka Streams' own TopologyTestDriver, with its stores
 * in memory and without a cache.
 *
 *   java -cp CLASSPATH StreamsBench.java NAME ROUNDS
 *
 * Prints a JSON object: the CPU seconds of the thread for each round, and what came out, summed up, for both sides to agree on.
 */
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Properties;
import java.util.StringJoiner;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;

public class StreamsBench {
  static final Serde<String> TEXT = Serdes.String();

  record In(String topic, String key, String value, long timestamp) { }

  /** The same numbers as in streams-input.ts. */
  static class Numbers {
    int state = 42;
    int below(int limit) {
      state = state * 1_664_525 + 1_013_904_223;
      return (int) Math.floor((Integer.toUnsignedLong(state) / 4294967296.0) * limit);
    }
  }

  static In[] input(String name) {
    Numbers numbers = new Numbers();
    int count = switch (name) { case "streams-wordcount" -> 30_000; case "streams-join" -> 100_000; default -> 200_000; };
    In[] records = new In[count];
    for (int at = 0; at < count; at++) records[at] = record(name, numbers, at);
    return records;
  }

  static In record(String name, Numbers numbers, int at) {
    switch (name) {
      case "streams-wordcount": {
        StringJoiner words = new StringJoiner(" ");
        for (int i = 0; i < 8; i++) { int word = numbers.below(2000); words.add("word" + word * word / 2000); }
        return new In("in", "line" + at, words.toString(), at);
      }
      case "streams-window": {
        String key = "key" + numbers.below(500);
        return new In("in", key, "value", Math.max(0, at - numbers.below(500)));
      }
      case "streams-join": return new In(at % 2 == 0 ? "left" : "right", "key" + numbers.below(20), "value" + at % 100, at);
      default: return new In(at % 5 == 0 ? "right" : "left", "key" + numbers.below(1000), "value" + at % 100, at);
    }
  }

  static Topology topology(String name) {
    StreamsBuilder builder = new StreamsBuilder();
    Consumed<String, String> texts = Consumed.with(TEXT, TEXT);
    switch (name) {
      case "streams-wordcount" -> builder.stream("in", texts)
          .flatMapValues(line -> Arrays.asList(line.split(" ")))
          .groupBy((key, word) -> word, Grouped.with(TEXT, TEXT))
          .count(Materialized.as("counts"))
          .toStream().to("out", Produced.with(TEXT, Serdes.Long()));
      case "streams-window" -> builder.stream("in", texts)
          .groupByKey(Grouped.with(TEXT, TEXT))
          .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMillis(1000), Duration.ofMillis(500)))
          .count(Materialized.as("counts"))
          .toStream((windowed, count) -> windowed.key()).to("out", Produced.with(TEXT, Serdes.Long()));
      case "streams-join" -> builder.stream("left", texts)
          .join(builder.stream("right", texts), (left, right) -> left + "," + right,
              JoinWindows.ofTimeDifferenceAndGrace(Duration.ofMillis(50), Duration.ofMillis(10)), StreamJoined.with(TEXT, TEXT, TEXT))
          .to("out", Produced.with(TEXT, TEXT));
      default -> builder.stream("left", texts)
          .join(builder.table("right", texts, Materialized.as("rows")), (left, right) -> left + "," + right, Joined.with(TEXT, TEXT, TEXT))
          .to("out", Produced.with(TEXT, TEXT));
    }
    return builder.build();
  }

  static long sum;
  static int results;

  static double round(String name, In[] input, Serde<?> valueSerde) {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "bench");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
    config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    config.put(StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers.class);
    sum = 0;
    results = 0;
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (TopologyTestDriver driver = new TopologyTestDriver(topology(name), config, Instant.EPOCH)) {
      TestInputTopic<String, String> in = driver.createInputTopic("in", TEXT.serializer(), TEXT.serializer());
      TestInputTopic<String, String> left = driver.createInputTopic("left", TEXT.serializer(), TEXT.serializer());
      TestInputTopic<String, String> right = driver.createInputTopic("right", TEXT.serializer(), TEXT.serializer());
      TestOutputTopic<String, ?> out = driver.createOutputTopic("out", TEXT.deserializer(), valueSerde.deserializer());
      long began = threads.getCurrentThreadCpuTime();
      for (int at = 0; at < input.length; at++) {
        In record = input[at];
        TestInputTopic<String, String> topic = record.topic.equals("in") ? in : record.topic.equals("left") ? left : right;
        topic.pipeInput(record.key, record.value, record.timestamp);
        if (at % 1000 == 999) read(out);
      }
      read(out);
      return (threads.getCurrentThreadCpuTime() - began) / 1e9;
    }
  }

  static void read(TestOutputTopic<String, ?> out) {
    while (!out.isEmpty()) {
      Object value = out.readKeyValue().value;
      sum += value instanceof Long count ? count : ((String) value).length();
      results++;
    }
  }

  public static void main(String[] args) {
    String name = args[0];
    In[] input = input(name);
    Serde<?> valueSerde = name.equals("streams-wordcount") || name.equals("streams-window") ? Serdes.Long() : TEXT;
    StringJoiner seconds = new StringJoiner(",", "[", "]");
    for (int i = 0; i < Integer.parseInt(args[1]); i++) seconds.add(String.valueOf(round(name, input, valueSerde)));
    System.out.println("{\"seconds\":" + seconds + ",\"results\":" + results + ",\"sum\":" + sum + "}");
  }
}
