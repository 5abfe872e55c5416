/** The topics of a request of which it names partitions: Kafka keeps requests by partition, so its answers have no others. */
export function topicsWithPartitions<
  Topic extends { readonly partitions: readonly unknown[] } | { readonly partitionData: readonly unknown[] },
>(topics: readonly Topic[]): Topic[] {
  return topics.filter((topic) => ('partitions' in topic ? topic.partitions : topic.partitionData).length > 0);
}
