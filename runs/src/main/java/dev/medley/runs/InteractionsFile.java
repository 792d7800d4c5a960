package dev.medley.runs;

import dev.medley.core.Interactions;
import dev.medley.core.InvalidInputException;
import dev.medley.formats.Safetensors;
import dev.medley.formats.Safetensors.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The three sets of interactions: for each, U + 1 row offsets and the items, I32; beside them how
 * many training users each item has ({@code train_item_counts}, I), for readers other than this.
 */
record InteractionsFile(Interactions train, Interactions validation, Interactions test) {

  void write(Path file) throws IOException {
    int[] counts = train.itemCounts();
    Safetensors.write(
        file,
        Map.of("users", Integer.toString(train.users()), "items", Integer.toString(train.items())),
        List.of(
            Tensor.of("train_offsets", train.offsets(), train.users() + 1),
            Tensor.of("train_columns", train.columns(), train.size()),
            Tensor.of("train_item_counts", counts, train.items()),
            Tensor.of("validation_offsets", validation.offsets(), validation.users() + 1),
            Tensor.of("validation_columns", validation.columns(), validation.size()),
            Tensor.of("test_offsets", test.offsets(), test.users() + 1),
            Tensor.of("test_columns", test.columns(), test.size())));
  }

  static InteractionsFile read(Path file, int users, int items) throws IOException {
    try (Safetensors tensors = Safetensors.open(file)) {
      return new InteractionsFile(
          read(file, tensors, "train", users, items),
          read(file, tensors, "validation", users, items),
          read(file, tensors, "test", users, items));
    }
  }

  private static Interactions read(
      Path file, Safetensors tensors, String part, int users, int items) throws IOException {
    int[] offsets = tensors.ints(part + "_offsets");
    if (offsets.length != users + 1) {
      throw new InvalidInputException(
          "%s, tensor '%s_offsets': expected %d numbers, one more than users, got %d; the run is damaged: train it again"
              .formatted(file, part, users + 1, offsets.length));
    }
    try {
      return Interactions.ofRows(items, offsets, tensors.ints(part + "_columns"));
    } catch (IllegalArgumentException damaged) {
      throw new InvalidInputException(
          "%s, %s: %s; the run is damaged: train it again"
              .formatted(file, part, damaged.getMessage()),
          damaged);
    }
  }
}
