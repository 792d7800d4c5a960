package dev.medley.architecture.planted.core;

import java.nio.file.Path;

/** Planted: core knows files. */
public record ReadsAFile(Path file) {}
