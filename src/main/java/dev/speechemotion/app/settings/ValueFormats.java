package dev.speechemotion.app.settings;

import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.streams.results.AlertRule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;

/** Values that are more than a number or a word. All fail with the property's name and value. */
final class ValueFormats {
  private static final Pattern PORT_RANGE = Pattern.compile("(\\d{1,5}) *- *(\\d{1,5})");

  private static final Pattern SOCKET_ADDRESS = Pattern.compile("wss?://[^\\s/?#]+([/?][^\\s#]*)?");

  private ValueFormats() {}

  /** {@code ROLE,ROLE}. */
  static Set<ChannelRole> roles(String property, String value) {
    try {
      return Arrays.stream(value.split(","))
          .map(role -> ChannelRole.valueOf(role.trim().toUpperCase(Locale.ROOT)))
          .collect(Collectors.toSet());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(property, value, "not some of CUSTOMER, AGENT, UNKNOWN");
    }
  }

  /** {@code CHANNEL=ROLE,CHANNEL=ROLE}. */
  static Map<String, ChannelRole> channelRoles(String property, String value) {
    Map<String, ChannelRole> roles = new HashMap<>();
    for (String pair : value.split(",")) {
      if (pair.isBlank()) {
        continue;
      }
      int equals = pair.lastIndexOf('=');
      String channel = pair.substring(0, Math.max(0, equals)).trim();
      ChannelRole role = null;
      try {
        role = ChannelRole.valueOf(pair.substring(equals + 1).trim().toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        channel = "";
      }
      if (channel.isEmpty() || roles.put(channel, role) != null) {
        throw new ConfigException(
            property,
            value,
            "not CHANNEL=ROLE, each channel once, with CUSTOMER, AGENT or UNKNOWN");
      }
    }
    return roles;
  }

  /** {@code FIRST-LAST}; gives both. */
  static int[] ports(String property, String value) {
    Matcher range = PORT_RANGE.matcher(value.trim());
    if (range.matches()) {
      int first = Integer.parseInt(range.group(1));
      int last = Integer.parseInt(range.group(2));
      if (first >= 1 && first < last && last <= 65_535) {
        return new int[] {first, last};
      }
    }
    throw new ConfigException(property, value, "not FIRST-LAST, two ports from 1 to 65535");
  }

  /** {@code wss://HOST/PATH}, or nothing. */
  static void socketAddress(String property, String value) {
    if (!value.isEmpty() && !SOCKET_ADDRESS.matcher(value).matches()) {
      throw new ConfigException(property, value, "not as wss://voice.example.com/twilio");
    }
  }

  /** {@code RULE; RULE}. */
  static List<AlertRule> alertRules(String property, String value) {
    try {
      return Arrays.stream(value.split(";"))
          .filter(rule -> !rule.isBlank())
          .map(AlertRule::parse)
          .toList();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(property, value, e.getMessage());
    }
  }
}
