/**
 * Full ranking of any scorer, metrics of the ranked lists, slices, and tests of significance.
 *
 * <p>Must not know: how scores come about (models, tensors), files, the command line.
 */
@NullMarked
package dev.medley.evaluation;

import org.jspecify.annotations.NullMarked;
