package dev.medley.architecture.planted.runs;

/** Planted: a name that says nothing. */
public interface RunManager {}
