package dev.speechemotion.app.client;

import dev.speechemotion.app.settings.Property;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;

/** Why a broker and a client do not come together: in one line, with the setting to correct. */
final class BrokerRefusal {
  private static final Pattern CLASSES = Pattern.compile("^(?:[\\w.$]+(?:Exception|Error): )+");

  private final Throwable failure;

  BrokerRefusal(Throwable failure) {
    this.failure = failure;
  }

  /** What is at the bottom, which names a file or a reason, and what to do. */
  String describe() {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String why = root.getMessage() == null ? root.toString() : root.getMessage();
    // Of what it could not keep as a cause, a message begins with the names of the classes.
    why = CLASSES.matcher(why.lines().findFirst().orElse(why)).replaceFirst("");
    return why + whatToDo(why);
  }

  private String whatToDo(String why) {
    if (has(SSLException.class)) {
      return "; " + aboutTls(why);
    }
    if (has(UnsupportedSaslMechanismException.class)) {
      return "; correct " + kafka(SaslConfigs.SASL_MECHANISM);
    }
    if (why.contains("token endpoint")) {
      return "; correct %s, or %s and %s"
          .formatted(
              kafka(SaslConfigs.SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL),
              kafka(SaslConfigs.SASL_OAUTHBEARER_CLIENT_CREDENTIALS_CLIENT_ID),
              kafka(SaslConfigs.SASL_OAUTHBEARER_CLIENT_CREDENTIALS_CLIENT_SECRET));
    }
    if (why.contains("invalid_token")) {
      return "; the broker does not take the token: check its issuer, audience, and scope";
    }
    if (has(AuthenticationException.class)) {
      return "; correct the login in " + kafka(SaslConfigs.SASL_JAAS_CONFIG);
    }
    return has(AuthorizationException.class)
        ? "; give the user the rights that deploy/README.md lists"
        : "";
  }

  private String aboutTls(String why) {
    if (has(CertPathValidatorException.class) || has(CertPathBuilderException.class)) {
      return "the broker's certificate is not trusted here: set "
          + kafka(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG)
          + " to one with the authority that signed it";
    }
    if (why.contains("Received fatal alert")) {
      return "the broker wants a certificate of the client that it trusts: set "
          + kafka(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);
    }
    if (why.contains("subject alternative") || why.contains("No name matching")) {
      return "the broker's certificate is not for that address: correct "
          + Property.BOOTSTRAP_SERVERS
          + " or the certificate";
    }
    return "check kafka.security.protocol, and that the port is one with TLS";
  }

  private static String kafka(String property) {
    return Property.KAFKA_PREFIX + property;
  }

  private boolean has(Class<? extends Throwable> type) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return true;
      }
    }
    return false;
  }
}
