package dev.medley.architecture.planted.core;

import dev.medley.architecture.planted.engine.Multiplies;

/** Planted: core uses engine, and the two make a cycle. */
public record CountsClicks(Multiplies multiplies) {}
