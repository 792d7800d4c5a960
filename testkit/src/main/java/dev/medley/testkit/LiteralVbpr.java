package dev.medley.testkit;

import dev.medley.core.FeatureMatrix;
import dev.medley.core.TrainingView;
import dev.medley.engine.FeatureTensors;
import dev.medley.engine.Tensors;
import dev.medley.models.Batch;
import dev.medley.models.Loss;
import dev.medley.models.Vbpr;
import dev.medley.models.blocks.Bpr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** VBPR's loss (he2016vbpr) in float64, pair by pair, everything under the tape. */
public final class LiteralVbpr {

  private LiteralVbpr() {}

  /**
   * The loss of a batch.
   *
   * @param leaves the model's parameters by its names
   */
  public static Loss loss(
      Vbpr.Config config, TrainingView data, Map<String, Tensor> leaves, Batch.Pairs batch) {
    long dim = config.dim();
    List<FeatureMatrix> features = data.features();
    String joined = features.size() == 1 ? features.get(0).modality() : "joined";
    Tensor[] parts = new Tensor[features.size()];
    for (int m = 0; m < parts.length; m++) {
      parts[m] = FeatureTensors.of(config.featureScaling().fit(features.get(m)));
    }
    Tensor f = torch.cat(new TensorVector(parts), 1).to(torch.ScalarType.Double); // I × F
    Tensor projected =
        f.matmul(leaf(leaves, "projection/" + joined + "/weight"))
            .add(leaf(leaves, "projection/" + joined + "/bias")); // I × D
    Tensor items = leaf(leaves, "items"); // γ, I × D
    Tensor users = leaf(leaves, "users"); // [γ ; θ], U × 2D
    List<Tensor> bpr = new ArrayList<>();
    Tensor[] squares = new Tensor[3]; // ‖U_b‖², ‖P_b‖², ‖N_b‖²
    LiteralDuality.Pairs behavior = new LiteralDuality.Pairs(new ArrayList<>(), new ArrayList<>());
    LiteralDuality.Pairs modal = new LiteralDuality.Pairs(new ArrayList<>(), new ArrayList<>());
    for (int k = 0; k < batch.size(); k++) {
      int item = batch.positives()[k];
      Tensor u = users.narrow(0, batch.users()[k], 1); // 1 × 2D
      Tensor positive = beside(items, projected, item);
      Tensor negative = beside(items, projected, batch.negatives()[k]);
      bpr.add(torch.logsigmoid(u.mul(positive).sum().sub(u.mul(negative).sum())).neg());
      Tensor[] rows = {u, positive, negative};
      for (int part = 0; part < rows.length; part++) {
        Tensor square = rows[part].square().sum();
        squares[part] = k == 0 ? square : squares[part].add(square);
      }
      if (features.stream().anyMatch(matrix -> matrix.isPresent(item))) {
        behavior.users().add(u.narrow(1, 0, dim));
        behavior.items().add(items.narrow(0, item, 1));
        modal.users().add(u.narrow(1, dim, dim));
        modal.items().add(projected.narrow(0, item, 1));
      }
    }
    Tensor l2 = torch.zeros_like(squares[0]);
    for (Tensor square : squares) {
      l2 =
          l2.add(
              config.l2Form() == Bpr.L2Form.NORM ? square.sqrt() : square.div(Tensors.scalar(2)));
    }
    int[] complete =
        IntStream.of(batch.positives())
            .distinct()
            .filter(item -> features.stream().allMatch(matrix -> matrix.isPresent(item)))
            .toArray();
    return LiteralDuality.addTo(
        Loss.of("bpr", torch.stack(new TensorVector(bpr.toArray(new Tensor[0]))).mean())
            .plus("l2", config.l2(), l2.div(Tensors.scalar(batch.size()))),
        config.duality(),
        behavior,
        modal,
        LiteralDuality.similarity(projected, f, complete));
  }

  private static Tensor beside(Tensor left, Tensor right, int row) {
    return torch.cat(new TensorVector(left.narrow(0, row, 1), right.narrow(0, row, 1)), 1);
  }

  private static Tensor leaf(Map<String, Tensor> leaves, String name) {
    return Objects.requireNonNull(leaves.get(name), name);
  }
}
