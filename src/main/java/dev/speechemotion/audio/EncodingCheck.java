package dev.speechemotion.audio;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Says of one channel's payload whether it is what its encoding says: not text, not with its bytes
 * in the other order, not of the other law of G.711, not linear samples for G.711 or the reverse.
 *
 * <p>It looks at 1,600 samples a second or a few less, and judges every two seconds. What is found
 * twice in a row holds, until five judgments in a row, ten seconds, say that all is well; what is
 * too quiet or too poor to tell counts neither way.
 *
 * <ul>
 *   <li>Text has bytes of its alphabet only, of base64 or hexadecimal, and many of them: half of
 *       all samples do not.
 *   <li>Of 16-bit samples with their bytes exchanged, neighbors differ wildly, and hardly any more
 *       in the other order. Samples of eight bits in sixteen look alike in that, but all of one
 *       sign in the other order.
 *   <li>Of 32-bit floats with their bytes exchanged, most are none that a sound has.
 *   <li>The nearer to zero a value is, the more often sound takes it. Codes of one law, read by the
 *       other, have the second bits of segment and step inverted, which cuts and shuffles that
 *       curve. So it is compared how far the codes are from any falling curve by either law
 *       (Kullback-Leibler divergence from the best such curve, which pooling adjacent violators
 *       gives). Tones are far from it by both.
 *   <li>Either law has a bit for the sign, so codes are spread alike whether it is set or not. The
 *       bytes of linear samples crowd about one place instead, where that bit changes: as codes
 *       they are loud on one side and quiet on the other. Of sixteen bits every second byte does
 *       so, and the others take all values.
 *   <li>The reverse: both bytes of 16-bit samples are spread alike, and like codes, and neighbors
 *       differ as much in either order.
 * </ul>
 */
public final class EncodingCheck {

  /** What the payload is instead. */
  public enum Finding {
    /** Nothing else, as far as it can be told. */
    NONE,
    /** Text of base64 or hexadecimal digits. */
    TEXT,
    /** Samples with their bytes in the other order. */
    BYTE_ORDER,
    /** Codes of the other law of G.711. */
    OTHER_LAW,
    /** Linear samples of 16 bits in place of codes of G.711. */
    LINEAR_16,
    /** Linear samples of 8 bits without a sign in place of codes of G.711. */
    LINEAR_8,
    /** Codes of G.711 in place of linear samples of 16 bits. */
    CODES
  }

  private static final int LOOKS_PER_SECOND = 1_600;

  /** Looks that a judgment is made of: two seconds. */
  private static final int LOOKS = 3_200;

  /** Judgments in a row that make a finding, and that take it back. */
  private static final int TIMES = 2;

  private static final int SOUND_TIMES = 5;

  /** Of 64 digits those that text has at least; and of bytes, as of digits, what is no tone. */
  private static final int LEAST_DIGITS = 32;

  /** Base64 digits that are hexadecimal too, a bit each; and of those what text has at least. */
  private static final long HEX_DIGITS = 0x3ff0_0000_fc00_003fL;

  private static final int LEAST_HEX_DIGITS = 12;

  /** {@code [byte]}, the base64 digit, 64 for what stands beside digits, or -1. */
  private static final byte[] DIGITS = digits();

  /** Mean square difference of neighbors, so many times that of the other order. */
  private static final long WILD = 8;

  /** Mean square of samples, of 2^30: -25 dB of full scale. */
  private static final long LEAST_POWER = 3_400_000;

  /** One in so many samples at least has the rarer sign. */
  private static final int RARER_SIGN = 10;

  private static final float LEAST_FLOAT = 0x1p-40f;
  private static final float MOST_FLOAT = 64;

  private static final int BINS = 32;

  /** Of a bin's number, the bits that the other law has inverted. */
  private static final int OTHER_BITS = 0b01010;

  private static final int CODES_PER_BIN = 4;

  /** Divergence, nats a sample, of what is no sound, and of what is one. */
  private static final double NO_SOUND = 0.04;

  private static final double SOUND = 0.02;

  /** Bins that hold one in 256 samples each, at least: fewer say too little. */
  private static final int LEAST_BINS = 6;

  private final AudioEncoding encoding;
  private final int step;

  /**
   * Bins of a byte by its first bits; that with the sign of G.711 exchanged has one bit inverted.
   */
  private static final int TOPS = 8;

  private static final int OTHER_SIGN = TOPS / 2;

  /** Samples until the next look, and looks so far, of the stretch. */
  private int untilLook;

