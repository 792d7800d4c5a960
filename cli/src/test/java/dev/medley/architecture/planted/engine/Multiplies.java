package dev.medley.architecture.planted.engine;

import dev.medley.architecture.planted.core.CountsClicks;

/** Planted: the other half of a cycle. */
public interface Multiplies {

  CountsClicks clicks();
}
