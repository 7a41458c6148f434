"""What Python programs do with confluent-kafka (librdkafka), kafka-python and aiokafka. Prints a line of JSON for each."""

import asyncio
import json
import sys
import time
import traceback
import uuid

import aiokafka
import kafka
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, OffsetSpec

ADDRESS = sys.argv[1]
ONLY = sys.argv[2:]
SECONDS = 30


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def until(what, attempt):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if attempt():
            return
    raise AssertionError(f"{what}: not within {SECONDS} s")


def librdkafka_codecs():
    topic = unique("py-codecs")
    sent = []
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        producer = Producer({"bootstrap.servers": ADDRESS, "compression.type": codec, "enable.idempotence": True})
        values = [f"{codec} {i} {'x' * 200}" for i in range(100)]
        failures = []
        for value in values:
            producer.produce(topic, value, on_delivery=lambda error, _: failures.append(error) if error else None)
        assert producer.flush(SECONDS) == 0 and failures == [], failures
        sent += values
    consumer = Consumer({"bootstrap.servers": ADDRESS, "group.id": unique("g"), "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    read = []

    def more():
        read.extend(m.value().decode() for m in consumer.consume(500, 0.5) if m.error() is None)
        return len(read) >= len(sent)

    until("all records", more)
    consumer.close()
    assert sorted(read) == sorted(sent), "what was read is what was sent"


def librdkafka_group():
    topic, group = unique("py-group"), unique("g")
    admin = AdminClient({"bootstrap.servers": ADDRESS})
    admin.create_topics([NewTopic(topic, num_partitions=4)])[topic].result(SECONDS)
    settings = {
        "bootstrap.servers": ADDRESS,
        "group.id": group,
        "partition.assignment.strategy": "cooperative-sticky",
        "auto.offset.reset": "earliest",
    }
    members = [Consumer(settings), Consumer(settings)]
    for member in members:
        member.subscribe([topic])

    def shared(count):
        for member in members:
            member.poll(0.1)
        return [len(member.assignment()) for member in members] == count

    until("two members with two partitions each", lambda: shared([2, 2]))
    members.pop().close()
    until("one member with all partitions", lambda: shared([4]))
    members[0].commit(offsets=[TopicPartition(topic, 1, 7, metadata="so far")], asynchronous=False)
    committed = members[0].committed([TopicPartition(topic, 1)], SECONDS)[0]
    assert (committed.offset, committed.metadata) == (7, "so far"), committed
    described = admin.describe_consumer_groups([group])[group].result(SECONDS)
    assert len(described.members) == 1 and described.state.name == "STABLE", described
    members[0].close()
    admin.delete_consumer_groups([group])[group].result(SECONDS)


def librdkafka_admin():
    topic = unique("py-admin")
    admin = AdminClient({"bootstrap.servers": ADDRESS})
    admin.create_topics([NewTopic(topic, num_partitions=2, config={"retention.ms": "77777"})])[topic].result(SECONDS)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    entries = admin.describe_configs([resource])[resource].result(SECONDS)
    assert entries["retention.ms"].value == "77777"
    partition = TopicPartition(topic, 0)
    producer = Producer({"bootstrap.servers": ADDRESS})
    for i in range(10):
        producer.produce(topic, str(i), partition=0, timestamp=1000 + i)
    assert producer.flush(SECONDS) == 0
    offsets = {name: admin.list_offsets({partition: spec})[partition].result(SECONDS).offset for name, spec in [
        ("earliest", OffsetSpec.earliest()),
        ("latest", OffsetSpec.latest()),
        ("largest time", OffsetSpec.max_timestamp()),
        ("a time", OffsetSpec.for_timestamp(1005)),
    ]}
    assert offsets == {"earliest": 0, "latest": 10, "largest time": 9, "a time": 5}, offsets
    admin.delete_records([TopicPartition(topic, 0, 4)])[partition].result(SECONDS)
    assert admin.list_offsets({partition: OffsetSpec.earliest()})[partition].result(SECONDS).offset == 4
    admin.delete_topics([topic])[topic].result(SECONDS)


def kafka_python():
    topic = unique("py-kafka-python")
    producer = kafka.KafkaProducer(bootstrap_servers=ADDRESS, compression_type="gzip", acks="all")
    for i in range(200):
        producer.send(topic, key=f"k{i % 5}".encode(), value=str(i).encode(), headers=[("n", str(i).encode())])
    producer.flush(SECONDS)
    settings = {"bootstrap_servers": ADDRESS, "group_id": unique("g"), "auto_offset_reset": "earliest"}
    consumer = kafka.KafkaConsumer(topic, **settings)
    values, by_key = [], {}

    def more():
        for records in consumer.poll(500).values():
            for record in records:
                values.append(int(record.value))
                by_key.setdefault(record.key, []).append(int(record.value))
        return len(values) >= 200

    until("all records", more)
    assert sorted(values) == list(range(200)), "each record once"
    assert all(one == sorted(one) for one in by_key.values()), "order per key"
    consumer.close()
    again = kafka.KafkaConsumer(topic, **settings)
    producer.send(topic, value=b"200").get(SECONDS)
    seen = []

    def next_one():
        seen.extend(int(record.value) for records in again.poll(500).values() for record in records)
        return seen != []

    until("the next record", next_one)
    assert seen == [200], "the group goes on where it stopped"
    again.close()
    producer.close()


def aiokafka_round_trip():
    async def run():
        topic = unique("py-aiokafka")
        async with aiokafka.AIOKafkaProducer(bootstrap_servers=ADDRESS, enable_idempotence=True) as producer:
            await asyncio.gather(*[producer.send_and_wait(topic, str(i).encode()) for i in range(200)])
        settings = {"bootstrap_servers": ADDRESS, "group_id": unique("g"), "auto_offset_reset": "earliest"}
        async with aiokafka.AIOKafkaConsumer(topic, **settings) as consumer:
            values = [int((await asyncio.wait_for(consumer.getone(), SECONDS)).value) for _ in range(200)]
            assert sorted(values) == list(range(200)), "each record once"
            await consumer.commit()

    asyncio.run(run())


SCENARIOS = {
    "librdkafka: every codec, idempotent, in one group": librdkafka_codecs,
    "librdkafka: a cooperative group shares, shrinks, commits and is deleted": librdkafka_group,
    "librdkafka: topics, settings, offsets of every kind, deleted records": librdkafka_admin,
    "kafka-python: keys and headers, and a group that goes on where it stopped": kafka_python,
    "aiokafka: an idempotent producer and a group": aiokafka_round_trip,
}

for name, scenario in SCENARIOS.items():
    if ONLY and not any(part in name for part in ONLY):
        continue
    started = time.monotonic()
    result = {"name": name, "verdict": "passed"}
    try:
        scenario()
    except BaseException:
        result = {"name": name, "verdict": "failed", "detail": traceback.format_exc()}
    print(json.dumps({**result, "ms": round((time.monotonic() - started) * 1000)}), flush=True)
