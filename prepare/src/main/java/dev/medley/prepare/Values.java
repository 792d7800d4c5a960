package dev.medley.prepare;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ratings and times as foreign files write them. */
final class Values {
  /** Stands for a value that is not known. */
  static final double UNKNOWN = Double.NaN;

  /** Stands for a value that is not what it should be. */
  static final double BAD = Double.POSITIVE_INFINITY;

  private static final Set<String> MISSING = Set.of("na", "n/a", "nan", "null", "none");
  private static final int LONGEST = 64;

  private Values() {}

  /**
   * The number; {@link #UNKNOWN} where nothing stands there or one of NA, NaN, null, None, {@link
   * #BAD} where it is none.
   */
  static double number(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return UNKNOWN;
    }
    String number = text.strip();
    if (MISSING.contains(number.toLowerCase(Locale.ROOT))) {
      return UNKNOWN;
    }
    if (number.length() > LONGEST) {
      return BAD;
    }
    for (int k = 0; k < number.length(); k++) {
      char c = number.charAt(k);
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return BAD;
      }
    }
    try {
      double value = Double.parseDouble(number);
      return Double.isFinite(value) ? value : BAD;
    } catch (NumberFormatException notOne) {
      return BAD;
    }
  }

  /**
   * A time: a number as it stands, or a date with or without a time of day (ISO 8601, a space for
   * the T; UTC where no offset is given) in seconds since 1970.
   */
  static double time(@Nullable String text) {
    double number = number(text);
    if (number != BAD || text == null || text.length() > LONGEST) {
      return number;
    }
    String iso = text.strip();
    try {
      if (iso.length() == 10) {
        return LocalDate.parse(iso).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
      }
      iso = iso.replace(' ', 'T');
      Instant instant =
          iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10
              ? OffsetDateTime.parse(iso).toInstant()
              : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
      return instant.getEpochSecond() + instant.getNano() / 1e9;
    } catch (DateTimeParseException notOne) {
      return BAD;
    } catch (DateTimeException outOfRange) {
      return BAD;
    }
  }
}
