package dev.speechemotion.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EmbeddedBrokerIT {

  @Test
  void shouldCommitTransactionsAndReadThemBack() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      createTopic(broker, "words");

      Map<String, Object> producing =
          Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "writer");
      try (var producer =
          new KafkaProducer<>(producing, new StringSerializer(), new StringSerializer())) {
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("words", "kept"));
        producer.commitTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("words", "dropped"));
        producer.flush();
        producer.abortTransaction();
      }

      Map<String, Object> consuming =
          Map.of(
              "bootstrap.servers",
              broker.bootstrapServers(),
              "group.id",
              "readers",
              "auto.offset.reset",
              "earliest",
              "isolation.level",
              "read_committed");
      List<String> read = new ArrayList<>();
      try (var consumer =
          new KafkaConsumer<>(consuming, new StringDeserializer(), new StringDeserializer())) {
        consumer.subscribe(List.of("words"));
        while (read.isEmpty()) {
          consumer.poll(Duration.ofMillis(200)).forEach(word -> read.add(word.value()));
        }
        consumer.poll(Duration.ofMillis(500)).forEach(word -> read.add(word.value()));
      }
      assertThat(read).containsExactly("kept");
    }
  }

  @Test
  void shouldLeaveNothingBehind() throws Exception {
    Path directory;
    InetSocketAddress address;
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      createTopic(broker, "words");
      directory = dataDirectory(broker);
      String[] hostAndPort = broker.bootstrapServers().split(":");
      address = new InetSocketAddress(hostAndPort[0], Integer.parseInt(hostAndPort[1]));
      assertThat(directory).isNotEmptyDirectory();
    }

    assertThat(directory).doesNotExist();
    try (Socket socket = new Socket()) {
      assertThatThrownBy(() -> socket.connect(address, 1_000)).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void shouldRunBesideAnother() throws Exception {
    try (EmbeddedBroker one = EmbeddedBroker.start();
        EmbeddedBroker other = EmbeddedBroker.start()) {
      createTopic(one, "words");

      try (Admin admin = Admin.create(Map.of("bootstrap.servers", other.bootstrapServers()))) {
        assertThat(admin.listTopics().names().get()).doesNotContain("words");
      }
      assertThat(one.bootstrapServers()).isNotEqualTo(other.bootstrapServers());
    }
  }

  private static Path dataDirectory(EmbeddedBroker broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      Map<String, LogDirDescription> directories =
          admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
      assertThat(directories).hasSize(1);
      return Path.of(directories.keySet().iterator().next());
    }
  }

  private static void createTopic(EmbeddedBroker broker, String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    }
  }
}
