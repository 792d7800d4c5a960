package dev.medley.core;

/**
 * The root of all randomness of a run. Each consumer draws from a child named after itself, so that
 * adding a consumer shifts none of the others.
 *
 * @param value any number; equal values give equal streams on every machine
 */
public record Seed(long value) {

  /** The seed of the consumer {@code name}, independent of every other name's. */
  public Seed child(String name) {
    long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bits
    for (int k = 0; k < name.length(); k++) {
      hash = (hash ^ name.charAt(k)) * 0x100000001b3L;
    }
    return new Seed(RandomStream.mix(RandomStream.mix(value + RandomStream.GOLDEN) ^ hash));
  }

  /** The seed of one among many numbered consumers of the same name, as an epoch. */
  public Seed child(String name, long number) {
    return new Seed(RandomStream.mix(child(name).value + number * RandomStream.GOLDEN));
  }

  /** A fresh stream that starts at this seed. */
  public RandomStream stream() {
    return new RandomStream(value);
  }
}
