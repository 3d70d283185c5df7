package dev.speechemotion.streams.registry;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.apache.avro.Schema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.RestService;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.entities.SchemaString;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.security.SslFactory;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.core.JsonProcessingException;

/**
 * Makes schema registries out of the Confluent Schema Registry client. The one class that imports
 * the client, so that a change to the {@code io.confluent} coordinates is a change of imports.
 */
public final class RegistryClients {
  /** What Confluent puts before some of the client's settings. */
  private static final String NAMESPACE = "schema.registry.";

  private static final String BASIC_SOURCE = "basic.auth.credentials.source";
  private static final String BASIC_USER = "basic.auth.user.info";
  private static final String BEARER_SOURCE = "bearer.auth.credentials.source";
  private static final String BEARER_TOKEN = "bearer.auth.token";
  private static final String HOST_NAMES = "ssl.endpoint.identification.algorithm";

  /** Scheme, login, and the rest; a login ends before the path begins. */
  private static final Pattern ADDRESS =
      Pattern.compile("(https?://)(?:([^\\s/?#]*)@)?([^\\s/@]+(?:/\\S*)?)");

  /** Shorter ones may be a part of any word. */
  private static final int SHORTEST_SECRET = 4;

  private RegistryClients() {}

  /**
   * A registry over HTTP; not asked anything yet. Credentials come from {@code config}, or from the
   * address ({@code https://user:password@host}); no message shows them.
   *
   * @param url one or more base addresses, separated by commas
   * @param config settings of the Confluent client, such as {@code basic.auth.user.info}, with or
   *     without its prefix {@code schema.registry.}
   * @throws IllegalArgumentException if an address is not a HTTP address or a setting not valid
   */
  public static SchemaRegistry connect(String url, Map<String, ?> config) {
    List<String> urls = new ArrayList<>();
    Set<String> users = new HashSet<>();
    for (String each : url.split(",")) {
      Matcher address = ADDRESS.matcher(each.trim());
      if (!address.matches()) {
        // What may hold a login is not shown.
        throw new IllegalArgumentException(
            "the schema registry's address must begin with http:// or https://"
                + (url.contains("@")
                    ? ", and a comma in a password be written as %2C"
                    : ", got '" + each.trim() + "'"));
      }
      if (address.group(2) != null) {
        users.add(decoded(address.group(2)));
      }
      urls.add(address.group(1) + address.group(3));
    }
    if (users.size() > 1) {
      throw new IllegalArgumentException(
          "the addresses of the schema registry must all have the same user and password");
    }
    Map<String, Object> settings = new HashMap<>();
    settings.put("http.connect.timeout.ms", 5_000);
    settings.put("http.read.timeout.ms", 10_000);
    config.forEach(
        (name, value) ->
            settings.put(
                name.startsWith(NAMESPACE) ? name.substring(NAMESPACE.length()) : name, value));
    if (users.size() == 1 && !settings.containsKey(BASIC_USER)) {
      settings.put(BASIC_USER, users.iterator().next());
      settings.put(BASIC_SOURCE, "USER_INFO");
    }
    // Confluent's client sends neither unless it is told where they come from as well.
    if (settings.containsKey(BASIC_USER)) {
      settings.putIfAbsent(BASIC_SOURCE, "USER_INFO");
    }
    if (settings.containsKey(BEARER_TOKEN)) {
      settings.putIfAbsent(BEARER_SOURCE, "STATIC_TOKEN");
    }
    return new ClientRegistry(
        client(urls, settings),
        "the schema registry at " + String.join(",", urls),
        secrets(settings));
  }

  /** What a server may repeat, and no message may show. */
  private static List<String> secrets(Map<String, Object> settings) {
    List<String> secrets = new ArrayList<>();
    for (String name : List.of(BASIC_USER, BEARER_TOKEN)) {
      String value = String.valueOf(settings.getOrDefault(name, ""));
      secrets.add(value);
      secrets.add(value.substring(value.indexOf(':') + 1));
    }
    return secrets.stream().filter(secret -> secret.length() >= SHORTEST_SECRET).toList();
  }

  private static String decoded(String user) {
    try {
      return URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // A percent sign that stands for itself.
      return user;
    }
  }

