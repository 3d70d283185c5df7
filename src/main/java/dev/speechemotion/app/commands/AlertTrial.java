package dev.speechemotion.app.commands;

import dev.speechemotion.avro.AlertState;
import dev.speechemotion.avro.ChannelRole;
import dev.speechemotion.avro.EmotionAlert;
import dev.speechemotion.avro.EmotionEvent;
import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.features.spec.WindowSettings;
import dev.speechemotion.streams.call.CallSettings;
import dev.speechemotion.streams.results.AlertRule;
import dev.speechemotion.streams.results.AlertingChannel;
import dev.speechemotion.streams.results.ChannelAlerts;
import dev.speechemotion.streams.results.EmotionSmoothing;
import dev.speechemotion.training.corpus.CorpusException;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.evaluation.Adaptation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What rules that watch one emotion raise in calls whose mood is known. A call is a speaker's clips
 * of one label, one after another; its windows are followed by the very classes that follow a
 * channel of the stream. Calls of the emotion tell what the rules find, all others how often they
 * are wrong.
 */
final class AlertTrial {
  /** A customer's speech in a call of six minutes in which both speak alike. */
  static final long LONGEST_CALL_MS = 180_000;

  /** What a rule gave in the calls of one label. */
  private static final class Count {
    private int calls;
    private int alertedCalls;
    private int alerts;
    private int windows;
    private int windowsInAlerts;
    private long speechMs;
  }

  /** An event of a call, media time in milliseconds. */
  private record Span(long beginMs, long endMs) {}

  private final WindowSettings windows;
  private final List<AlertRule> rules;
  private final CallSettings settings;

  /** By rule, then by label. */
  private final Map<AlertRule, Map<String, Count>> counts = new HashMap<>();

  /**
   * @param windows as the clips were cut
   * @param rules that watch the same emotion for the same time
   * @param settings smoothing, and how much speech a window must have
   */
  AlertTrial(WindowSettings windows, List<AlertRule> rules, CallSettings settings) {
    this.windows = windows;
    this.rules = List.copyOf(rules);
    this.settings = settings;
    rules.forEach(rule -> counts.put(rule, new TreeMap<>()));
  }

  /**
   * Deals clips into calls: each speaker's of each label in random order, in as few calls of equal
   * numbers as there must be for none to be much longer than {@link #LONGEST_CALL_MS}. A recording
   * of an unknown speaker is a call by itself.
   */
  static List<List<LabeledClip>> deal(List<LabeledClip> clips, long seed) throws CorpusException {
    List<List<LabeledClip>> calls = new ArrayList<>();
    Map<Boolean, List<LabeledClip>> known =
        clips.stream().collect(Collectors.partitioningBy(clip -> !clip.speaker().isEmpty()));
    known.get(false).forEach(clip -> calls.add(List.of(clip)));
    for (List<LabeledClip> ofVoice : Adaptation.byVoice(known.get(true)).values()) {
      Map<String, List<LabeledClip>> byLabel = new TreeMap<>();
      for (LabeledClip clip : ofVoice) {
        byLabel.computeIfAbsent(clip.label(), label -> new ArrayList<>()).add(clip);
      }
      for (List<LabeledClip> ofLabel : byLabel.values()) {
        Collections.shuffle(ofLabel, new Random(seed));
        double totalMs = ofLabel.stream().mapToDouble(clip -> 1e3 * clip.durationSeconds()).sum();
        int parts = Math.min(ofLabel.size(), (int) Math.ceil(totalMs / LONGEST_CALL_MS));
        for (int i = 0; i < parts; i++) {
          calls.add(ofLabel.subList(i * ofLabel.size() / parts, (i + 1) * ofLabel.size() / parts));
        }
      }
    }
    return calls;
  }

  /**
   * Follows a call from its begin to its end. One in which no rule could hold, because it is
   * shorter than the rules' time, doesn't count.
   *
   * @param call clips of one label, with the features that the classifier takes
   */
  void add(EmotionClassifier classifier, List<LabeledClip> call) {
    List<EmotionAlert> sent = new ArrayList<>();
    ChannelAlerts alerts = new ChannelAlerts(rules, recorder(sent));
    EmotionSmoothing smoothing =
        new EmotionSmoothing(settings.smoothing(), settings.labelHysteresis());
    List<String> labels = classifier.labels();
    float[] probabilities = new float[labels.size()];
    float[] smoothed = new float[labels.size()];
    List<Span> events = new ArrayList<>();
    long untilMs = 0;
    for (LabeledClip clip : call) {
      long fromMs = untilMs;
      for (int i = 0; i < clip.windows().size(); i++) {
        long beginMs = fromMs + (long) i * windows.hopMs();
        // The last one of a clip may be shorter. The next clip begins where it ends: in a call no
        // audio lies between windows.
        untilMs =
            Math.min(
                beginMs + windows.lengthMs(), fromMs + Math.round(1e3 * clip.durationSeconds()));
        if (clip.speechShare(i) < settings.speechMinShare()) {
          alerts.pass(beginMs, untilMs);
          continue;
        }
        classifier.classify(clip.windows().get(i), 1, probabilities);
        smoothing.follow(labels, probabilities, untilMs, smoothed);
        alerts.follow(event(events.size(), beginMs, untilMs, labels, smoothed));
        events.add(new Span(beginMs, untilMs));
      }
    }
    alerts.end();
    if (untilMs >= rules.get(0).timeMs()) {
      count(call.get(0).label(), untilMs, events, sent);
    }
  }

