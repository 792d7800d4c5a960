package dev.medley.features;

import dev.medley.formats.Sha256;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything but the input that an encoder's numbers depend on.
 *
 * @param name as on the command line, without a path
 * @param version a release or the SHA-256 of a model file
 * @param settings by name
 */
record EncoderIdentity(String name, String version, SortedMap<String, String> settings) {

  EncoderIdentity {
    settings = new TreeMap<>(settings);
  }

  /** The same with one more setting. */
  EncoderIdentity with(String key, String value) {
    SortedMap<String, String> more = new TreeMap<>(settings);
    more.put(key, value);
    return new EncoderIdentity(name, version, more);
  }

  /** A SHA-256 over all of it. */
  String sha256() {
    Sha256 hash = new Sha256().add(name).add("\0").add(version);
    settings.forEach((key, value) -> hash.add("\0").add(key).add("\0").add(value));
    return hash.hex();
  }
}