  private int looks;

  /** Bytes that are no digits, and the digits that were there, a bit each. */
  private int outside;

  private long seenDigits;

  /** Of 16-bit samples: the last one, and sums over looks in both orders. */
  private short before;

  private long power;
  private long differences;
  private long otherDifferences;
  private int otherNegative;

  /** Of floats: those that no sound has, in both orders. */
  private int strange;

  private int otherStrange;

  /** Of codes: by magnitude, and with the sign bit set. */
  private final int[] bins;

  private int signs;

  /**
   * {@code [2][TOPS]}, bytes by their first bits: of codes, those of every second look; of 16-bit
   * samples the first and the second one.
   */
  private final int[] tops;

  private Finding finding = Finding.NONE;

  /** What the last judgments said, and how many in a row did. */
  private Finding suspected = Finding.NONE;

  private int times;
  private int soundTimes;

  /** Whether the last stretch that had many values was of nothing that is looked for. */
  private boolean varied;

  /**
   * @param rateHz of the audio, at least 8,000
   */
  public EncodingCheck(AudioEncoding encoding, int rateHz) {
    this.encoding = encoding;
    // Odd, for base64 repeats what it says of a sample's loudness every fourth byte.
    step = rateHz / LOOKS_PER_SECOND | 1;
    bins = new int[isG711() ? BINS : 0];
    tops = new int[encoding == AudioEncoding.PCM_F32LE ? 0 : 2 * TOPS];
  }

  private boolean isG711() {
    return encoding == AudioEncoding.MULAW || encoding == AudioEncoding.ALAW;
  }

  /** What has been found and holds. */
  public Finding finding() {
    return finding;
  }

  /**
   * Whether the last stretch that said anything was what the encoding says, or of linear samples at
   * least nothing else that is known: interleaved channels taken for one are neither smooth nor
   * wild.
   */
  public boolean isConfirmed() {
    return finding == Finding.NONE && (soundTimes > 0 || varied && !isG711());
  }

  /** Samples until the next judgment; at least 1. */
  public int samplesLeft() {
    return untilLook + (LOOKS - 1 - looks) * step + 1;
  }

  /**
   * Takes samples, not beyond the next judgment.
   *
   * @param source as {@link AudioEncoding#decode} takes it
   * @param offset index of the first byte
   * @param stride number of interleaved channels
   * @param count number of samples
   */
  public void accept(byte[] source, int offset, int stride, int count) {
    int frameBytes = stride * encoding.bytesPerSample();
    if (isG711()) {
      lookAtCodes(source, offset, frameBytes, count);
    } else if (encoding == AudioEncoding.PCM_F32LE) {
      lookAtFloats(source, offset, frameBytes, count);
    } else {
      lookAtShorts(source, offset, frameBytes, count);
    }
    int seen = untilLook < count ? (count - untilLook + step - 1) / step : 0;
    untilLook += seen * step - count;
    looks += seen;
    if (looks == LOOKS) {
      conclude(judge());
      forgetStretch();
    }
  }

  private void lookAtCodes(byte[] source, int offset, int frameBytes, int count) {
    int invert = encoding == AudioEncoding.MULAW ? 0x7f : 0x55;
    // An odd number of samples apart: looks take turns with the bytes of 16-bit samples.
    int half = looks % 2 * TOPS;
    for (int i = untilLook; i < count; i += step) {
      int code = source[offset + i * frameBytes] & 0xff;
      bins[((code ^ invert) & 0x7f) / CODES_PER_BIN]++;
      signs += code >>> 7;
      tops[half + code * TOPS / 256]++;
      half ^= TOPS;
      lookAtByte(code);
    }
  }

  private void lookAtByte(int value) {
    int digit = DIGITS[value];
    outside += digit >>> 31;
    seenDigits |= 1L << digit;
  }

  private void lookAtShorts(byte[] source, int offset, int frameBytes, int count) {
    for (int i = untilLook; i < count; i += step) {
      int at = offset + i * frameBytes;
      short sample = shortAt(source, at);
      short last = i == 0 ? before : shortAt(source, at - frameBytes);
      int other = Short.reverseBytes(sample);
      long difference = sample - last;
      long otherDifference = other - Short.reverseBytes(last);
      power += sample * sample;
      differences += difference * difference;
      otherDifferences += otherDifference * otherDifference;
      otherNegative += other >>> 31;
      int first = source[at] & 0xff;
      int second = source[at + 1] & 0xff;
      tops[first * TOPS / 256]++;
      tops[TOPS + second * TOPS / 256]++;
      lookAtByte(first);
      lookAtByte(second);
    }
    before = shortAt(source, offset + (count - 1) * frameBytes);
  }

