package dev.medley.data;

import dev.medley.core.Dataset;
import dev.medley.core.FeatureMatrix;
import dev.medley.formats.Sha256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Items that differ in nothing but their ids, as far as features tell. */
public final class NearDuplicates {
  private static final int COARSE = 0xff; // the last bits of a number, about 1.5 · 10⁻⁵ of it

  private NearDuplicates() {}

  /**
   * Groups of items that have the same modalities with the same numbers to about five digits. Items
   * without any features are in no group.
   *
   * @return ids; each group has two or more
   */
  public static List<List<String>> of(Dataset dataset) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    float[][] rows =
        dataset.features().stream()
            .map(matrix -> new float[matrix.dimension()])
            .toArray(float[][]::new);
    for (int item = 0; item < dataset.items().size(); item++) {
      Sha256 hash = new Sha256();
      boolean any = false;
      for (int m = 0; m < rows.length; m++) {
        FeatureMatrix matrix = dataset.features().get(m);
        hash.add(matrix.isPresent(item) ? "+" : "-");
        if (matrix.isPresent(item)) {
          any = true;
          matrix.copyRow(item, rows[m], 0);
          add(hash, rows[m]);
        }
      }
      if (any) {
        groups
            .computeIfAbsent(hash.hex(), absent -> new ArrayList<>(1))
            .add(dataset.items().id(item));
      }
    }
    return groups.values().stream().filter(group -> group.size() > 1).toList();
  }

  private static void add(Sha256 hash, float[] row) {
    ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES);
    for (float value : row) {
      float plain = value + 0f; // −0 is 0
      bytes.putInt((Float.floatToIntBits(plain) + (COARSE + 1) / 2) & ~COARSE);
    }
    hash.add(bytes.array(), 0, bytes.capacity());
  }
}
