#!/usr/bin/env python3
"""What one would write without this application: a Kafka consumer with librosa, to compare the cost per channel.

    pip install -r src/test/python/requirements.txt
    python3 src/test/python/librosa_consumer.py --bootstrap-server localhost:9092 --topic audio-chunks \
        --output-topic librosa-events --group librosa --schema schemas/AudioChunk.avsc

Keeps 3 s of audio of each channel. Once a second of media time it computes librosa's features over them, runs a network
of the size of models/telephone (eight members of 415-64-6), and sends an event in JSON. Once a second of wall-clock
time it waits for the events it sent and commits its offsets.

THE ANSWERS MEAN NOTHING: the network's weights are random (with a fixed seed), and of its 415 inputs only the first 64
are features, the rest zero. Only the cost is to be compared, and with less work than the application does: 32 features
of a frame with mean and deviation each; no speech detection, smoothing, summaries, or alerts. Chunks are taken in the
order in which they come: no reordering, duplicates, gaps, or pauses; a restart forgets the audio of the last seconds
and may send events twice. Every channel is analyzed, whoever speaks. Audio that is not 8 kHz mu-law is skipped.

Features are as the application defines them where librosa lets one choose (40 mel bands, contrast from 200 Hz in four
bands, no estimate of tuning, which would nearly double the cost of the features), and all share one spectrogram.

Stops on SIGTERM or SIGINT, or when nothing has come for --idle-seconds after the first message. Then it prints one line
of JSON. The CPU time is that of all threads of the process, the Kafka client's too, and begins with the poll that
brings the first message; imports and compilation come before. "channelsPerCore" is lower where little comes, as batches
are smaller then and polling costs CPU time by itself.
"""
import os

# One thread each, as the figure is per core; must be set before NumPy is imported.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
              "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import io
import json
import signal
import sys
import time

import fastavro
import librosa
import numpy as np
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

RATE = 8000
WINDOW = 3 * RATE
HOP = RATE
N_FFT = 512
HOP_LENGTH = 128
MEL_BANDS = 40

INPUTS, HIDDEN, MEMBERS = 415, 64, 8
LABELS = ["angry", "happy", "fear", "sad", "surprise", "neutral"]

COMMIT_SECONDS = 1.0


def log(message):
    print(f"librosa_consumer: {message}", file=sys.stderr, flush=True)


def mulaw_table():
    """The sample, in [-1, 1], of each of the 256 bytes of G.711 mu-law."""
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return (np.where(code & 0x80, -magnitude, magnitude) / 32768).astype(np.float32)


MULAW = mulaw_table()


def features(samples):
    """Mean and deviation over the window of 13 MFCC, 12 chroma, 5 spectral contrasts, zero-crossing rate, and RMS."""
    magnitude = np.abs(librosa.stft(samples, n_fft=N_FFT, hop_length=HOP_LENGTH))
    power = magnitude ** 2
    mel = librosa.feature.melspectrogram(S=power, sr=RATE, n_mels=MEL_BANDS)
    frames = np.concatenate([
        librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=13),
        librosa.feature.chroma_stft(S=power, sr=RATE, tuning=0.0),
        librosa.feature.spectral_contrast(S=magnitude, sr=RATE, n_bands=4, fmin=200.0),
        librosa.feature.zero_crossing_rate(samples, frame_length=N_FFT, hop_length=HOP_LENGTH),
        librosa.feature.rms(S=magnitude, frame_length=N_FFT),
    ])
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1)])


class Network:
    """Members side by side, as models/telephone has them: one layer for the hidden units of all, one that averages."""

    def __init__(self):
        random = np.random.default_rng(1)
        self.weight1 = random.normal(0, INPUTS ** -0.5, (MEMBERS * HIDDEN, INPUTS)).astype(np.float32)
        self.bias1 = np.zeros(MEMBERS * HIDDEN, np.float32)
        self.weight2 = random.normal(0, (MEMBERS * HIDDEN) ** -0.5, (len(LABELS), MEMBERS * HIDDEN)).astype(np.float32)
        self.bias2 = np.zeros(len(LABELS), np.float32)

    def probabilities(self, values):
        inputs = np.zeros(INPUTS, np.float32)
        inputs[:len(values)] = values
        hidden = np.maximum(self.weight1 @ inputs + self.bias1, 0)
        scores = self.weight2 @ hidden + self.bias2
        exponentials = np.exp(scores - scores.max())
        return exponentials / exponentials.sum()


