/**
 * From raw files of other makers to a dataset folder, and back: sources, duplicates, thresholds,
 * k-core, item texts, pictures, image vectors.
 *
 * <p>Must not know: tensors, models, metrics, runs, the command line. DuckDB is seen here alone.
 */
@NullMarked
package dev.medley.prepare;

import org.jspecify.annotations.NullMarked;