  private short shortAt(byte[] source, int at) {
    int first = source[at];
    int second = source[at + 1];
    return (short)
        (encoding == AudioEncoding.PCM_S16LE
            ? first & 0xff | second << 8
            : second & 0xff | first << 8);
  }

  private void lookAtFloats(byte[] source, int offset, int frameBytes, int count) {
    for (int i = untilLook; i < count; i += step) {
      int at = offset + i * frameBytes;
      int bits = 0;
      for (int k = 0; k < Float.BYTES; k++) {
        int value = source[at + k] & 0xff;
        bits |= value << Byte.SIZE * k;
        lookAtByte(value);
      }
      strange += isStrange(bits) ? 1 : 0;
      otherStrange += isStrange(Integer.reverseBytes(bits)) ? 1 : 0;
    }
  }

  private static boolean isStrange(int bits) {
    float magnitude = Math.abs(Float.intBitsToFloat(bits));
    // Every comparison with NaN is false.
    return magnitude != 0 && !(magnitude >= LEAST_FLOAT && magnitude <= MOST_FLOAT);
  }

  /** What the stretch says; empty if it says nothing. */
  private Optional<Finding> judge() {
    if (outside == 0 && isText()) {
      return Optional.of(Finding.TEXT);
    }
    return switch (encoding) {
      case MULAW, ALAW -> judgeLaw();
      case PCM_S16LE, PCM_S16BE -> judgeOrder();
      case PCM_F32LE -> judgeFloats();
    };
  }

  private boolean isText() {
    int count = Long.bitCount(seenDigits);
    return count >= LEAST_DIGITS || count >= LEAST_HEX_DIGITS && (seenDigits & ~HEX_DIGITS) == 0;
  }

  private Optional<Finding> judgeOrder() {
    boolean otherIsOneSided = Math.min(otherNegative, LOOKS - otherNegative) * RARER_SIGN < LOOKS;
    if (differences > WILD * otherDifferences
        && power > LEAST_POWER * LOOKS
        && Long.bitCount(seenDigits) >= LEAST_DIGITS
        && !otherIsOneSided
        && !isClipped()) {
      return Optional.of(Finding.BYTE_ORDER);
    }
    if (otherDifferences > WILD * differences) {
      return Optional.of(Finding.NONE);
    }
    return areCodes() ? Optional.of(Finding.CODES) : Optional.empty();
  }

  /**
   * Whether more samples than of speech are as large as can be: in the other order those are small.
   */
  private boolean isClipped() {
    int high = encoding == AudioEncoding.PCM_S16LE ? TOPS : 0;
    return (tops[high + OTHER_SIGN - 1] + tops[high + OTHER_SIGN]) * 10 > LOOKS * 3;
  }

  /**
   * Whether both bytes of 16-bit samples look like codes of G.711: of those that a quiet line has
   * most, there are as many with the sign set as without; or else, as silence may have one code or
   * two, it is so of the others.
   */
  private boolean areCodes() {
    int all = 2 * LOOKS;
    if (apart() > 0.1 * all) {
      return false;
    }
    int quiet = 0;
    for (int top = 1; top < OTHER_SIGN; top++) {
      quiet = pair(top) > pair(quiet) ? top : quiet;
    }
    int rest = all - pair(quiet);
    int apartOfRest = 0;
    int oneSided = 0;
    int unevenOfRest = 0;
    for (int top = 0; top < TOPS; top++) {
      if (top % OTHER_SIGN != quiet) {
        apartOfRest += Math.abs(tops[top] - tops[TOPS + top]);
        oneSided += Math.abs(top(top) - top(top ^ OTHER_SIGN)) / 2;
        unevenOfRest += Math.abs(top(top) - rest / (TOPS - 2));
      }
    }
    // Zeros are linear silence.
    int oneSidedOfAll = oneSided + Math.abs(top(quiet) - top(quiet ^ OTHER_SIGN));
    return quiet != 0 && rest < 0.4 * all && oneSidedOfAll < 0.4 * all
        || rest > 0.08 * all
            && apartOfRest < 0.2 * rest
            && oneSided < 0.35 * rest
            && unevenOfRest > 0.25 * rest;
  }

  /** Bytes that differ in the sign of G.711 only, by their first bits. */
  private int pair(int top) {
    return top(top) + top(top ^ OTHER_SIGN);
  }

