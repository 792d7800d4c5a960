package dev.medley.architecture.planted.runs.util;

/** Planted: a package named for what kind of class it holds. */
public interface Padding {}
