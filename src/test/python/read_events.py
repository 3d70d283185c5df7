import os
from confluent_kafka import DeserializingConsumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer

registry = SchemaRegistryClient({"url": os.environ.get("REGISTRY_URL", "http://localhost:8080/apis/ccompat/v7")})
consumer = DeserializingConsumer({
    "bootstrap.servers": os.environ.get("BOOTSTRAP_SERVERS", "localhost:9092"), "group.id": "my-reader",
    "isolation.level": "read_committed", "auto.offset.reset": "earliest",
    "value.deserializer": AvroDeserializer(registry)})
consumer.subscribe(["emotion-events"])
while True:
    message = consumer.poll(1)
    if message is not None:
        event = message.value()
        print(event["callId"], event["channel"], event["endMs"], event["emotion"], f"{event['confidence']:.2f}", flush=True)
