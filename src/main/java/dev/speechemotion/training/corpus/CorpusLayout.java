package dev.speechemotion.training.corpus;

import dev.speechemotion.emotion.Emotion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How a corpus names its files: where label, speaker and text are to be found. */
public enum CorpusLayout {
  /**
   * Toronto emotional speech set: {@code OAF_angry/OAF_back_angry.wav}, or all files in one folder.
   * The folder counts more than the name: one file has {@code OA} for {@code OAF}.
   */
  TESS(
      "TESS (Toronto emotional speech set)",
      "CC BY-NC-ND 4.0",
      """
      Get TESS from https://doi.org/10.5683/SP2/E8H2MF (borealisdata.ca, "Toronto emotional speech \
      set (TESS)"; free, license CC BY-NC-ND 4.0) and unpack it, so that the files lie as
        DIR/OAF_angry/OAF_back_angry.wav ... DIR/YAF_sad/YAF_youth_sad.wav, or all in DIR itself;
      then give DIR with --data.""") {
    private static final Pattern FOLDER = ignoringCase("(OAF?|YAF)[_ -]+(.+)");
    private static final Pattern NAME = ignoringCase("(OAF?|YAF)_(.+?)_(.+)");

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      boolean named = name.matches();
      String text = named ? name.group(2).toLowerCase(Locale.ROOT) : "";
      Matcher folder = FOLDER.matcher(folderName(file));
      if (folder.matches() && Labels.isEmotion(Labels.canonical(folder.group(2)))) {
        return recording(root, file, folder.group(2), speaker(folder.group(1)), text);
      }
      if (named && Labels.isEmotion(Labels.canonical(name.group(3)))) {
        return recording(root, file, name.group(3), speaker(name.group(1)), text);
      }
      return Optional.empty();
    }