  private static RestService client(List<String> urls, Map<String, Object> settings) {
    try {
      RestService client = new RestService(urls);
      client.configure(settings);
      Map<String, Object> ssl =
          settings.entrySet().stream()
              .filter(setting -> setting.getKey().startsWith("ssl."))
              .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
      SslFactory factory = new SslFactory(ssl);
      if (factory.sslContext() != null) {
        client.setSslSocketFactory(factory.sslContext().getSocketFactory());
      }
      // Unlike Confluent's own set-up, which checks no host names unless it is told to.
      Object hostNames = ssl.getOrDefault(HOST_NAMES, "https");
      if (hostNames.equals("") || hostNames.equals("none")) {
        client.setHostnameVerifier((host, session) -> true);
      }
      return client;
    } catch (RuntimeException e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      String why = root == e ? "" : " (" + oneLine(root) + ")";
      throw new IllegalArgumentException(
          "the settings registry.* cannot be used: " + oneLine(e) + why, e);
    }
  }

  /** A registry in memory, for tests and the demo. */
  public static SchemaRegistry inMemory() {
    return new InMemoryRegistry();
  }

  private static String oneLine(Throwable e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return text.lines().findFirst().orElse(text);
  }

  private static final class ClientRegistry implements SchemaRegistry {
    private static final String AVRO = "AVRO";
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;

    /** What the client takes for the error's code if the answer is not a registry's. */
    private static final int NO_ERROR_CODE = 50005;

    private static final Duration UNKNOWN_REMEMBERED = Duration.ofMinutes(1);
    private static final int MOST_UNKNOWN = 10_000;

    /** More is no schema that somebody wrote. */
    private static final int MOST_REFERENCES = 200;

    private final RestService client;
    private final String name;
    private final List<String> secrets;

    /** An id without a usable schema is asked for once a minute, not for every bad record. */
    private final Map<Integer, Unknown> unknown = new ConcurrentHashMap<>();

    private record Unknown(String message, long sinceNanos) {}

    ClientRegistry(RestService client, String name, List<String> secrets) {
      this.client = client;
      this.name = name;
      this.secrets = secrets;
    }

    @Override
    public int register(String subject, String schemaJson) {
      String asking = " does not register the schema of subject " + subject;
      int id;
      try {
        id = client.registerSchema(schemaJson, subject);
      } catch (RestClientException e) {
        if (e.getStatus() == UNAUTHORIZED || mayPass(e)) {
          throw failure(asking, e);
        }
        id = find(subject, schemaJson, failure(asking, e));
      } catch (IOException e) {
        throw notReachable(e);
      }
      unknown.remove(id);
      return id;
    }

    /** Whoever may not register a schema may still use the one that is there. */
    private int find(String subject, String schemaJson, RegistryException refusal) {
      try {
        return client.lookUpSubjectVersion(schemaJson, subject).getId();
      } catch (RestClientException | IOException e) {
        refusal.addSuppressed(e);
        throw refusal;
      }
    }

    @Override
    public String schemaById(int id) throws UnknownSchemaException {
      Unknown known = unknown.get(id);
      if (known != null) {
        if (System.nanoTime() - known.sinceNanos < UNKNOWN_REMEMBERED.toNanos()) {
          throw new UnknownSchemaException(known.message, null);
        }
        unknown.remove(id);
      }
      try {
        return fetch(id);
      } catch (UnknownSchemaException e) {
        if (unknown.size() >= MOST_UNKNOWN) {
          unknown.clear();
        }
        unknown.put(id, new Unknown(e.getMessage(), System.nanoTime()));
        throw e;
      }
    }

    private String fetch(int id) throws UnknownSchemaException {
      try {
        SchemaString answer = client.getId(id);
        if (answer == null || answer.getSchemaString() == null) {
          throw new UnknownSchemaException(name + " gives no text of schema " + id, null);
        }
        Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
        parseReferences(id, answer.getReferences(), parser, new HashSet<>());
        // As one text, with the types that it refers to in their places.
        return parse(id, answer.getSchemaType(), answer.getSchemaString(), parser).toString();
      } catch (RestClientException e) {
        if (e.getStatus() == NOT_FOUND) {
          throw new UnknownSchemaException(name + " has no schema of id " + id, e);
        }
        RegistryException failure = failure(" does not give the schema of id " + id, e);
        if (failure.passing() || e.getStatus() == UNAUTHORIZED) {
          throw failure;
        }
        throw new UnknownSchemaException(failure.getMessage(), e);
      } catch (JsonProcessingException | ProtocolException e) {
        throw new UnknownSchemaException(
            name + " answers with something else than the schema of id " + id, e);
      } catch (IOException e) {
        throw notReachable(e);
      }
    }

