import { Kafka } from "kafkajs";
import { SchemaRegistry } from "@kafkajs/confluent-schema-registry";

const registry = new SchemaRegistry({ host: process.env.REGISTRY_URL ?? "http://localhost:8080/apis/ccompat/v7" });
const kafka = new Kafka({ brokers: (process.env.BOOTSTRAP_SERVERS ?? "localhost:9092").split(",") });
const consumer = kafka.consumer({ groupId: "my-other-reader" }); // reads what is committed, unless told otherwise
await consumer.connect();
await consumer.subscribe({ topics: ["emotion-events"], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const event = await registry.decode(message.value);
    console.log(event.callId, event.channel, event.endMs, event.emotion, event.confidence.toFixed(2));
  },
});
