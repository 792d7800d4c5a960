package dev.medley.architecture.planted.models;

/** Planted: native memory is left to the collector. */
public final class AsksForCollection {

  private AsksForCollection() {}

  @SuppressWarnings("SystemGc")
  static void collect() {
    System.gc();
  }
}