  /** How far the two kinds of bytes are from being spread alike; at most as many as they are. */
  private int apart() {
    int apart = 0;
    for (int top = 0; top < TOPS; top++) {
      apart += Math.abs(tops[top] - tops[TOPS + top]);
    }
    return apart;
  }

  private Optional<Finding> judgeFloats() {
    if (strange * 3 > LOOKS && otherStrange * 100 < LOOKS) {
      return Optional.of(Finding.BYTE_ORDER);
    }
    return strange * 100 < LOOKS && otherStrange * 3 > LOOKS
        ? Optional.of(Finding.NONE)
        : Optional.empty();
  }

  private Optional<Finding> judgeLaw() {
    boolean mulaw = encoding == AudioEncoding.MULAW;
    double declared = divergence(bins, 0, mulaw);
    if (isOf16Bits(0) || isOf16Bits(TOPS)) {
      return Optional.of(Finding.LINEAR_16);
    }
    if (declared > NO_SOUND && isOf8Bits()) {
      return Optional.of(Finding.LINEAR_8);
    }
    int filled = 0;
    for (int count : bins) {
      filled += count * 256 >= LOOKS ? 1 : 0;
    }
    if (filled < LEAST_BINS || Math.min(signs, LOOKS - signs) * RARER_SIGN < LOOKS) {
      return Optional.empty();
    }
    double other = divergence(bins, OTHER_BITS, !mulaw);
    if (declared > NO_SOUND && other < SOUND) {
      return Optional.of(Finding.OTHER_LAW);
    }
    return other > NO_SOUND && declared < SOUND ? Optional.of(Finding.NONE) : Optional.empty();
  }

  /**
   * Whether the codes of every second look are the high bytes of 16-bit samples.
   *
   * @param high index of their bins: the other ones' are those of the low bytes
   */
  private boolean isOf16Bits(int high) {
    int low = TOPS - high;
    for (int top = 0; top < TOPS; top++) {
      if (tops[low + top] * 40 < LOOKS / 2) {
        return false;
      }
    }
    int first = tops[high];
    int last = tops[high + TOPS - 1];
    return apart() > 0.15 * LOOKS
        && Math.min(first, last) * 10 > LOOKS / 2
        && tops[high + OTHER_SIGN] * 4 < first
        && tops[high + (TOPS - 1 ^ OTHER_SIGN)] * 4 < last;
  }

  /** Whether the codes are 8-bit samples about 128. */
  private boolean isOf8Bits() {
    int below = top(TOPS / 2 - 1);
    int above = top(TOPS / 2);
    return Math.min(below, above) * 7 > LOOKS
        && top(TOPS / 2 - 1 ^ OTHER_SIGN) * 8 < below
        && top(TOPS / 2 ^ OTHER_SIGN) * 8 < above;
  }

  private int top(int top) {
    return tops[top] + tops[TOPS + top];
  }

  /**
   * How far counts are from any density that falls with the magnitude.
   *
   * @param counts {@code [BINS]}
   * @param inverted bits of a bin's number that are inverted in that of its count
   * @param mulaw whether bins are as wide as by mu-law, or else by A-law
   * @return Kullback-Leibler divergence from the nearest one, nats a sample
   */
  private static double divergence(int[] counts, int inverted, boolean mulaw) {
    double[] poolCounts = new double[BINS];
    double[] poolWidths = new double[BINS];
    int pools = 0;
    double sum = 0;
    for (int bin = 0; bin < BINS; bin++) {
      double count = counts[bin ^ inverted];
      double width = width(bin, mulaw);
      sum += count > 0 ? count * StrictMath.log(count / width) : 0;
      while (pools > 0 && poolCounts[pools - 1] * width < count * poolWidths[pools - 1]) {
        pools--;
        count += poolCounts[pools];
        width += poolWidths[pools];
      }
      poolCounts[pools] = count;
      poolWidths[pools++] = width;
    }
    for (int i = 0; i < pools; i++) {
      sum -= poolCounts[i] > 0 ? poolCounts[i] * StrictMath.log(poolCounts[i] / poolWidths[i]) : 0;
    }
    return sum / LOOKS;
  }

  /** Of a bin, in steps of 16 bits: G.711's segments double, but for A-law's first two. */
  private static int width(int bin, boolean mulaw) {
    int segment = bin / (BINS / 8);
    if (mulaw) {
      // The code of zero stands for half a step on its side.
      return (CODES_PER_BIN * 8 << segment) - (bin == 0 ? 4 : 0);
    }
    return CODES_PER_BIN * 16 << Math.max(0, segment - 1);
  }

