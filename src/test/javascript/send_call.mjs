// Sends a call of one channel: node send_call.mjs CALL_ID RECORDING
// The recording is 8 kHz mu-law without a header: ffmpeg -i my.wav -ac 1 -ar 8000 -f mulaw my.ulaw
import { readFile } from "node:fs/promises";
import { Kafka, Partitioners } from "kafkajs";
import { SchemaRegistry } from "@kafkajs/confluent-schema-registry";

const CHUNK_BYTES = 160; // 20 ms

const [callId, recording] = process.argv.slice(2);
if (recording === undefined) {
  console.error("node send_call.mjs CALL_ID RECORDING");
  process.exit(2);
}
const registry = new SchemaRegistry({ host: process.env.REGISTRY_URL ?? "http://localhost:8080/apis/ccompat/v7" });
const kafka = new Kafka({ brokers: (process.env.BOOTSTRAP_SERVERS ?? "localhost:9092").split(",") });
const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
// The schema that the application has registered.
const schema = await registry.getLatestSchemaId("audio-chunks-value");

async function message(sequenceNumber, kind, fields) {
  const chunk = { callId, streamId: "stream-1", sequenceNumber, kind, ingestedAt: Date.now(), ...fields };
  return { key: callId, value: await registry.encode(schema, chunk) };
}

await producer.connect();
const audio = await readFile(recording);
let number = 0;
for (let at = 0; at < audio.length; at += CHUNK_BYTES) {
  const media = {
    encoding: "MULAW", sampleRateHz: 8000, payload: audio.subarray(at, at + CHUNK_BYTES),
    channels: [{ role: "CUSTOMER", name: "inbound" }],
  };
  await producer.send({ topic: "audio-chunks", messages: [await message(number++, "MEDIA", media)] });
}
await producer.send({ topic: "audio-chunks", messages: [await message(number, "STOP")] });
await producer.disconnect();
