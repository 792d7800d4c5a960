/**
 * What several models share: losses, scorers, feature tables, item graphs. Each piece cites its
 * source as the models do.
 *
 * <p>Must not know: any model.
 */
@NullMarked
package dev.medley.models.blocks;

import org.jspecify.annotations.NullMarked;
