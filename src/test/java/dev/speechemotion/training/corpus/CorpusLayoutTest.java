package dev.speechemotion.training.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusLayoutTest {
  @TempDir Path root;

  @Test
  @DisabledOnOs(OS.WINDOWS) // Only administrators may make links there.
  void shouldFollowLinks() throws Exception {
    write("elsewhere/wav/03a01Fa.wav");
    Path link = Files.createSymbolicLink(root.resolve("EmoDB"), root.resolve("elsewhere"));

    assertThat(CorpusLayout.EMODB.list(link).recordings())
        .extracting(Recording::id)
        .containsExactly("wav/03a01Fa.wav");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void shouldTellOfLinksThatLeadNowhereNewAndGoOn() throws Exception {
    write("data/angry/a.wav");
    write("elsewhere/b.wav");
    Path data = root.resolve("data");
    Files.createSymbolicLink(data.resolve("sad"), root.resolve("elsewhere"));
    Files.createSymbolicLink(data.resolve("happy"), data);
    Files.createSymbolicLink(data.resolve("angry/gone.wav"), root.resolve("gone.wav"));

    CorpusLayout.Listing listing = CorpusLayout.FOLDERS.list(data);

    assertThat(listing.recordings())
        .extracting(Recording::id, Recording::label)
        .containsExactly(tuple("angry/a.wav", "angry"), tuple("sad/b.wav", "sad"));
    assertThat(listing.problems())
        .containsExactlyInAnyOrder(
            "angry/gone.wav: a link that leads nowhere",
            "happy: a link that leads back to a folder above it");
  }

  @ParameterizedTest(name = "{0}: {1} is {2} by {3} saying {4}")
  @CsvSource({
    "TESS, OAF_angry/OAF_back_angry.wav, angry, OAF, back",
    "TESS, YAF_sad/YAF_youth_sad.wav, sad, YAF, youth",
    "TESS, OAF_back_ps.wav, surprise, OAF, back",
    "TESS, OA_bite_neutral.wav, neutral, OAF, bite",
    "TESS, OAF_neutral/OA_bite_neutral.wav, neutral, OAF, bite",
    "TESS, OAF_Fear/OAF_back_fear.wav, fear, OAF, back",
    "TESS, OAF_Pleasant_surprise/OAF_back_ps.wav, surprise, OAF, back",
    "TESS, YAF_pleasant_surprised/YAF_back_ps.wav, surprise, YAF, back",
    "TESS, OAF_Sad/OAF_back_sad.wav, sad, OAF, back",
    "TESS, OAF_disgust/OAF_back_disgust.wav, disgust, OAF, back",
    "TESS, A/TESS Toronto/TESS Toronto/YAF_happy/YAF_back_happy.wav, happy, YAF, back",
    "TESS, OAF_happy/OAF_back_happy.WAV, happy, OAF, back",
    "RAVDESS, Actor_01/03-01-05-01-02-01-01.wav, angry, actor01, 02",
    "RAVDESS, Actor_12/03-01-08-02-01-02-12.wav, surprise, actor12, 01",
    "RAVDESS, 03-01-02-01-01-01-24.wav, calm, actor24, 01",
    "EMODB, wav/03a01Fa.wav, happy, 03, a01",
    "EMODB, wav/16b10Wb.wav, angry, 16, b10",
    "EMODB, 08a02La.wav, boredom, 08, a02",
    "EMODB, 08a02N.wav, neutral, 08, a02",
    "SAVEE, DC/a01.wav, angry, DC, a01",
    "SAVEE, DC_su15.wav, surprise, DC, su15",
    "SAVEE, KL/sa03.wav, sad, KL, sa03",
    "CREMAD, AudioWAV/1001_DFA_ANG_XX.wav, angry, 1001, DFA",
    "CREMAD, 1091_WSI_FEA_HI.wav, fear, 1091, WSI",
    "CREMAD, 1040_ITH_SAD_X.wav, sad, 1040, ITH",
    "SAVEE, AudioData/JK/n30.wav, neutral, JK, n30",
    "EMOVO, f1/dis-f1-b1.wav, disgust, f1, b1",
    "EMOVO, EMOVO/m3/neu-m3-n5.wav, neutral, m3, n5",
    "EMOVO, gio-f2-l4.wav, happy, f2, l4",
    "EMOVO, PAU-M1-D1.WAV, fear, m1, d1",
    "EMOVO, m2/rab-m2-b2.wav, angry, m2, b2",
    "EMOVO, m2/sor-m2-b2.wav, surprise, m2, b2",
    "EMOVO, m2/tri-m2-b2.wav, sad, m2, b2",
    "EMOGATOR, data/mp3/000072-03-1.mp3, angry, 000072, ''",
    "SPEECHOCEAN762, WAVE/SPEAKER0001/000010011.WAV, unlabeled, 0001, ''",
    "EMOGATOR, data/mp3/000357-15-3.mp3, fear, 000357, ''",
    "EMOGATOR, 000001-18-2.mp3, neutral, 000001, ''",
    "EMOGATOR, 000001-24-2.mp3, sad, 000001, ''",
    "EMOGATOR, 000001-27-2.mp3, surprise, 000001, ''",
    "EMOGATOR, 000001-28-2.mp3, surprise, 000001, ''",
    "EMOGATOR, 000001-02-2.mp3, happy, 000001, ''",
    "EMOGATOR, 000001-12-2.mp3, happy, 000001, ''",
    "EMOGATOR, 000001-13-2.mp3, happy, 000001, ''",
    "EMOGATOR, 000001-10-2.mp3, disgust, 000001, ''",
    "EMOGATOR, 000001-01-2.mp3, adoration, 000001, ''",
    "EMOGATOR, 000001-30-2.mp3, triumph, 000001, ''",
    "TUREV, Sound Source/Angry/1157_kz_acik.wav, angry, 1157, acik",
    "TUREV, Sound Source/Calm/1234_sk_algi.wav, neutral, 1234, algi",
    "TUREV, Happy/1358_mt_beste.wav, happy, 1358, beste",
    "TUREV, sad/7895_hl_two_words.wav, sad, 7895, two_words",
    "FOLDERS, Anger/one.wav, angry, '', ''",
    "FOLDERS, frustrated/deep/er/one.aiff, frustrated, '', ''",
  })
  void shouldReadLabelSpeakerAndText(
      CorpusLayout layout, String file, String label, String speaker, String text)
      throws Exception {
    Path path = write(file);

    assertThat(layout.list(root).recordings())
        .containsExactly(new Recording(path, file, label, speaker, text));
  }

  @ParameterizedTest(name = "{0}: {1} is {2} by {3} saying {4}")
  @CsvSource({
    "ASED, 01Neutral/n1-01-01-02-65.wav, neutral, 65, n1-01",
    "ASED, 02Fearful/f2-07-02-01-62.wav, fear, 62, f2-07",
    "ASED, 03Happy/h3-02-02-01-04.wav, happy, 04, h3-02",
    "ASED, 04Sad/S4-04-02-01-29.wav, sad, 29, s4-04",
    "ASED, 05Angry/a5-03-01-02-50.wav, angry, 50, a5-03",
    "EMOTIONTTS, plain-to-emotional/ema/wav/ema00100.wav, neutral, ema, plain100",
    "EMOTIONTTS, plain-to-emotional/ema/wav/ema00101.wav, happy, ema, plain1",
    "EMOTIONTTS, A/Emotional/plain-to-emotional/emb/wav/emb00201.wav, sad, emb, plain1",
    "EMOTIONTTS, emotional-to-emotional/neo/wav/neo00001.wav, neutral, neo, emotional1",
    "EMOTIONTTS, emotional-to-emotional/neo/wav/neo00305.wav, angry, neo, emotional305",
    "EMOTIONTTS, emotional-to-emotional/neo/wav/neo00400.wav, angry, neo, emotional400",
  })
  void shouldKnowWhereTheTextMayTellTheLabel(
      CorpusLayout layout, String file, String label, String speaker, String text)
      throws Exception {
    Path path = write(file);

    assertThat(layout.list(root).recordings())
        .containsExactly(new Recording(path, file, label, speaker, text, true));
  }

  @ParameterizedTest
  @CsvSource({
    "TESS, OAF_back_jealous.wav",
    "TESS, readme/music.wav",
    "RAVDESS, Actor_01/03-02-05-01-02-01-01.wav",
    "EMODB, wav/03a01Xa.wav",
    "SAVEE, DC/x01.wav",
    "SAVEE, everything/a01.wav",
    "CREMAD, 1001_DFA_XYZ_XX.wav",
    "EMOVO, f1/dis-f1.wav",
    "EMOVO, f1/xyz-f1-b1.wav",
    "EMOGATOR, data/mp3/000001-31-2.mp3",
    "EMOGATOR, data/mp3/000001-00-2.mp3",
    "EMOGATOR, data/mp3/1-24-2.mp3",
    "ASED, 06Other/x6-01-01-02-65.wav",
    "ASED, 05Angry/a5-03-01-02.wav",
    "EMOTIONTTS, Personality/pfa/wav/pfa00001.wav",
    "EMOTIONTTS, plain-to-emotional/emb/wav/ema00001.wav",
    "EMOTIONTTS, plain-to-emotional/ema/wav/ema00000.wav",
    "EMOTIONTTS, plain-to-emotional/ema/wav/ema00401.wav",
    "TUREV, Sound Source/Bored/1157_kz_acik.wav",
    "TUREV, Sound Source/Angry/kz_acik.wav",
    "FOLDERS, loose.wav",
  })
  void shouldListWhatItDoesNotKnow(CorpusLayout layout, String file) throws Exception {
    write(file);
    write(
        switch (layout) {
          case TESS -> "OAF_back_sad.wav";
          case RAVDESS -> "03-01-05-01-02-01-01.wav";
          case EMODB -> "03a01Fa.wav";
          case SAVEE -> "DC_a01.wav";
          case CREMAD -> "1001_DFA_ANG_XX.wav";
          case EMOVO -> "dis-f1-b1.wav";
          case EMOGATOR -> "000001-24-2.mp3";
          case ASED -> "n1-01-01-02-65.wav";
          case EMOTIONTTS -> "plain-to-emotional/ema/wav/ema00001.wav";
          case TUREV -> "Calm/1234_sk_algi.wav";
          default -> "angry/one.wav";
        });

    CorpusLayout.Listing listing = layout.list(root);

    assertThat(listing.recordings()).hasSize(1);
    assertThat(listing.problems()).hasSize(1).first().asString().startsWith(file + ": ");
  }

  @Test
  void shouldTakeARecordingAndTheWavFileMadeOfItForOne() throws Exception {
    write("data/mp3/000001-24-2.mp3");
    write("data/mp3/000001-24-2.WAV");
    write("data/mp3/000001-24-3.mp3");
    write("data/mp3/000001-24-4.wav");
    write("data/wav/000001-24-5.wav");
    write("data/mp3/000001-24-5.mp3");

    CorpusLayout.Listing listing = CorpusLayout.EMOGATOR.list(root);

    assertThat(listing.recordings())
        .extracting(Recording::id)
        .containsExactly(
            "data/mp3/000001-24-2.WAV",
            "data/mp3/000001-24-3.mp3",
            "data/mp3/000001-24-4.wav",
            "data/mp3/000001-24-5.mp3",
            "data/wav/000001-24-5.wav");
    assertThat(listing.problems()).isEmpty();
  }

  @Test
  void shouldNotTakeOtherFilesForRecordings() throws Exception {
    write("OAF_sad/OAF_back_sad.wav");
    write("OAF_sad/._OAF_back_sad.wav");
    write("OAF_sad/OAF_back_sad.txt");
    write(".complete");

    CorpusLayout.Listing listing = CorpusLayout.TESS.list(root);

    assertThat(listing.recordings()).hasSize(1);
    assertThat(listing.problems()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(CorpusLayout.class)
  void shouldSayHowToGetACorpusThatIsMissing(CorpusLayout layout) {
    assertThatThrownBy(() -> layout.list(root.resolve("nowhere")))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("nowhere")
        .hasMessageContaining(layout.howToGet())
        .hasMessageContaining("--data");
  }

  @Test
  void shouldSayWhereToGetTessWhenTheFolderHoldsSomethingElse() throws Exception {
    write("music.wav");

    assertThatThrownBy(() -> CorpusLayout.TESS.list(root))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("1 others, such as music.wav: its name does not tell emotion")
        .hasMessageContaining("10.5683/SP2/E8H2MF")
        .hasMessageContaining("OAF_angry/OAF_back_angry.wav");
  }

  @Test
  void shouldReadACsvWithPathsRelativeToIt() throws Exception {
    Path csv = root.resolve("sub/list.csv");
    Files.createDirectories(csv.getParent());
    Files.writeString(
        csv,
        "\uFEFFSpeaker,path,Label,note\r\nann,a.wav,Anger,x\n\n\"bob, jr\",\"../\"\"b\"\".wav\",calm,\nann,,sad,\nshort,line\n");

    CorpusLayout.Listing listing = CorpusLayout.CSV.list(csv);

    assertThat(listing.recordings())
        .extracting(Recording::id, Recording::label, Recording::speaker)
        .containsExactlyInAnyOrder(
            tuple("a.wav", "angry", "ann"), tuple("../\"b\".wav", "calm", "bob, jr"));
    assertThat(listing.recordings())
        .anySatisfy(recording -> assertThat(recording.file()).isEqualTo(root.resolve("sub/a.wav")));
    assertThat(listing.problems())
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).startsWith("line "));
  }

  @Test
  void shouldReadWhatIsSaidFromACsv() throws Exception {
    Path csv = root.resolve("list.csv");
    Files.writeString(csv, "path,label,text\na.wav,angry,\" Go, now! \"\n");

    assertThat(CorpusLayout.CSV.list(csv).recordings())
        .containsExactly(new Recording(root.resolve("a.wav"), "a.wav", "angry", "", "Go, now!"));
  }

  /** As spreadsheets and other systems write it; {@code /} is the end of a line. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "path;label/a.wav;angry/b.wav;sad",
        "path\tlabel/a.wav\tangry/b.wav\tsad",
        "path|label/a.wav|angry/b.wav|sad",
        "sep=;/path;label/a.wav;angry/b.wav;sad",
        "\uFEFFsep=;/path;label/a.wav;angry/b.wav;sad",
        "path,label/a.wav,angry,/b.wav,sad,,",
        "path,label,,/a.wav,angry,,/b.wav,sad",
        "\uFEFF\"path\",\"label\"/\"a.wav\",\"angry\"/ \"b.wav\" , \"sad\" ",
        "path,label,text/a.wav,angry,\"two/lines, and \"\"more\"\"\"/b.wav,sad,5\" tall",
      })
  void shouldReadACsvOfAnyProgram(String content) throws Exception {
    Path csv = root.resolve("list.csv");
    Files.writeString(csv, content.replace('/', '\n'));

    CorpusLayout.Listing listing = CorpusLayout.CSV.list(csv);

    assertThat(listing.recordings())
        .extracting(Recording::file, Recording::label)
        .containsExactly(
            tuple(root.resolve("a.wav"), "angry"), tuple(root.resolve("b.wav"), "sad"));
    assertThat(listing.problems()).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // Where a backslash is no letter.
  void shouldReadPathsOfWindows() throws Exception {
    write("sub/a.wav");
    write("odd\\name.wav");
    Path csv = root.resolve("list.csv");
    Files.writeString(csv, "path,label\nsub\\a.wav,angry\nodd\\name.wav,sad\n");

    assertThat(CorpusLayout.CSV.list(csv).recordings())
        .extracting(Recording::file)
        .containsExactlyInAnyOrder(root.resolve("sub/a.wav"), root.resolve("odd\\name.wav"));
  }

  /** Whatever is in a list, it takes a time that grows with its length alone. */
  @Test
  @Timeout(30)
  void shouldReadAFieldOfMillionsOfQuotes() throws Exception {
    Path csv = root.resolve("list.csv");
    Files.writeString(csv, "path,label\na.wav,angry\nb" + "\"".repeat(4_000_000) + ",sad\n");

    assertThat(CorpusLayout.CSV.list(csv).recordings()).hasSize(2);
  }

  @Test
  void shouldNotTakeAPartOfARecordingForAll() throws Exception {
    Path csv = root.resolve("list.csv");
    Files.writeString(
        csv, "path,label,channel,start\na.wav,angry,,\nb.wav,sad,1,\nc.wav,sad,,2.0\n");

    CorpusLayout.Listing listing = CorpusLayout.CSV.list(csv);

    assertThat(listing.recordings()).extracting(Recording::id).containsExactly("a.wav");
    assertThat(listing.problems())
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).contains("a part of a recording"));
  }

  @Test
  void shouldNotGuessWhichOfTwoColumnsIsMeant() throws Exception {
    Path csv = root.resolve("list.csv");
    Files.writeString(csv, "path,label,note,label\na.wav,angry,,sad\n");

    assertThatThrownBy(() -> CorpusLayout.CSV.list(csv))
        .isInstanceOf(CorpusException.class)
        .hasMessage(csv + " has the column label twice: name one of them otherwise");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "a.wav,angry,Go, now => line 2 of list.csv: has 4 fields, the first line 3; a field with ',' in it needs quotes",
        "\"a.wav,angry,x => line 2 of list.csv: a quote is not closed",
        "a.wav,,x => line 2 of list.csv: path and label must not be empty",
        "a\0.wav,angry,x => line 2 of list.csv: not a path here: Nul character not allowed",
      })
  void shouldNameTheFirstLineWhereAllAreBad(String line, String problem) throws Exception {
    Path csv = root.resolve("list.csv");
    Files.writeString(csv, "path,label,text\n" + line + "\n");

    assertThatThrownBy(() -> CorpusLayout.CSV.list(csv))
        .isInstanceOf(CorpusException.class)
        .hasMessage("no line of " + csv + " can be read; " + problem);

    // Whatever is wrong with one line, the next one is read.
    Files.writeString(csv, "path,label,text\n" + line + "\nb.wav,sad,y\n");
    CorpusLayout.Listing listing = CorpusLayout.CSV.list(csv);
    assertThat(listing.problems()).containsExactly(problem);
    assertThat(listing.recordings()).extracting(Recording::id).containsExactly("b.wav");
  }

  @Test
  void shouldSayThatAListIsEmpty() throws Exception {
    Path csv = root.resolve("list.csv");
    Files.writeString(csv, "path,label\n\n");

    assertThatThrownBy(() -> CorpusLayout.CSV.list(csv)).hasMessage(csv + " lists no recordings");
  }

  @Test
  void shouldReadNemoFromItsList() throws Exception {
    Files.writeString(
        root.resolve("data.tsv"),
        """
        file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage
        WR0_surprised_64.wav\tsurprised\tUcho, nie?\tucho nie\t        WR0\tmale\t23
        EB0_anger_13.wav\tanger\tHistoria.\thistoria\t        EB0\tfemale\t27
        EB0_anger_14.wav\tanger
        """);

    CorpusLayout.Listing listing = CorpusLayout.NEMO.list(root);

    assertThat(listing.recordings())
        .containsExactly(
            new Recording(
                root.resolve("samples/EB0_anger_13.wav"),
                "samples/EB0_anger_13.wav",
                "angry",
                "EB0",
                "historia"),
            new Recording(
                root.resolve("samples/WR0_surprised_64.wav"),
                "samples/WR0_surprised_64.wav",
                "surprise",
                "WR0",
                "ucho nie"));
    assertThat(listing.problems())
        .containsExactly(
            "line 4 of data.tsv: has 2 fields, the first line 7; a field with '\t' in it needs quotes");
  }

  @ParameterizedTest
  @EnumSource(CorpusLayout.class)
  void shouldSayUnderWhatLicenseEachCorpusIs(CorpusLayout layout) {
    assertThat(layout.license()).isNotBlank();
  }

  @Test
  void shouldRefuseACsvWithoutItsColumns() throws Exception {
    Path csv = root.resolve("list.csv");
    Files.writeString(csv, "a.wav,angry,ann\n");

    assertThatThrownBy(() -> CorpusLayout.CSV.list(csv))
        .isInstanceOf(CorpusException.class)
        .hasMessageContaining("'path' and 'label'");
  }

  private Path write(String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.write(path, new byte[] {1});
  }
}
