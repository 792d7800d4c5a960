package dev.medley.prepare.readers;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Pickles to fuzz: a matrix in protocol 0 and one that imports. */
final class PickleSamples {
  static final List<byte[]> ALL =
      List.of(
          ("cscipy.sparse._coo\ncoo_matrix\n)\u0081}(X\u0006\u0000\u0000\u0000_shapeK\u0003K\u0005\u0086"
                  + "X\u0004\u0000\u0000\u0000datacnumpy._core.numeric\n_frombuffer\n(C\u0004\u0001\u0001\u0000\u0002"
                  + "cnumpy\ndtype\nX\u0002\u0000\u0000\u0000i1\u0085RK\u0004\u0085tRq\u0001"
                  + "X\u0003\u0000\u0000\u0000rowh\u0001X\u0003\u0000\u0000\u0000colh\u0001ub.")
              .getBytes(StandardCharsets.ISO_8859_1),
          "cposix\nsystem\n(S'touch fuzz-was-run'\ntR.".getBytes(StandardCharsets.ISO_8859_1));

  private PickleSamples() {}
}
