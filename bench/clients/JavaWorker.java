import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What worker.mjs does, with Kafka's own client: BOOTSTRAP TOPIC SECONDS BYTES (produce PER_CALL AT_A_TIME | consume RECORDS). */
public final class JavaWorker {
    private static final byte[][] KEYS = new byte[10_000][];

    private final String topic;
    private final long millis;
    private final int bytes;
    private final Properties properties = new Properties();
    private volatile boolean isOver;

    private JavaWorker(String bootstrap, String topic, long millis, int bytes) {
        this.topic = topic;
        this.millis = millis;
        this.bytes = bytes;
        properties.put("bootstrap.servers", bootstrap);
    }

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < KEYS.length; i++) KEYS[i] = ("key-" + i).getBytes();
        long millis = (long) (Double.parseDouble(args[2]) * 1000);
        JavaWorker worker = new JavaWorker(args[0], args[1], millis, Integer.parseInt(args[3]));
        if (args[4].equals("produce")) worker.produce(Integer.parseInt(args[5]), Integer.parseInt(args[6]));
        else worker.consume(Long.parseLong(args[5]));
        System.exit(0);
    }

    private void produce(int perCall, int atATime) throws Exception {
        properties.put("acks", "all");
        byte[] value = new byte[bytes];
        LongAdder sent = new LongAdder();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            Thread[] threads = perCall == 1
                    ? new Thread[] {new Thread(() -> sendOneByOne(producer, value, atATime, sent))}
                    : new Thread[atATime];
            for (int i = 0; i < threads.length; i++) {
                if (threads[i] == null) threads[i] = new Thread(() -> sendCalls(producer, value, perCall, sent));
                threads[i].start();
            }
            while (sent.sum() == 0) Thread.sleep(10);
            Thread.sleep(millis / 2);
            Watch watch = new Watch(sent.sum());
            Thread.sleep(millis);
            System.out.println(watch.figures(sent.sum()));
            isOver = true;
            for (Thread thread : threads) thread.join();
        }
    }

    /** One call: so many records, and all of them awaited. */
    private void sendCalls(KafkaProducer<byte[], byte[]> producer, byte[] value, int perCall, LongAdder sent) {
        int next = 0;
        @SuppressWarnings("unchecked")
        Future<RecordMetadata>[] call = new Future[perCall];
        try {
            while (!isOver) {
                for (int i = 0; i < perCall; i++)
                    call[i] = producer.send(new ProducerRecord<>(topic, KEYS[next++ % KEYS.length], value));
                for (Future<RecordMetadata> record : call) record.get();
                sent.add(perCall);
            }
        } catch (Exception failure) {
            failure.printStackTrace();
            System.exit(1);
        }
    }

    private void sendOneByOne(KafkaProducer<byte[], byte[]> producer, byte[] value, int atATime, LongAdder sent) {
        Semaphore inFlight = new Semaphore(atATime);
        for (int next = 0; !isOver; next++) {
            inFlight.acquireUninterruptibly();
            producer.send(new ProducerRecord<>(topic, KEYS[next % KEYS.length], value), (metadata, failure) -> {
                if (failure != null) System.exit(1);
                sent.increment();
                inFlight.release();
            });
        }
    }

    private void consume(long most) throws Exception {
        properties.put("group.id", "bench-java-" + System.nanoTime());
        properties.put("auto.offset.reset", "earliest");
        long count = 0;
        long bytesSeen = 0;
        Watch watch = null;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (count < most && (watch == null || watch.millis() < millis)) {
                var records = consumer.poll(Duration.ofMillis(100));
                if (watch == null && !records.isEmpty()) watch = new Watch(0);
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    bytesSeen += record.key().length + record.value().length + (record.value()[0] & 1);
                    count++;
                }
            }
            System.out.println(watch.figures(count));
        }
        if (bytesSeen < count * bytes) throw new IllegalStateException("records are shorter than they were sent");
    }

    /** From its making on it counts. */
    private static final class Watch {
        private final long before;
        private final long start = System.nanoTime();
        private final long cpu = cpuNanos();

        Watch(long before) {
            this.before = before;
            System.out.println("begin");
        }

        long millis() {
            return (System.nanoTime() - start) / 1_000_000;
        }

        String figures(long now) throws Exception {
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpuSeconds = (cpuNanos() - cpu) / 1e9;
            return String.format(java.util.Locale.ROOT,
                    "{\"records\":%d,\"seconds\":%.6f,\"cpuSeconds\":%.6f,\"peakMb\":%.1f}",
                    now - before, seconds, cpuSeconds, peakMb());
        }

        private static long cpuNanos() {
            return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                    .getProcessCpuTime();
        }

        private static double peakMb() throws Exception {
            for (String line : Files.readAllLines(Path.of("/proc/self/status")))
                if (line.startsWith("VmHWM")) return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
            return 0;
        }
    }
}
