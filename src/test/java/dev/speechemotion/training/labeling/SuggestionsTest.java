package dev.speechemotion.training.labeling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.speechemotion.emotion.EmotionClassifier;
import dev.speechemotion.emotion.ModelIdentity;
import dev.speechemotion.model.ModelManifest;
import dev.speechemotion.training.corpus.Clips;
import dev.speechemotion.training.corpus.LabeledClip;
import dev.speechemotion.training.corpus.Recording;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
  private static final ModelManifest.Normalization NORMALIZATION =
      new ModelManifest.Normalization(List.of(0f, 0f), List.of(1f, 1f));

  /** The first feature is the probability of the first label. */
  private static final class FirstFeature implements EmotionClassifier {
    @Override
    public List<String> labels() {
      return List.of("angry", "sad");
    }

    @Override
    public int featureCount() {
      return 2;
    }

    @Override
    public ModelIdentity model() {
      return new ModelIdentity("first", "1", "0");
    }

    @Override
    public void classify(float[] features, int windowCount, float[] probabilities) {
      probabilities[0] = features[0];
      probabilities[1] = 1 - features[0];
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }

  @Test
  void shouldSuggestWhatIsUnsureAndFarApart() {
    LabeledClip one = channel("a.wav", 0, new float[] {0.5f, 0}, new float[] {0.99f, 90});
    LabeledClip same = channel("b.wav", 0, new float[] {0.51f, 0}, new float[] {0.98f, -90});
    LabeledClip other = channel("c.wav", 1, new float[] {0.97f, 0}, new float[] {0.4f, 5});

    List<String> lines =
        new Suggestions(new FirstFeature(), NORMALIZATION).lines(List.of(one, same, other), 500, 2);

    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).isEqualTo("path,label,speaker,channel,start,answer,confidence");
    assertThat(lines.get(1)).endsWith("a.wav\",,,0,0.0,angry,0.50");
    assertThat(lines.get(2)).endsWith("c.wav\",,,1,0.5,sad,0.60");
  }

  @Test
  void shouldNeverSuggestSilenceNorMoreThanThereIs() {
    LabeledClip one = channel("a.wav", 0, new float[] {0.5f, 0}, new float[] {0.5f, 0});
    LabeledClip silence = Clips.withSpeech(0, channel("b.wav", 0, new float[] {0.5f, 3}));

    List<String> lines =
        new Suggestions(new FirstFeature(), NORMALIZATION).lines(List.of(one, silence), 1000, 10);

    assertThat(lines).hasSize(3).noneMatch(line -> line.contains("b.wav"));
  }

  private static LabeledClip channel(String file, int channel, float[]... windows) {
    String id = file + "#" + channel;
    return new LabeledClip(
        "site",
        new Recording(Path.of(file), id, "", id, ""),
        id,
        Clips.clip("angry", "speaker", "text", windows).features());
  }
}
