package dev.medley.architecture.planted.runs;

import picocli.CommandLine;

/** Planted: a library of the command line in a module below it. */
public record ParsesArguments(CommandLine commandLine) {}
