package dev.medley.features;

import dev.medley.formats.Sha256;

/** A SHA-256 over the inputs of all items in the order of items.tsv. */
final class InputHash {
  private final Sha256 hash = new Sha256();

  /**
   * Adds the next item.
   *
   * @param sha256 of its input; empty where it has none
   */
  void add(String itemId, String sha256) {
    hash.add(itemId).add("\0").add(sha256).add("\n");
  }

  /** The hash of all that was added. */
  String hex() {
    return hash.hex();
  }
}