  private void conclude(Optional<Finding> judgment) {
    if (judgment.isEmpty()) {
      varied |= Long.bitCount(seenDigits) >= LEAST_DIGITS;
      return;
    }
    Finding found = judgment.get();
    if (found == Finding.NONE) {
      times = 0;
      soundTimes = Math.min(soundTimes + 1, SOUND_TIMES);
      if (soundTimes == SOUND_TIMES) {
        finding = Finding.NONE;
      }
      return;
    }
    soundTimes = 0;
    varied = false;
    times = found == suspected ? Math.min(times + 1, TIMES) : 1;
    suspected = found;
    if (times == TIMES) {
      finding = found;
    }
  }

  private void forgetStretch() {
    looks = 0;
    outside = 0;
    seenDigits = 0;
    power = 0;
    differences = 0;
    otherDifferences = 0;
    otherNegative = 0;
    strange = 0;
    otherStrange = 0;
    signs = 0;
    Arrays.fill(bins, 0);
    Arrays.fill(tops, 0);
  }

  private static byte[] digits() {
    byte[] digits = new byte[256];
    Arrays.fill(digits, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < alphabet.length(); i++) {
      digits[alphabet.charAt(i)] = (byte) i;
    }
    // The alphabet of addresses, and what pads and breaks lines.
    digits['-'] = 62;
    digits['_'] = 63;
    for (char beside : new char[] {'=', '\r', '\n'}) {
      digits[beside] = 64;
    }
    return digits;
  }

  /** Writes what {@link #readState} needs to go on as if nothing had happened. */
  public void writeState(DataOutput out) throws IOException {
    out.writeShort(untilLook);
    out.writeShort(looks);
    out.writeShort(outside);
    out.writeLong(seenDigits);
    for (int count : tops) {
      out.writeShort(count);
    }
    if (isG711()) {
      for (int count : bins) {
        out.writeShort(count);
      }
      out.writeShort(signs);
    } else if (encoding == AudioEncoding.PCM_F32LE) {
      out.writeShort(strange);
      out.writeShort(otherStrange);
    } else {
      out.writeShort(before);
      out.writeLong(power);
      out.writeLong(differences);
      out.writeLong(otherDifferences);
      out.writeShort(otherNegative);
    }
    out.writeByte(finding.ordinal());
    out.writeByte(suspected.ordinal());
    out.writeByte(times);
    out.writeByte(soundTimes);
    out.writeBoolean(varied);
  }

  /**
   * Takes over the state of another one of the same encoding and rate.
   *
   * @throws IOException if the state ends early or is not that of such a one
   */
  public void readState(DataInput in) throws IOException {
    untilLook = readUpTo(in.readUnsignedShort(), step - 1);
    looks = readUpTo(in.readUnsignedShort(), LOOKS - 1);
    outside = in.readUnsignedShort();
    seenDigits = in.readLong();
    for (int i = 0; i < tops.length; i++) {
      tops[i] = readUpTo(in.readUnsignedShort(), LOOKS);
    }
    if (isG711()) {
      for (int i = 0; i < BINS; i++) {
        bins[i] = readUpTo(in.readUnsignedShort(), LOOKS);
      }
      signs = readUpTo(in.readUnsignedShort(), LOOKS);
    } else if (encoding == AudioEncoding.PCM_F32LE) {
      strange = readUpTo(in.readUnsignedShort(), LOOKS);
      otherStrange = readUpTo(in.readUnsignedShort(), LOOKS);
    } else {
      before = in.readShort();
      power = in.readLong();
      differences = in.readLong();
      otherDifferences = in.readLong();
      otherNegative = readUpTo(in.readUnsignedShort(), LOOKS);
    }
    finding = readFinding(in);
    suspected = readFinding(in);
    times = readUpTo(in.readUnsignedByte(), TIMES);
    soundTimes = readUpTo(in.readUnsignedByte(), SOUND_TIMES);
    varied = in.readBoolean();
  }

  private static Finding readFinding(DataInput in) throws IOException {
    return Finding.values()[readUpTo(in.readUnsignedByte(), Finding.values().length - 1)];
  }

  private static int readUpTo(int value, int most) throws IOException {
    if (value > most) {
      throw new IOException("the check of a payload cannot have counted " + value);
    }
    return value;
  }
}
