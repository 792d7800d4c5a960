package dev.medley.architecture.planted.models;

import java.util.Random;

/** Planted: a draw that no seed of a run decides. */
public record RollsDice(Random random) {}
