package dev.speechemotion.audio;

import java.nio.charset.StandardCharsets;

/**
 * What a file is that people try instead of one that is read, from its first bytes.
 *
 * <p>They are named and not decoded: in November 2026 no decoder in pure Java on Maven Central is
 * kept up. The last releases are of 2016 (JLayer, for MP3), 2017 (jFLAC), 2024 (Concentus, which
 * decodes Opus but reads no files) and March 2025 (JSE's for several formats, by one author, who
 * has changed nothing since).
 */
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
    } else if (begin.length > 2 && begin[0] == (byte) 0xFF && (begin[1] & 0xE0) == 0xE0) {
      return ofMpegHeader(begin[1], begin[2]);
    } else if (begin.length > 1 && begin[0] == 0x56 && (begin[1] & 0xE0) == 0xE0) {
      return "AAC (LOAS)";
    } else if (text.startsWith("OggS")) {
      return ofOgg(text);
    } else if (text.startsWith("ftyp", 4)) {
      return text.startsWith("3gp", 8) ? "3GP (mostly AMR or AAC)" : "MP4 or M4A (mostly AAC)";
    } else if (text.startsWith("RIFF")) {
      return text.startsWith("AVI ", 8)
          ? "AVI, a video"
          : text.startsWith("QLCM", 8) ? "QCP (QCELP or EVRC)" : "";
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
    {"#!SILK", "SILK"},
    {"\u0002#!SILK", "SILK"},
    {"\u000B\u0077", "AC-3"},
    {"\u0000\u0000\u0001\u00BA", "an MPEG video"},
    {"FLV", "Flash video"},
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

  /**
   * MPEG audio by its layer, which is 0 in AAC with ADTS headers; nothing if there are values that
   * no header has.
   */
  private static String ofMpegHeader(byte second, byte third) {
    int layer = second >> 1 & 3;
    if (layer == 0) {
      return (second & 0xF0) == 0xF0 && (third >> 2 & 0xF) < 13 ? "AAC" : "";
    }
    // Nobody has layer 1; the first bytes of text in UTF-16 look like it.
    boolean known =
        layer != 3 && (second >> 3 & 3) != 1 && (third & 0xF0) != 0xF0 && (third >> 2 & 3) != 3;
    return known ? "MP" + (4 - layer) : "";
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
