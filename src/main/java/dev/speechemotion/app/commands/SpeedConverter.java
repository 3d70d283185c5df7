package dev.speechemotion.app.commands;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --speed}: a positive number, or {@code max} for infinity. */
final class SpeedConverter implements ITypeConverter<Double> {
  @Override
  public Double convert(String text) {
    if (text.equalsIgnoreCase("max")) {
      return Double.POSITIVE_INFINITY;
    }
    try {
      double speed = Double.parseDouble(text);
      if (speed > 0) {
        return speed;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new TypeConversionException("must be a number above 0, or max, got '" + text + "'");
  }
}
