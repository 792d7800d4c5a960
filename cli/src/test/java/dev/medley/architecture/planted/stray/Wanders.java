package dev.medley.architecture.planted.stray;

/** Planted: a package of no module, and not marked. */
public interface Wanders {}
