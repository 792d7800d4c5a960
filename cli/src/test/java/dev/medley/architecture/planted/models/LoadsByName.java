package dev.medley.architecture.planted.models;

/** Planted: wiring by a class's name. */
public final class LoadsByName {

  private LoadsByName() {}

  static Class<?> load(String name) throws ClassNotFoundException {
    return Class.forName(name);
  }
}