    private static String speaker(String prefix) {
      return prefix.toUpperCase(Locale.ROOT).startsWith("O") ? "OAF" : "YAF";
    }
  },

  /** RAVDESS speech: {@code Actor_01/03-01-05-01-02-01-01.wav}; songs are not speech. */
  RAVDESS(
      "RAVDESS (Ryerson audio-visual database of emotional speech and song)",
      "CC BY-NC-SA 4.0",
      """
      Get the speech audio of RAVDESS (Audio_Speech_Actors_01-24.zip) from \
      https://zenodo.org/records/1188976 and unpack it, so that the files lie as
        DIR/Actor_01/03-01-05-01-01-01-01.wav ...; then give DIR with --data.""") {
    private static final Pattern NAME =
        ignoringCase("03-01-(0[1-8])-\\d\\d-(\\d\\d)-\\d\\d-(\\d\\d)");
    private static final Map<String, Emotion> CODES =
        Map.of(
            "01", Emotion.NEUTRAL,
            "02", Emotion.CALM,
            "03", Emotion.HAPPY,
            "04", Emotion.SAD,
            "05", Emotion.ANGRY,
            "06", Emotion.FEAR,
            "07", Emotion.DISGUST,
            "08", Emotion.SURPRISE);

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      return name.matches()
          ? recording(
              root, file, CODES.get(name.group(1)).label(), "actor" + name.group(3), name.group(2))
          : Optional.empty();
    }
  },

  /** Berlin database of emotional speech: {@code wav/03a01Fa.wav}. */
  EMODB(
      "EmoDB (Berlin database of emotional speech)",
      "CC0 1.0",
      """
      Get EmoDB from http://emodb.bilderbar.info/ and unpack it, so that the files lie as
        DIR/wav/03a01Fa.wav ...; then give DIR with --data.""") {
    private static final Pattern NAME = ignoringCase("(\\d\\d)([a-z]\\d\\d)([WLEAFTN])[a-z]?");
    private static final Map<String, Emotion> CODES =
        Map.of(
            "W", Emotion.ANGRY,
            "L", Emotion.BOREDOM,
            "E", Emotion.DISGUST,
            "A", Emotion.FEAR,
            "F", Emotion.HAPPY,
            "T", Emotion.SAD,
            "N", Emotion.NEUTRAL);

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      return name.matches()
          ? recording(
              root,
              file,
              CODES.get(name.group(3).toUpperCase(Locale.ROOT)).label(),
              name.group(1),
              name.group(2).toLowerCase(Locale.ROOT))
          : Optional.empty();
    }
  },

  /** Surrey audio-visual expressed emotion: {@code DC/a01.wav} or {@code DC_a01.wav}. */
  SAVEE(
      "SAVEE (Surrey audio-visual expressed emotion)",
      "for research, on registration with its authors",
      """
      Get SAVEE from http://kahlan.eps.surrey.ac.uk/savee/ and unpack it, so that the files lie as
        DIR/DC/a01.wav ... or DIR/DC_a01.wav ...; then give DIR with --data.""") {
    private static final Pattern NAME = ignoringCase("(?:([A-Z]{2})_)?(sa|su|a|d|f|h|n)(\\d\\d)");
    private static final Pattern SPEAKER = ignoringCase("[A-Z]{2}");
    private static final Map<String, Emotion> CODES =
        Map.of(
            "a", Emotion.ANGRY,
            "d", Emotion.DISGUST,
            "f", Emotion.FEAR,
            "h", Emotion.HAPPY,
            "n", Emotion.NEUTRAL,
            "sa", Emotion.SAD,
            "su", Emotion.SURPRISE);

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      if (!name.matches()) {
        return Optional.empty();
      }
      String speaker = name.group(1) == null ? folderName(file) : name.group(1);
      if (!SPEAKER.matcher(speaker).matches()) {
        return Optional.empty();
      }
      // The texts of an emotion are numbered within it, so the number alone is not the text.
      String code = name.group(2).toLowerCase(Locale.ROOT);
      return recording(
          root,
          file,
          CODES.get(code).label(),
          speaker.toUpperCase(Locale.ROOT),
          code + name.group(3));
    }
  },

  /** CREMA-D: {@code 1001_DFA_ANG_XX.wav}. */
  CREMAD(
      "CREMA-D (crowd-sourced emotional multimodal actors dataset)",
      "Open Database License 1.0",
      """
      Get CREMA-D's AudioWAV folder from https://github.com/CheyneyComputerScience/CREMA-D, \
      so that the files lie as
        DIR/AudioWAV/1001_DFA_ANG_XX.wav ...; then give DIR with --data.""") {
    private static final Pattern NAME =
        ignoringCase("(\\d{4})_([A-Z]{3})_(ANG|DIS|FEA|HAP|NEU|SAD)_[A-Z]+");
    private static final Map<String, Emotion> CODES =
        Map.of(
            "ANG", Emotion.ANGRY,
            "DIS", Emotion.DISGUST,
            "FEA", Emotion.FEAR,
            "HAP", Emotion.HAPPY,
            "NEU", Emotion.NEUTRAL,
            "SAD", Emotion.SAD);

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      return name.matches()
          ? recording(
              root,
              file,
              CODES.get(name.group(3).toUpperCase(Locale.ROOT)).label(),
              name.group(1),
              name.group(2).toUpperCase(Locale.ROOT))
          : Optional.empty();
    }
  },

  /** EMOVO: {@code f1/dis-f1-b1.wav}: emotion, speaker, sentence. */
  EMOVO(
      "EMOVO (Italian emotional speech)",
      "not stated; free of charge for research",
      """
      Get EMOVO (Costantini et al. 2014) from http://voice.fub.it/activities/corpora/emovo/index.html \
      and unpack it, so that the files lie as
        DIR/f1/dis-f1-b1.wav ...; then give DIR with --data.""") {
    private static final Pattern NAME =
        ignoringCase("(dis|gio|pau|rab|sor|tri|neu)-([fm]\\d)-([a-z]\\d{1,2})");
    private static final Map<String, Emotion> CODES =
        Map.of(
            "dis", Emotion.DISGUST,
            "gio", Emotion.HAPPY,
            "pau", Emotion.FEAR,
            "rab", Emotion.ANGRY,
            "sor", Emotion.SURPRISE,
            "tri", Emotion.SAD,
            "neu", Emotion.NEUTRAL);

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      return name.matches()
          ? recording(
              root,
              file,
              CODES.get(name.group(1).toLowerCase(Locale.ROOT)).label(),
              name.group(2).toLowerCase(Locale.ROOT),
              name.group(3).toLowerCase(Locale.ROOT))
          : Optional.empty();
    }
  },

  /** EmoGator: {@code data/mp3/000072-24-1.mp3}: contributor, category, take. No words. */
  EMOGATOR(
      "EmoGator (vocal bursts: laughs, sighs, screams)",
      "Apache-2.0",
      """
      Get EmoGator from https://github.com/fredbuhl/EmoGator, so that the files lie as
        DIR/data/mp3/000072-24-1.mp3 ...
      make a WAV file of each MP3 file, beside it, such as by
        ffmpeg -i 000072-24-1.mp3 -c:a pcm_s16le 000072-24-1.wav
      and give DIR with --data.""") {
    private static final Pattern NAME = ignoringCase("(\\d{6})-(\\d\\d)-\\d");

    /** By its number less 1; words that are no emotion of ours are left out unless asked for. */
    private static final List<String> CATEGORIES =
        List.of(
            "adoration",
            Emotion.HAPPY.label(), // Amusement.
            Emotion.ANGRY.label(),
            "awe",
            "confusion",
            "contempt",
            "contentment",
            "desire",
            "disappointment",
            Emotion.DISGUST.label(),
            "distress",
            Emotion.HAPPY.label(), // Ecstasy.
            Emotion.HAPPY.label(), // Elation.
            "embarrassment",
            Emotion.FEAR.label(),
            "guilt",
            "interest",
            Emotion.NEUTRAL.label(),
            "pain",
            "pride",
            "realization",
            "relief",
            "romantic_love",
            Emotion.SAD.label(),
            "serenity",
            "shame",
            Emotion.SURPRISE.label(), // Negative.
            Emotion.SURPRISE.label(), // Positive.
            "sympathy",
            "triumph");

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      if (!name.matches()) {
        return Optional.empty();
      }
      int category = Integer.parseInt(name.group(2));
      return category >= 1 && category <= CATEGORIES.size()
          ? recording(root, file, CATEGORIES.get(category - 1), name.group(1), "")
          : Optional.empty();
    }

    @Override
    public boolean isSpeech() {
      return false;
    }
  },

  /** nEMO: {@code samples/WR0_surprised_64.wav}, listed in {@code data.tsv}. */
  NEMO(
      "nEMO (Polish emotional speech)",
      "CC BY-NC-SA 4.0",
      """
      Get nEMO from https://github.com/amu-cai/nEMO, so that the files lie as
        DIR/data.tsv and DIR/samples/WR0_surprised_64.wav ...; then give DIR with --data.""") {
    private static final CsvCorpus.Format LIST =
        new CsvCorpus.Format(
            "TSV", '\t', "file_id", "emotion", "speaker_id", "normalized_text", "samples");

    @Override
    Listing list(Path root) throws IOException {
      return CsvCorpus.list(root.resolve("data.tsv"), LIST, howToGet());
    }

    @Override
    Optional<Recording> parse(Path root, Path file) {
      throw new UnsupportedOperationException("data.tsv lists the files");
    }
  },

  /**
   * ASED: {@code 05Angry/a5-03-01-02-50.wav}: emotion and folder, sentence, take, gender, speaker.
   * Sentences are numbered within an emotion, and most are said in that emotion only.
   */
  ASED(
      "ASED (Amharic speech emotion dataset)",
      "not stated in its repository; published for research",
      """
      Get ASED from https://github.com/Ethio2021/ASED_V1, so that the files lie as
        DIR/01Neutral/n1-01-01-01-01.wav ... DIR/05Angry/a5-07-02-02-65.wav; then give DIR with \
      --data.""") {
    private static final Pattern NAME =
        ignoringCase("(([nfhsa])\\d)-(\\d\\d)-\\d\\d-\\d\\d-(\\d\\d)");
    private static final Map<String, Emotion> CODES =
        Map.of(
            "n", Emotion.NEUTRAL,
            "f", Emotion.FEAR,
            "h", Emotion.HAPPY,
            "s", Emotion.SAD,
            "a", Emotion.ANGRY);

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      return name.matches()
          ? ofTellingText(
              root,
              file,
              CODES.get(name.group(2).toLowerCase(Locale.ROOT)),
              name.group(4),
              name.group(1).toLowerCase(Locale.ROOT) + "-" + name.group(3))
          : Optional.empty();
    }
  },

  /**
   * The emotional part of emotiontts: {@code plain-to-emotional/ema/wav/ema00001.wav}: speaker and
   * take. Takes 201 to 300 are sad and 301 to 400 angry: its description has them the other way
   * around, its transcripts don't.
   */
  EMOTIONTTS(
      "emotiontts open DB, emotional part (Korean)",
      "for research only, not to be passed on (its README)",
      """
      Get Dataset/SpeechCorpus/Emotional of https://github.com/emotiontts/emotiontts_open_db, so that \
      the files lie as
        DIR/plain-to-emotional/ema/wav/ema00001.wav ... \
      DIR/emotional-to-emotional/neo/wav/neo00305.wav; then give DIR with --data.""") {
    private static final Pattern PATH =
        ignoringCase("(?:.*/)?(plain|emotional)-to-emotional/([a-z]{3})/wav/\\2(\\d{5})\\.[a-z]+");
    private static final int TAKES_OF_EMOTION = 100;
    private static final List<Emotion> EMOTIONS =
        List.of(Emotion.NEUTRAL, Emotion.HAPPY, Emotion.SAD, Emotion.ANGRY);

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher path = PATH.matcher(file.toAbsolutePath().toString().replace('\\', '/'));
      if (!path.matches()) {
        return Optional.empty();
      }
      int take = Integer.parseInt(path.group(3)) - 1;
      if (take < 0 || take >= TAKES_OF_EMOTION * EMOTIONS.size()) {
        return Optional.empty();
      }
      // A plain script is read in all emotions; an emotional one has its own for each.
      boolean plain = path.group(1).equalsIgnoreCase("plain");
      int line = 1 + (plain ? take % TAKES_OF_EMOTION : take);
      return ofTellingText(
          root,
          file,
          EMOTIONS.get(take / TAKES_OF_EMOTION),
          path.group(2).toLowerCase(Locale.ROOT),
          path.group(1).toLowerCase(Locale.ROOT) + line);
    }
  },

  /** TurEV-DB: {@code Sound Source/Angry/1157_kz_acik.wav}: speaker, emotion, word. */
  TUREV(
      "TurEV-DB (Turkish emotion-voice database)",
      "CC BY-NC-ND 4.0",
      """
      Get the folder "Sound Source" of https://github.com/Xeonen/TurEV-DB, so that the files lie as
        DIR/Sound Source/Angry/1157_kz_acik.wav ...; then give DIR with --data.""") {
    private static final Pattern NAME = ignoringCase("(\\d{4})_[a-z]{2}_(.+)");

    /** What it calls calm is its neutral: it has no other. */
    private static final Map<String, Emotion> FOLDERS_OF =
        Map.of(
            "angry", Emotion.ANGRY,
            "calm", Emotion.NEUTRAL,
            "happy", Emotion.HAPPY,
            "sad", Emotion.SAD);

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher name = NAME.matcher(stem(file));
      String folder = folderName(file).toLowerCase(Locale.ROOT);
      return name.matches() && FOLDERS_OF.containsKey(folder)
          ? recording(
              root,
              file,
              FOLDERS_OF.get(folder).label(),
              name.group(1),
              name.group(2).toLowerCase(Locale.ROOT))
          : Optional.empty();
    }
  },

  /** A CSV file with columns path, label and, if known, speaker and text; paths relative to it. */
  CSV(
      "CSV",
      "not stated",
      """
      Write a CSV file with a header line 'path,label,speaker' and one line for each recording, \
      paths relative to the CSV file; a column 'text' may say what is said; then give the CSV file \
      with --data.""") {
    @Override
    Listing list(Path root) throws IOException {
      return CsvCorpus.list(root, CsvCorpus.CSV, howToGet());
    }

    @Override
    Optional<Recording> parse(Path root, Path file) {
      throw new UnsupportedOperationException("a CSV lists its files");
    }
  },

  /**
   * Speechocean762: {@code WAVE/SPEAKER0001/000010011.WAV}. Nobody says what is felt there: it is
   * for what a teacher tells another model.
   */
  SPEECHOCEAN762(
      "speechocean762 (learners of English, reading)",
      "free for commercial and non-commercial use",
      """
      Get speechocean762 from https://github.com/jimbozhang/speechocean762, so that the files lie as
        DIR/WAVE/SPEAKER0001/000010011.WAV ...; then give DIR with --data.""") {
    private static final Pattern FOLDER = ignoringCase("SPEAKER(\\d+)");

    @Override
    Optional<Recording> parse(Path root, Path file) {
      Matcher folder = FOLDER.matcher(folderName(file));
      return folder.matches()
          ? recording(root, file, Labels.UNLABELED, folder.group(1), "")
          : Optional.empty();
    }
  },

  /** One's own recordings: the folder right below the root is the label; speakers are unknown. */
  FOLDERS(
      "folders",
      "not stated",
      """
      Put the recordings into one folder for each emotion, DIR/angry/*.wav, DIR/happy/*.wav, ...; \
      then give DIR with --data.""") {
    @Override
    Optional<Recording> parse(Path root, Path file) {
      Path relative = root.relativize(file);
      return relative.getNameCount() > 1
          ? recording(root, file, relative.getName(0).toString(), "", "")
          : Optional.empty();
    }
  };

  /**
   * What is there.
   *
   * @param recordings in the order of their ids
   * @param problems a line for each file that does not belong
   */
  record Listing(List<Recording> recordings, List<String> problems) {}

  private static final Pattern AUDIO =
      ignoringCase(".+\\.(wav|wave|aif|aiff|aifc|mp3|flac|ogg|opus|m4a)");

  private static final Pattern WAV = ignoringCase(".+\\.wav");
  private static final Pattern COMPRESSED = ignoringCase(".+\\.(mp3|flac|ogg|opus|m4a)");

  private final String title;
  private final String license;
  private final String howToGet;

  CorpusLayout(String title, String license, String howToGet) {
    this.title = title;
    this.license = license;
    this.howToGet = howToGet;
  }

  /** The layout's name on the command line. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String title() {
    return title;
  }

  public String license() {
    return license;
  }

  /** Whether it is speech; other voice is good to train on, but no measure of what hears speech. */
  public boolean isSpeech() {
    return true;
  }

  /** Whether it is a corpus that all the world has, and not recordings of one's own. */
  boolean isPublished() {
    return this != CSV && this != FOLDERS;
  }

  /** Where to get the corpus and how to lay it out. */
  String howToGet() {
    return howToGet;
  }

  /** What place and name of a file tell; empty where the layout does not know them. */
  abstract Optional<Recording> parse(Path root, Path file);

  /**
   * Lists the recordings at a place.
   *
   * @throws CorpusException if there are none
   */
  Listing list(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new CorpusException("no folder %s.%n%s".formatted(root, howToGet));
    }
    List<Recording> recordings = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (Path file : notConverted(FolderFiles.of(root, CorpusLayout::isAudio, problems))) {
      parse(root, file)
          .ifPresentOrElse(
              recordings::add,
              () ->
                  problems.add(
                      "%s: its name does not tell emotion and speaker in layout %s"
                          .formatted(id(root, file), id())));
    }
    if (recordings.isEmpty()) {
      throw new CorpusException(
          "no recordings in layout %s under %s%s.%n%s"
              .formatted(
                  id(),
                  root,
                  problems.isEmpty()
                      ? ""
                      : ", but %d others, such as %s".formatted(problems.size(), problems.get(0)),
                  howToGet));
    }
    return new Listing(recordings, problems);
  }

  private static Optional<Recording> recording(
      Path root, Path file, String label, String speaker, String text) {
    return Optional.of(new Recording(file, id(root, file), Labels.canonical(label), speaker, text));
  }

  private static Optional<Recording> ofTellingText(
      Path root, Path file, Emotion emotion, String speaker, String text) {
    return Optional.of(new Recording(file, id(root, file), emotion.label(), speaker, text, true));
  }

  /** Names with a leading dot are what macOS leaves beside files when it packs them. */
  private static boolean isAudio(String name) {
    return AUDIO.matcher(name).matches() && !name.startsWith(".");
  }

  /** A recording that was converted, with the WAV file beside it, is one recording and not two. */
  private static List<Path> notConverted(List<Path> files) {
    Set<Path> converted =
        files.stream()
            .filter(file -> WAV.matcher(file.toString()).matches())
            .map(file -> file.resolveSibling(stem(file)))
            .collect(Collectors.toSet());
    return files.stream()
        .filter(
            file ->
                !COMPRESSED.matcher(file.toString()).matches()
                    || !converted.contains(file.resolveSibling(stem(file))))
        .toList();
  }

  private static String id(Path root, Path file) {
    return FolderFiles.id(root, file);
  }

  private static String stem(Path file) {
    return file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
  }

  private static String folderName(Path file) {
    Path folder = file.toAbsolutePath().getParent().getFileName();
    return folder == null ? "" : folder.toString();
  }

  private static Pattern ignoringCase(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }
}
