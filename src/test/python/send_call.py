"""Sends a call of one channel: python3 send_call.py CALL_ID RECORDING

The recording is 8 kHz mu-law without a header: ffmpeg -i my.wav -ac 1 -ar 8000 -f mulaw my.ulaw
"""
import os
import sys
import time
from confluent_kafka import SerializingProducer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import StringSerializer

CHUNK_BYTES = 160  # 20 ms

if len(sys.argv) != 3:
    sys.exit(__doc__)
call_id, recording = sys.argv[1:]
registry = SchemaRegistryClient({"url": os.environ.get("REGISTRY_URL", "http://localhost:8080/apis/ccompat/v7")})
producer = SerializingProducer({
    "bootstrap.servers": os.environ.get("BOOTSTRAP_SERVERS", "localhost:9092"), "enable.idempotence": True,
    "key.serializer": StringSerializer(),
    # The schema that the application has registered.
    "value.serializer": AvroSerializer(registry, conf={"auto.register.schemas": False, "use.latest.version": True})})


def delivered(error, _):
    if error:
        sys.exit(f"a chunk was not taken: {error}")


def send(number, kind, **fields):
    chunk = {"callId": call_id, "streamId": "stream-1", "sequenceNumber": number, "kind": kind,
             # Given always: this client takes the default that the schema has for bytes as text.
             "payload": b"", "ingestedAt": int(time.time() * 1000), **fields}
    producer.produce("audio-chunks", key=call_id, value=chunk, on_delivery=delivered)
    producer.poll(0)


number = 0
with open(recording, "rb") as audio:
    while payload := audio.read(CHUNK_BYTES):
        send(number, "MEDIA", encoding="MULAW", sampleRateHz=8000, payload=payload,
             channels=[{"role": "CUSTOMER", "name": "inbound"}])
        number += 1
send(number, "STOP")
producer.flush()
