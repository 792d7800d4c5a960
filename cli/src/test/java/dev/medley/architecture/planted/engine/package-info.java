/** Planted: the one package of this tree that is marked. */
@NullMarked
package dev.medley.architecture.planted.engine;

import org.jspecify.annotations.NullMarked;
