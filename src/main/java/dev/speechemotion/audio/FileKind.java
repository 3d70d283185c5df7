package dev.speechemotion.audio;

import java.nio.charset.StandardCharsets;

/** What a file is that people try instead of one that is read, from its first bytes. */
final class FileKind {
  /** So many bytes tell. */
  static final int BYTES = 64;

  private FileKind() {}

  /**
   * @param begin the first {@link #BYTES} bytes, or all there are
   * @return such as "MP3"; empty if it is not known
   */
  static String of(byte[] begin) {
    String text = new String(begin, StandardCharsets.ISO_8859_1);
    if (text.startsWith("ID3")) {
      return "MP3";
    } else if (begin.length > 1 && begin[0] == (byte) 0xFF && (begin[1] & 0xE0) == 0xE0) {
      return ofMpegHeader(begin[1]);
    } else if (text.startsWith("OggS")) {
      return ofOgg(text);
    } else if (text.startsWith("ftyp", 4)) {
      return text.startsWith("3gp", 8) ? "3GP (mostly AMR or AAC)" : "MP4 or M4A (mostly AAC)";
    } else if (text.startsWith("RIFF")) {
      return text.startsWith("AVI ", 8) ? "AVI, a video" : "";
    }
    for (String[] kind : BY_BEGIN) {
      if (text.startsWith(kind[0])) {
        return kind[1];
      }
    }
    return "";
  }

  private static final String[][] BY_BEGIN = {
    {"fLaC", "FLAC"},
    {"#!AMR-WB", "AMR-WB"},
    {"#!AMR", "AMR"},
    {"NIST_1A", "SPHERE (NIST)"},
    {".snd", "Sun AU"},
    {"caff", "Apple CAF"},
    {"ADIF", "AAC"},
    {"riff\u002E\u0091", "Wave64"},
    {"\u0030\u0026\u00B2\u0075", "Windows Media (WMA)"},
    {"\u001A\u0045\u00DF\u00A3", "Matroska or WebM (mostly Opus)"},
    {"wvpk", "WavPack"},
    {"MAC ", "Monkey's Audio"},
    {"MThd", "MIDI, notes without sound"},
    {"Creative Voice File", "Creative VOC"},
    {"PK\u0003\u0004", "a ZIP archive"},
    {"\u001F\u008B", "a gzip archive"},
    {"%PDF", "PDF"},
    {"<!DOCTYPE", "a web page"},
    {"<html", "a web page"},
    {"version https://git-lfs", "a pointer of Git LFS; fetch the file itself with git lfs pull"},
  };

  /** MPEG audio by its layer, which is 0 in AAC with ADTS headers. */
  private static String ofMpegHeader(byte second) {
    return switch (second >> 1 & 3) {
      case 0 -> (second & 0xF0) == 0xF0 ? "AAC" : "";
      case 1 -> "MP3";
      case 2 -> "MP2";
      default -> "MP1";
    };
  }

  /** Ogg by the codec that its first packet names. */
  private static String ofOgg(String text) {
    if (text.contains("OpusHead")) {
      return "Ogg Opus";
    } else if (text.contains("\u0001vorbis")) {
      return "Ogg Vorbis";
    } else if (text.contains("Speex   ")) {
      return "Ogg Speex";
    } else if (text.contains("\u007FFLAC")) {
      return "Ogg FLAC";
    }
    return "Ogg";
  }
}
