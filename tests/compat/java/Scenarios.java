import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What Java programs do with Kafka's own clients. Prints one line of JSON for each scenario. */
public final class Scenarios {
    private interface Scenario {
        void run() throws Exception;
    }

    private final String address;
    private int counter;

    private Scenarios(String address) {
        this.address = address;
    }

    public static void main(String[] args) {
        Scenarios scenarios = new Scenarios(args[0]);
        scenarios.all().forEach((name, scenario) -> {
            if (args.length > 1 && List.of(args).subList(1, args.length).stream().noneMatch(name::contains)) return;
            long started = System.currentTimeMillis();
            String failure = null;
            try {
                scenario.run();
            } catch (Throwable error) {
                failure = describe(error);
            }
            long ms = System.currentTimeMillis() - started;
            String detail = failure == null ? "" : ",\"detail\":" + quote(failure);
            System.out.println("{\"name\":" + quote(name) + ",\"verdict\":\""
                + (failure == null ? "passed" : "failed") + "\",\"ms\":" + ms + detail + "}");
        });
        System.exit(0);
    }

    private Map<String, Scenario> all() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("admin: topics are created, described, grown, listed and deleted", this::topics);
        all.put("admin: a topic that exists, one that does not, and a setting that is wrong are errors", this::errors);
        all.put("admin: settings with their synonyms, sources and documentation", this::configs);
        all.put("admin: offsets of every kind, and records are deleted", this::offsets);
        all.put("admin: cluster, log directories, features", this::cluster);
        all.put("admin: groups and their offsets", this::groups);
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd"))
            all.put("producer and consumer with compression " + codec, () -> roundTrip(Map.of("compression.type", codec)));
        for (String acks : List.of("0", "1", "all"))
            all.put("producer with acks=" + acks, () -> roundTrip(Map.of("acks", acks, "enable.idempotence", "false")));
        all.put("idempotent producer with five requests in flight", this::idempotent);
        all.put("headers, null keys, tombstones and timestamps", this::shapes);
        all.put("a record above max.message.bytes fails alone", this::tooLarge);
        for (String assignor : List.of("Range", "RoundRobin", "Sticky", "CooperativeSticky"))
            all.put("rebalance with " + assignor + "Assignor", () -> rebalance(assignor));
        all.put("static members keep their partitions over a restart", this::staticMember);
        all.put("commit, seek, position, committed, endOffsets, offsetsForTimes", this::positions);
        all.put("a subscription by pattern finds a topic that comes later", this::pattern);
        all.put("auto.offset.reset=none is an error, an offset out of range resets", this::reset);
        all.put("a member is removed by the admin", this::removeMember);
        return all;
    }

    private void topics() throws Exception {
        try (Admin admin = admin()) {
            String topic = unique();
            NewTopic wanted = new NewTopic(topic, Optional.of(3), Optional.empty()).configs(Map.of("retention.ms", "777"));
            var created = admin.createTopics(List.of(wanted));
            check(created.numPartitions(topic).get() == 3, "partitions in the answer");
            check(created.config(topic).get().get("retention.ms").value().equals("777"), "setting in the answer");
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
            var described = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
            check(described.partitions().size() == 5, "five partitions, not " + described.partitions().size());
            check(described.topicId().equals(created.topicId(topic).get()), "one topic id");
            check(admin.listTopics().names().get().contains(topic), "listed");
            admin.deleteTopics(org.apache.kafka.common.TopicCollection.ofTopicIds(List.of(described.topicId()))).all().get();
            check(!admin.listTopics().names().get().contains(topic), "gone");
            String assigned = unique();
            int broker = admin.describeCluster().nodes().get().iterator().next().id();
            admin.createTopics(List.of(new NewTopic(assigned, Map.of(0, List.of(broker), 1, List.of(broker))))).all().get();
            check(admin.describeTopics(List.of(assigned)).allTopicNames().get().get(assigned).partitions().size() == 2, "assigned");
        }
    }

    private void errors() throws Exception {
        try (Admin admin = admin()) {
            String topic = create(1);
            expect(TopicExistsException.class, admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all());
            expect(UnknownTopicOrPartitionException.class, admin.describeTopics(List.of(unique())).allTopicNames());
            NewTopic bad = new NewTopic(unique(), 1, (short) 1).configs(Map.of("no.such.setting", "1"));
            expect(InvalidConfigurationException.class, admin.createTopics(List.of(bad)).all());
            var dry = new org.apache.kafka.clients.admin.CreateTopicsOptions().validateOnly(true);
            String only = unique();
            admin.createTopics(List.of(new NewTopic(only, 1, (short) 1)), dry).all().get();
            check(!admin.listTopics().names().get().contains(only), "validateOnly creates nothing");
        }
    }

    private void configs() throws Exception {
        try (Admin admin = admin()) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, create(1));
            alter(admin, resource, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
            check(value(admin, resource, "cleanup.policy").value().contains("compact"), "appended");
            alter(admin, resource, "cleanup.policy", "compact", AlterConfigOp.OpType.SUBTRACT);
            check(value(admin, resource, "cleanup.policy").value().equals("delete"), "subtracted");
            alter(admin, resource, "retention.ms", "1000", AlterConfigOp.OpType.SET);
            ConfigEntry entry = value(admin, resource, "retention.ms");
            check(entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, "source " + entry.source());
            check(entry.type() == ConfigEntry.ConfigType.LONG, "type " + entry.type());
            check(entry.documentation() != null && entry.documentation().length() > 10, "documentation");
            check(entry.synonyms().get(0).value().equals("1000"), "synonyms " + entry.synonyms());
            alter(admin, resource, "retention.ms", "", AlterConfigOp.OpType.DELETE);
            check(value(admin, resource, "retention.ms").isDefault(), "reset to the default");
            expect(InvalidConfigurationException.class, admin.incrementalAlterConfigs(
                Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "soon"), AlterConfigOp.OpType.SET)))).all());
        }
    }

    private void offsets() throws Exception {
        String topic = create(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        long now = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer = producer(Map.of()); Admin admin = admin()) {
            for (int i = 0; i < 10; i++)
                producer.send(new ProducerRecord<>(topic, 0, now + (i == 6 ? 100 : i), "k", "v" + i)).get();
            check(offset(admin, partition, OffsetSpec.earliest()).offset() == 0, "earliest");
            check(offset(admin, partition, OffsetSpec.latest()).offset() == 10, "latest");
            check(offset(admin, partition, OffsetSpec.forTimestamp(now + 3)).offset() == 3, "by time");
            check(offset(admin, partition, OffsetSpec.maxTimestamp()).offset() == 6, "greatest time");
            check(offset(admin, partition, OffsetSpec.forTimestamp(now + 5000)).offset() == -1, "after the end");
            var deleted = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4))).all();
            deleted.get();
            check(offset(admin, partition, OffsetSpec.earliest()).offset() == 4, "log start");
        }
    }

    private void cluster() throws Exception {
        try (Admin admin = admin()) {
            var cluster = admin.describeCluster();
            check(cluster.nodes().get().size() == 1, "one broker");
            check(!cluster.clusterId().get().isEmpty(), "cluster id");
            check(cluster.controller().get() != null, "controller");
            int broker = cluster.nodes().get().iterator().next().id();
            var directories = admin.describeLogDirs(List.of(broker)).allDescriptions().get().get(broker);
            check(!directories.isEmpty(), "a log directory");
            admin.describeFeatures().featureMetadata().get();
            check(!admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.BROKER, "" + broker))).all().get()
                .values().iterator().next().entries().isEmpty(), "settings of the broker");
        }
    }

    private void groups() throws Exception {
        String topic = create(2);
        String group = unique();
        fill(topic, 20);
        try (Admin admin = admin()) {
            try (KafkaConsumer<String, String> consumer = consumer(group, Map.of())) {
                consumer.subscribe(List.of(topic));
                read(consumer, 20);
                consumer.commitSync();
                var description = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
                check(description.members().size() == 1, "one member");
                check(description.partitionAssignor().equals("range"), "assignor " + description.partitionAssignor());
                expect(GroupNotEmptyException.class, admin.deleteConsumerGroups(List.of(group)).all());
            }
            var offsets = admin.listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec())).all().get().get(group);
            check(offsets.values().stream().mapToLong(OffsetAndMetadata::offset).sum() == 20, "committed " + offsets);
            TopicPartition first = new TopicPartition(topic, 0);
            admin.alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(1, "by the admin"))).all().get();
            var altered = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(first);
            check(altered.offset() == 1 && altered.metadata().equals("by the admin"), "altered " + altered);
            admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
            check(admin.listGroups().all().get().stream().anyMatch(it -> it.groupId().equals(group)), "listed");
            admin.deleteConsumerGroups(List.of(group)).all().get();
            check(admin.listGroups().all().get().stream().noneMatch(it -> it.groupId().equals(group)), "gone");
        }
    }

    private void roundTrip(Map<String, String> settings) throws Exception {
        String topic = create(3);
        try (KafkaProducer<String, String> producer = producer(settings)) {
            for (int i = 0; i < 1000; i++) producer.send(new ProducerRecord<>(topic, "key " + i % 7, "value " + i));
        }
        Map<String, Integer> last = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = consumer(unique(), Map.of())) {
            consumer.subscribe(List.of(topic));
            for (ConsumerRecord<String, String> record : read(consumer, 1000)) {
                int number = Integer.parseInt(record.value().substring(6));
                check(last.getOrDefault(record.key(), -1) < number, "the order of " + record.key());
                last.put(record.key(), number);
            }
        }
    }

    private void idempotent() throws Exception {
        String topic = create(1);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        Map<String, String> settings = Map.of("enable.idempotence", "true", "batch.size", "200", "linger.ms", "0");
        try (KafkaProducer<String, String> producer = producer(settings)) {
            for (int i = 0; i < 5000; i++) sent.add(producer.send(new ProducerRecord<>(topic, "k", "" + i)));
        }
        for (int i = 0; i < sent.size(); i++) check(sent.get(i).get().offset() == i, "offset of " + i);
    }

    private void shapes() throws Exception {
        String topic = create(1);
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            ProducerRecord<String, String> full = new ProducerRecord<>(topic, 0, 1234567L, "key", "value");
            full.headers().add("a", new byte[] {1}).add("b", null).add("a", new byte[] {2});
            producer.send(full).get();
            producer.send(new ProducerRecord<String, String>(topic, "no key")).get();
            producer.send(new ProducerRecord<String, String>(topic, "gone", null)).get();
        }
        try (KafkaConsumer<String, String> consumer = consumer(unique(), Map.of())) {
            consumer.subscribe(List.of(topic));
            var got = read(consumer, 3);
            check(got.get(0).timestamp() == 1234567L, "timestamp");
            check(got.get(0).headers().toArray().length == 3, "headers");
            check(got.get(0).headers().lastHeader("b").value() == null, "a header without a value");
            check(got.get(1).key() == null && got.get(2).value() == null, "nulls");
            check(got.get(0).leaderEpoch().isPresent(), "leader epoch");
        }
    }

    private void tooLarge() throws Exception {
        String topic = create(2);
        try (KafkaProducer<String, String> producer = producer(Map.of("max.request.size", "5000000", "buffer.memory", "9000000"))) {
            Future<RecordMetadata> large = producer.send(new ProducerRecord<>(topic, 0, "k", "x".repeat(2_000_000)));
            Future<RecordMetadata> small = producer.send(new ProducerRecord<>(topic, 1, "k", "small"));
            expect(RecordTooLargeException.class, large);
            check(small.get().offset() == 0, "the other partition");
        }
    }

    private void rebalance(String assignor) throws Exception {
        String topic = create(6);
        String group = unique();
        fill(topic, 60);
        Map<String, String> settings = Map.of("partition.assignment.strategy",
            "org.apache.kafka.clients.consumer." + assignor + "Assignor", "heartbeat.interval.ms", "200");
        Set<TopicPartition> revoked = new HashSet<>();
        try (KafkaConsumer<String, String> one = consumer(group, settings)) {
            one.subscribe(List.of(topic), listener(revoked));
            read(one, 60);
            one.commitSync();
            KafkaConsumer<String, String> two = consumer(group, settings);
            two.subscribe(List.of(topic));
            pollUntil("both have three partitions", () -> {
                one.poll(Duration.ofMillis(50));
                two.poll(Duration.ofMillis(50));
                return one.assignment().size() == 3 && two.assignment().size() == 3;
            });
            boolean cooperative = assignor.equals("CooperativeSticky");
            check(revoked.size() == (cooperative ? 3 : 6), revoked.size() + " partitions were revoked");
            two.close();
            pollUntil("one has all again", () -> {
                one.poll(Duration.ofMillis(50));
                return one.assignment().size() == 6;
            });
            fill(topic, 30);
            read(one, 30);
        }
    }

    private void staticMember() throws Exception {
        String topic = create(4);
        String group = unique();
        Map<String, String> first = Map.of("group.instance.id", "first", "heartbeat.interval.ms", "200");
        Map<String, String> second = Map.of("group.instance.id", "second", "heartbeat.interval.ms", "200");
        Set<TopicPartition> revoked = new HashSet<>();
        try (KafkaConsumer<String, String> stays = consumer(group, first)) {
            KafkaConsumer<String, String> restarts = consumer(group, second);
            stays.subscribe(List.of(topic), listener(revoked));
            restarts.subscribe(List.of(topic));
            pollUntil("two each", () -> {
                stays.poll(Duration.ofMillis(50));
                restarts.poll(Duration.ofMillis(50));
                return stays.assignment().size() == 2 && restarts.assignment().size() == 2;
            });
            Set<TopicPartition> before = Set.copyOf(restarts.assignment());
            revoked.clear();
            restarts.close();
            try (KafkaConsumer<String, String> again = consumer(group, second)) {
                again.subscribe(List.of(topic));
                pollUntil("its partitions are back", () -> {
                    stays.poll(Duration.ofMillis(50));
                    again.poll(Duration.ofMillis(50));
                    return again.assignment().size() == 2;
                });
                check(again.assignment().equals(before), "the same partitions");
                check(revoked.isEmpty(), "no rebalance for the other");
            }
        }
    }

    private void positions() throws Exception {
        String topic = create(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        long before = System.currentTimeMillis();
        fill(topic, 30);
        try (KafkaConsumer<String, String> consumer = consumer(unique(), Map.of("max.poll.records", "10"))) {
            consumer.assign(List.of(partition));
            check(consumer.endOffsets(List.of(partition)).get(partition) == 30, "end");
            check(consumer.beginningOffsets(List.of(partition)).get(partition) == 0, "beginning");
            check(consumer.offsetsForTimes(Map.of(partition, before)).get(partition).offset() == 0, "by time");
            check(consumer.committed(Set.of(partition)).get(partition) == null, "nothing committed");
            read(consumer, 10);
            check(consumer.position(partition) == 10, "position " + consumer.position(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(5, Optional.of(0), "note")));
            OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
            check(committed.offset() == 5 && committed.metadata().equals("note"), "committed " + committed);
            consumer.seekToEnd(List.of(partition));
            check(consumer.position(partition) == 30, "at the end");
            consumer.seek(partition, 25);
            check(read(consumer, 5).get(0).offset() == 25, "after a seek");
            check(consumer.listTopics().containsKey(topic), "topics");
            check(consumer.partitionsFor(topic).size() == 1, "partitions");
        }
    }

    private void pattern() throws Exception {
        String prefix = unique();
        create(prefix + "-one", 1);
        fill(prefix + "-one", 5);
        try (KafkaConsumer<String, String> consumer = consumer(unique(), Map.of("metadata.max.age.ms", "500"))) {
            consumer.subscribe(Pattern.compile(prefix + "-.*"));
            read(consumer, 5);
            consumer.commitSync();
            create(prefix + "-two", 1);
            fill(prefix + "-two", 5);
            read(consumer, 5);
        }
    }

    private void reset() throws Exception {
        String topic = create(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        fill(topic, 5);
        try (KafkaConsumer<String, String> strict = consumer(unique(), Map.of("auto.offset.reset", "none"))) {
            strict.assign(List.of(partition));
            try {
                strict.poll(Duration.ofSeconds(5));
                throw new AssertionError("a position without a committed offset");
            } catch (org.apache.kafka.clients.consumer.NoOffsetForPartitionException expected) {
                strict.seek(partition, 100);
            }
            try {
                pollUntil("out of range", () -> strict.poll(Duration.ofMillis(200)).count() > 0);
                throw new AssertionError("an offset out of range gave records");
            } catch (org.apache.kafka.clients.consumer.OffsetOutOfRangeException expected) {
                check(expected.partitions().contains(partition), "names the partition");
            }
        }
        try (KafkaConsumer<String, String> lenient = consumer(unique(), Map.of())) {
            lenient.assign(List.of(partition));
            lenient.seek(partition, 100);
            check(read(lenient, 5).get(0).offset() == 0, "reset to the beginning");
        }
    }

    private void removeMember() throws Exception {
        String topic = create(1);
        String group = unique();
        try (KafkaConsumer<String, String> member = consumer(group, Map.of("group.instance.id", "removed")); Admin admin = admin()) {
            member.subscribe(List.of(topic));
            pollUntil("it is in the group", () -> {
                member.poll(Duration.ofMillis(100));
                return !member.assignment().isEmpty();
            });
            var options = new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("removed")));
            admin.removeMembersFromConsumerGroup(group, options).all().get();
            check(admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().isEmpty(), "no member");
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", address));
    }

    private KafkaProducer<String, String> producer(Map<String, String> settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", address);
        properties.putAll(settings);
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(String group, Map<String, String> settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", address);
        properties.put("group.id", group);
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        properties.putAll(settings);
        return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    }

    private String create(int partitions) throws Exception {
        return create(unique(), partitions);
    }

    private String create(String topic, int partitions) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
            // Kafka's metadata may lag behind the answer; Ottla's does not.
            pollUntil("the topic is known", () -> {
                try {
                    return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size() == partitions;
                } catch (ExecutionException notYet) {
                    return false;
                }
            });
        }
        return topic;
    }

    private void fill(String topic, int count) throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            int partitions = producer.partitionsFor(topic).size();
            for (int i = 0; i < count; i++) producer.send(new ProducerRecord<>(topic, i % partitions, "key " + i, "value " + i));
        }
    }

    private static List<ConsumerRecord<String, String>> read(KafkaConsumer<String, String> consumer, int count) throws Exception {
        List<ConsumerRecord<String, String>> got = new ArrayList<>();
        pollUntil(count + " records", () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(got::add);
            return got.size() >= count;
        });
        check(got.size() == count || consumer.assignment().size() == 1, got.size() + " records, not " + count);
        return got;
    }

    private static void alter(Admin admin, ConfigResource resource, String name, String value, AlterConfigOp.OpType type) throws Exception {
        admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), type)))).all().get();
    }

    private static ConfigEntry value(Admin admin, ConfigResource resource, String name) throws Exception {
        var options = new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
        return admin.describeConfigs(List.of(resource), options).all().get().get(resource).get(name);
    }

    private static ListOffsetsResultInfo offset(Admin admin, TopicPartition partition, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get();
    }

    private static ConsumerRebalanceListener listener(Set<TopicPartition> revoked) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                revoked.addAll(partitions);
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
        };
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void pollUntil(String what, Condition condition) throws Exception {
        long deadline = System.currentTimeMillis() + 20_000;
        while (!condition.holds())
            if (System.currentTimeMillis() > deadline) throw new AssertionError("within 20 s: " + what);
    }

    private static void expect(Class<? extends Throwable> expected, Future<?> future) throws Exception {
        try {
            future.get();
        } catch (ExecutionException error) {
            check(expected.isInstance(error.getCause()), expected.getSimpleName() + " expected, it was " + error.getCause());
            check(error.getCause().getMessage() != null, "a message");
            return;
        }
        throw new AssertionError(expected.getSimpleName() + " expected, it went well");
    }

    private static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    private String unique() {
        return "java-" + System.nanoTime() + "-" + counter++;
    }

    private static String describe(Throwable error) {
        StringBuilder text = new StringBuilder(String.valueOf(error));
        for (StackTraceElement at : error.getStackTrace())
            if (at.getClassName().startsWith("Scenarios")) text.append("\n").append(at);
        return text.toString();
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", " ").replace("\r", "") + '"';
    }
}
