/**
 * Foreign files, line by line and value by value, with limits on everything that a file could make
 * large: lines, nesting, literals, unpacked bytes.
 *
 * <p>Must not know: datasets, DuckDB, the command line. Nothing here runs what a file says.
 */
@NullMarked
package dev.medley.prepare.readers;

import org.jspecify.annotations.NullMarked;
