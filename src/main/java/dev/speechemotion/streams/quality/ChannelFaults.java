package dev.speechemotion.streams.quality;

import dev.speechemotion.audio.AudioEncoding;
import dev.speechemotion.audio.EncodingCheck;
import dev.speechemotion.avro.AudioFault;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What is wrong with one channel's audio, and what has been in the course of the call. */
public final class ChannelFaults {
  private final Consumer<FoundFault> listener;
  private final OffsetCheck offsets = new OffsetCheck();
  private NumberUnit numbers = NumberUnit.MESSAGES;

  /** Of the payload in its present format; empty before the first. */
  private Optional<EncodingCheck> payload = Optional.empty();

  private AudioEncoding encoding = AudioEncoding.MULAW;
  private int rateHz;

  private final FaultSet ever = new FaultSet();

  /**
   * @param listener is told of each kind when it is found on the channel for the first time
   */
  public ChannelFaults(Consumer<FoundFault> listener) {
    this.listener = listener;
  }

  /** The format of what comes next; what was found of the payload in another one is over. */
  public void setFormat(AudioEncoding newEncoding, int newRateHz) {
    if (payload.isEmpty() || newEncoding != encoding || newRateHz != rateHz) {
      encoding = newEncoding;
      rateHz = newRateHz;
      payload = Optional.of(new EncodingCheck(newEncoding, newRateHz));
    }
  }

  /** Of the channel's media offsets. */
  public OffsetCheck offsets() {
    return offsets;
  }

  /** Of the payload, in the format that was set. */
  public EncodingCheck payload() {
    return payload.orElseThrow();
  }

  /** What the sequence numbers count. */
  public void setNumbers(NumberUnit numbers) {
    this.numbers = numbers;
  }

  /** Takes note of what has been found; to be called when any part has taken something. */
  public void note() {
    if (!isSound()) {
      for (AudioFault fault : now()) {
        if (ever.add(fault)) {
          String advice = FaultAdvice.of(fault, encoding, rateHz, offsets.timeRate());
          listener.accept(new FoundFault(fault, advice));
        }
      }
    }
  }

  private boolean isSound() {
    return numbers == NumberUnit.MESSAGES
        && offsets.finding().isEmpty()
        && payloadFinding() == EncodingCheck.Finding.NONE;
  }

  private EncodingCheck.Finding payloadFinding() {
    return payload.isEmpty() ? EncodingCheck.Finding.NONE : payload.get().finding();
  }

  /** What is wrong at present, in the order of the schema. */
  public List<AudioFault> now() {
    if (isSound()) {
      return List.of();
    }
    FaultSet now = new FaultSet();
    offsets.finding().filter(this::isSure).ifPresent(now::add);
    numbers.fault().ifPresent(now::add);
    fault(payloadFinding()).ifPresent(now::add);
    return now.list();
  }

  /**
   * Other payloads than it says have another length too: of these the rate is not what is wrong.
   */
  private boolean isSure(AudioFault ofOffsets) {
    return ofOffsets != AudioFault.WRONG_SAMPLE_RATE
        || payload.isPresent() && payload.get().isConfirmed();
  }

  /** What a finding is called in events. */
  static Optional<AudioFault> fault(EncodingCheck.Finding finding) {
    return switch (finding) {
      case TEXT -> Optional.of(AudioFault.BASE64_PAYLOAD);
      case BYTE_ORDER -> Optional.of(AudioFault.WRONG_BYTE_ORDER);
      case OTHER_LAW -> Optional.of(AudioFault.WRONG_G711_LAW);
      case LINEAR_16 -> Optional.of(AudioFault.PCM_AS_G711);
      case LINEAR_8 -> Optional.of(AudioFault.PCM_8_BIT_AS_G711);
      case CODES -> Optional.of(AudioFault.G711_AS_PCM);
      case NONE -> Optional.empty();
    };
  }

  /** What has been wrong so far, in the order of the schema. */
  public List<AudioFault> ever() {
    return ever.list();
  }

  /** Whether media offsets have been found to say nothing of where audio is. */
  public boolean hadWrongOffsets() {
    return ever.containsAny(OffsetCheck.OF_OFFSETS);
  }

  /** Whether no emotion can be told, as what is heard is not what was said. */
  public boolean isUnintelligible() {
    return payloadFinding() != EncodingCheck.Finding.NONE;
  }

  public void writeState(DataOutput out) throws IOException {
    ever.writeState(out);
    offsets.writeState(out);
    numbers.writeState(out);
    out.writeBoolean(payload.isPresent());
    if (payload.isPresent()) {
      out.writeUTF(encoding.name());
      out.writeInt(rateHz);
      payload.get().writeState(out);
    }
  }

  /**
   * Reads what {@link #writeState} wrote.
   *
   * @param minRateHz the lowest rate that audio may have
   * @param maxRateHz the highest
   * @throws IOException if it is cut off or holds what was never written
   */
  public void readState(DataInput in, int minRateHz, int maxRateHz) throws IOException {
    ever.readState(in);
    offsets.readState(in);
    numbers = NumberUnit.readState(in);
    if (in.readBoolean()) {
      AudioEncoding readEncoding = AudioEncoding.valueOf(in.readUTF());
      int readRateHz = in.readInt();
      if (readRateHz < minRateHz || readRateHz > maxRateHz) {
        throw new IOException("it has a payload at " + readRateHz + " Hz");
      }
      setFormat(readEncoding, readRateHz);
      payload().readState(in);
    }
  }
}
