/**
 * Files to arrays and back, for formats that more than one module speaks: NPY, safetensors, atomic
 * writing, content hashes.
 *
 * <p>Must not know: what the arrays mean, tensors, datasets, runs.
 */
@NullMarked
package dev.medley.formats;

import org.jspecify.annotations.NullMarked;