class Stream:
    """The audio of a stream's channels that is still needed, as it came: 1 byte per sample."""

    def __init__(self):
        self.audio = {}  # channel -> bytearray
        self.samples = {}  # channel -> number of samples that came before those

    def windows(self, chunk):
        """Adds a chunk; returns the windows that it completes: channel, time of the begin, samples."""
        channels = chunk["channels"]
        complete = []
        for i, channel in enumerate(channels):
            name = channel["name"] or f"{channel['role'].lower()}-{i}"
            audio = self.audio.setdefault(name, bytearray())
            audio += chunk["payload"][i::len(channels)]
            while len(audio) >= WINDOW:
                begin = self.samples.get(name, 0)
                complete.append((name, begin * 1000 // RATE, MULAW[np.frombuffer(audio[:WINDOW], np.uint8)]))
                del audio[:HOP]
                self.samples[name] = begin + HOP
        return complete


class Application:

    def __init__(self, options):
        self.options = options
        self.schema = fastavro.schema.load_schema(options.schema)
        self.network = Network()
        self.streams = {}
        self.stopped = False
        self.skipped_encodings = set()
        self.chunks = self.windows = self.samples = 0
        self.first_cpu = None  # process_time() at the first message
        self.last_message = None
        self.consumer = self.producer = None

    def stop(self, *_):
        self.stopped = True

    def warm_up(self):
        """Has everything compiled and loaded that is compiled or loaded on its first use."""
        noise = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
        self.network.probabilities(features(noise))

    def run(self):
        self.warm_up()
        self.producer = Producer({"bootstrap.servers": self.options.bootstrap_server, "linger.ms": 5})
        self.consumer = Consumer({
            "bootstrap.servers": self.options.bootstrap_server,
            "group.id": self.options.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        })
        self.consumer.subscribe([self.options.topic], on_assign=lambda _, partitions: log(
            f"reads {len(partitions)} partitions of {self.options.topic}"))
        try:
            self.poll()
        finally:
            self.consumer.close()

    def poll(self):
        committed = time.monotonic()
        while not self.stopped:
            cpu = time.process_time()
            messages = self.consumer.consume(num_messages=500, timeout=0.1)
            now = time.monotonic()
            for message in messages:
                if message.error():
                    self.check(message.error())
                    continue
                if self.first_cpu is None:
                    self.first_cpu = cpu
                self.last_message = now
                self.process(message.value())
            if now - committed >= COMMIT_SECONDS:
                self.commit(asynchronous=True)
                committed = now
            if self.options.idle_seconds and self.last_message and now - self.last_message > self.options.idle_seconds:
                break
        self.commit(asynchronous=False)

    def check(self, error):
        """The client tries again by itself, except where it cannot."""
        if error.fatal():
            raise KafkaException(error)
        log(error.str())

    def commit(self, asynchronous):
        """Commits what was read, after all that was sent for it has arrived."""
        if self.producer.flush(30) > 0:
            raise RuntimeError("events could not be sent within 30 s")
        try:
            self.consumer.commit(asynchronous=asynchronous)
        except KafkaException as e:
            if e.args[0].code() != KafkaError._NO_OFFSET:  # nothing has come since the last time
                raise

    def process(self, value):
        if value is None or len(value) < 5 or value[0] != 0:
            log("skips a record that is not in Confluent's wire format")
            return
        record = io.BytesIO(value)
        record.seek(5)  # the zero byte and the schema's id; the schema is known
        chunk = fastavro.schemaless_reader(record, self.schema)
        self.chunks += 1
        key = chunk["callId"], chunk["streamId"]
        if chunk["kind"] == "STOP":
            self.streams.pop(key, None)
        elif chunk["kind"] == "MEDIA" and chunk["channels"]:
            encoding = chunk["encoding"], chunk["sampleRateHz"]
            if encoding != ("MULAW", RATE):
                if encoding not in self.skipped_encodings:
                    self.skipped_encodings.add(encoding)
                    log(f"skips audio in {encoding[0]} at {encoding[1]} Hz; only MULAW at {RATE} Hz is read")
                return
            self.samples += len(chunk["payload"])
            stream = self.streams.get(key)
            if stream is None:
                stream = self.streams[key] = Stream()
            for channel, begin_ms, samples in stream.windows(chunk):
                self.send(chunk, channel, begin_ms, self.network.probabilities(features(samples)))

    def send(self, chunk, channel, begin_ms, probabilities):
        self.windows += 1
        best = int(probabilities.argmax())
        event = {
            "callId": chunk["callId"],
            "streamId": chunk["streamId"],
            "channel": channel,
            "beginMs": begin_ms,
            "endMs": begin_ms + WINDOW * 1000 // RATE,
            "emotion": LABELS[best],
            "confidence": float(probabilities[best]),
            "probabilities": dict(zip(LABELS, probabilities.tolist())),
            "createdAt": int(time.time() * 1000),
        }
        value = json.dumps(event).encode()
        while True:
            try:
                self.producer.produce(self.options.output_topic, key=chunk["callId"], value=value,
                                      on_delivery=self.delivered)
                break
            except BufferError:  # the client's queue is full
                self.producer.poll(1)
        self.producer.poll(0)

    def delivered(self, error, _):
        if error:
            raise KafkaException(error)

    def report(self):
        cpu = 0.0 if self.first_cpu is None else time.process_time() - self.first_cpu
        audio = self.samples / RATE
        return {
            "chunks": self.chunks,
            "windows": self.windows,
            "audioSeconds": round(audio, 3),
            "processCpuSeconds": round(cpu, 3),
            "channelsPerCore": round(audio / cpu, 1) if cpu > 0 else None,
        }


def arguments():
    parser = argparse.ArgumentParser(description="Speech emotions from audio chunks with librosa, to compare the cost; "
                                                 "the answers mean nothing.")
    parser.add_argument("--bootstrap-server", required=True, metavar="HOST:PORT")
    parser.add_argument("--topic", required=True, help="the audio chunks")
    parser.add_argument("--output-topic", required=True, help="where the events go")
    parser.add_argument("--group", required=True, metavar="NAME", help="the consumer group")
    parser.add_argument("--schema", required=True, metavar="FILE", help="schemas/AudioChunk.avsc")
    parser.add_argument("--idle-seconds", type=float, metavar="N",
                        help="stop when nothing has come for so long after the first message")
    return parser.parse_args()


def main():
    application = Application(arguments())
    signal.signal(signal.SIGTERM, application.stop)
    signal.signal(signal.SIGINT, application.stop)
    application.run()
    print(json.dumps(application.report()), flush=True)


if __name__ == "__main__":
    main()