    /** Makes all types known to the parser that a schema refers to, those of references first. */
    private void parseReferences(
        int id, List<SchemaReference> references, Schema.Parser parser, Set<String> done)
        throws IOException, RestClientException, UnknownSchemaException {
      for (SchemaReference reference :
          references == null ? List.<SchemaReference>of() : references) {
        if (reference == null
            || reference.getSubject() == null
            || reference.getVersion() == null
            || done.size() >= MOST_REFERENCES) {
          throw new UnknownSchemaException(
              "%s has a schema of id %d that %s"
                  .formatted(
                      name,
                      id,
                      done.size() >= MOST_REFERENCES
                          ? "refers to more than " + MOST_REFERENCES + " others"
                          : "refers to a schema without naming its subject and version"),
              null);
        }
        if (done.add(reference.getSubject() + "\n" + reference.getVersion())) {
          SchemaString referred = referred(id, reference);
          parseReferences(id, referred.getReferences(), parser, done);
          parse(id, referred.getSchemaType(), referred.getSchemaString(), parser);
        }
      }
    }

    private SchemaString referred(int id, SchemaReference reference)
        throws IOException, RestClientException, UnknownSchemaException {
      try {
        var answer = client.getVersion(reference.getSubject(), reference.getVersion());
        if (answer == null || answer.getSchema() == null) {
          throw new UnknownSchemaException(
              "%s gives no text of version %d of subject %s, which the schema of id %d refers to"
                  .formatted(name, reference.getVersion(), reference.getSubject(), id),
              null);
        }
        return new SchemaString(answer);
      } catch (RestClientException e) {
        if (e.getStatus() != NOT_FOUND) {
          throw e;
        }
        throw new UnknownSchemaException(
            "%s has a schema of id %d that refers to version %d of subject %s, which it has not"
                .formatted(name, id, reference.getVersion(), reference.getSubject()),
            e);
      }
    }

    private Schema parse(int id, String type, String text, Schema.Parser parser)
        throws UnknownSchemaException {
      if (type != null && !type.equals(AVRO)) {
        throw new UnknownSchemaException(
            name + " has a " + type + " schema of id " + id + ", not Avro", null);
      }
      try {
        return parser.parse(text);
      } catch (RuntimeException | StackOverflowError e) {
        // Whatever it is: Avro also throws what is not its own, such as for a size that is too
        // large.
        throw new UnknownSchemaException(
            name + " has a schema of id " + id + " that cannot be parsed: " + oneLine(e), e);
      }
    }

    @Override
    public void check() {
      try {
        client.getAllSubjects();
      } catch (RestClientException e) {
        // Whoever may not list all subjects may still use those of this application.
        if (e.getStatus() != FORBIDDEN) {
          throw failure(" answers with an error", e);
        }
      } catch (IOException e) {
        throw notReachable(e);
      }
    }

    @Override
    public void close() {
      try {
        client.close();
      } catch (IOException e) {
        throw new RegistryException(name + " does not close: " + oneLine(e), e, false);
      }
    }

    private RegistryException notReachable(IOException e) {
      String what =
          e instanceof JsonProcessingException
              ? " answers, but not as a schema registry does; correct its address"
              : " is not reachable ("
                  + oneLine(e)
                  + "); "
                  + (e instanceof SSLException
                      ? "check its certificate and registry.ssl.truststore.location"
                      : "start it or correct its address");
      return new RegistryException(name + what, e, true);
    }

    private String masked(String text) {
      String masked = text;
      for (String secret : secrets) {
        masked = masked.replace(secret, "***");
      }
      return masked;
    }

    private RegistryException failure(String asking, RestClientException e) {
      String why =
          "HTTP "
              + e.getStatus()
              + (e.getErrorCode() == NO_ERROR_CODE ? "" : ", " + masked(oneLine(e)));
      String hint =
          switch (e.getStatus()) {
            case UNAUTHORIZED ->
                "; set registry.basic.auth.user.info (user:password) or registry.bearer.auth.token";
            case FORBIDDEN -> "; give the user the right, or another user";
            case NOT_FOUND -> "; check its address";
            default -> "";
          };
      return new RegistryException(name + asking + ": " + why + hint, e, mayPass(e));
    }

    /** Whether the registry is in trouble or overloaded, and may answer the same question later. */
    private static boolean mayPass(RestClientException e) {
      int status = e.getStatus();
      return status / 100 == 5 || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS;
    }
  }
}