  private static AlertingChannel recorder(List<EmotionAlert> sent) {
    return new AlertingChannel() {
      @Override
      public ChannelRole role() {
        return ChannelRole.CUSTOMER;
      }

      @Override
      public EmotionAlert newAlert() {
        return new EmotionAlert();
      }

      @Override
      public void send(EmotionAlert alert) {
        sent.add(alert);
      }
    };
  }

  private static EmotionEvent event(
      long number, long beginMs, long endMs, List<String> labels, float[] smoothed) {
    Map<String, Float> byLabel = new HashMap<>();
    for (int i = 0; i < smoothed.length; i++) {
      byLabel.put(labels.get(i), smoothed[i]);
    }
    EmotionEvent event = new EmotionEvent();
    event.setSequenceNumber(number);
    event.setBeginMs(beginMs);
    event.setEndMs(endMs);
    event.setSmoothedProbabilities(byLabel);
    return event;
  }

  private void count(String label, long callMs, List<Span> events, List<EmotionAlert> sent) {
    for (AlertRule rule : rules) {
      // At the end of the call all that was raised has been cleared, and that tells the stretch.
      List<EmotionAlert> raised =
          sent.stream()
              .filter(alert -> alert.getRule().equals(rule.text()))
              .filter(alert -> alert.getState() == AlertState.CLEARED)
              .toList();
      Count count = counts.get(rule).computeIfAbsent(label, name -> new Count());
      count.calls++;
      count.alertedCalls += raised.isEmpty() ? 0 : 1;
      count.alerts += raised.size();
      count.windows += events.size();
      count.windowsInAlerts +=
          (int)
              events.stream()
                  .filter(
                      event ->
                          raised.stream()
                              .anyMatch(
                                  alert ->
                                      event.beginMs() >= alert.getSinceMs()
                                          && event.endMs() <= alert.getUntilMs()))
                  .count();
      count.speechMs += callMs;
    }
  }

  /**
   * What a rule gave. Where there are no calls to tell, a figure is NaN.
   *
   * @param falseAlertsPerHour alerts in an hour of speech that is not of the emotion, as its labels
   *     are mixed in the corpus
   * @param falseAlertsPerHourByLabel the same for each label
   * @param falseWindowShare share of the windows of that speech that lie in the stretch of an alert
   * @param windowRecall share of the emotion's windows that do
   * @param callRecall share of the emotion's calls with an alert
   */
  record Outcome(
      double falseAlertsPerHour,
      Map<String, Double> falseAlertsPerHourByLabel,
      double falseWindowShare,
      double windowRecall,
      double callRecall) {}

  /** What one of the rules gave in the calls so far. */
  Outcome outcome(AlertRule rule) {
    Map<String, Count> others = new TreeMap<>(counts.get(rule));
    Count own = others.remove(rule.emotion());
    List<Count> found = own == null ? List.of() : List.of(own);
    Map<String, Double> byLabel = new TreeMap<>();
    others.forEach((label, count) -> byLabel.put(label, perHour(List.of(count))));
    List<Count> wrong = List.copyOf(others.values());
    return new Outcome(
        perHour(wrong),
        byLabel,
        ratio(wrong, count -> count.windowsInAlerts, count -> count.windows),
        ratio(found, count -> count.windowsInAlerts, count -> count.windows),
        ratio(found, count -> count.alertedCalls, count -> count.calls));
  }

  /** Calls of the emotion. */
  int ownCalls() {
    Count own = counts.get(rules.get(0)).get(rules.get(0).emotion());
    return own == null ? 0 : own.calls;
  }

  /** Hours of speech in the other calls. */
  double otherHours() {
    return counts.get(rules.get(0)).entrySet().stream()
            .filter(entry -> !entry.getKey().equals(rules.get(0).emotion()))
            .mapToLong(entry -> entry.getValue().speechMs)
            .sum()
        / 3.6e6;
  }

  private static double perHour(List<Count> counts) {
    return 3.6e6 * ratio(counts, count -> count.alerts, count -> count.speechMs);
  }

  private static double ratio(
      List<Count> counts, ToLongFunction<Count> part, ToLongFunction<Count> whole) {
    return counts.stream().mapToLong(part).sum() / (double) counts.stream().mapToLong(whole).sum();
  }
}
