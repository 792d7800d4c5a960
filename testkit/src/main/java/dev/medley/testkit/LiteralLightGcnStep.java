package dev.medley.testkit;

import dev.medley.core.Interactions;
import dev.medley.core.Seed;
import dev.medley.engine.Parameter;
import dev.medley.engine.Parameters;
import dev.medley.engine.Precision;
import dev.medley.engine.Scope;
import dev.medley.engine.Tensors;
import dev.medley.models.Batch;
import dev.medley.models.LightGcn;
import dev.medley.models.blocks.Bpr;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A whole training step of LightGCN as one writes it down first: libtorch's sparse product and
 * tape, a gather for each of users, positives and negatives, and Adam out of plain operations. Owns
 * native memory until closed.
 */
public final class LiteralLightGcnStep implements AutoCloseable {
  private final LightGcn.Config config;
  private final int users;
  private final LiteralPropagation graph; // Â, N × N
  private final Parameters parameters;
  private final Parameter nodes; // E⁰, N × D
  private final LiteralAdam adam;

  /** Starts where {@link LightGcn} of this seed starts. */
  public LiteralLightGcnStep(
      LightGcn.Config config, Interactions train, LiteralPropagation.Form form, Seed seed) {
    this.config = config;
    this.users = train.users();
    this.graph = LiteralPropagation.of(train, form, Precision.FLOAT);
    this.parameters = Parameters.from(seed);
    this.nodes = parameters.xavierUniformNodes("nodes", users, train.items(), config.dim());
    this.adam = new LiteralAdam(config.optimization().adam(), parameters.all());
  }

  /** Forward, backward, update; the loss before it, without the penalty. */
  public double step(Batch.Pairs batch) {
    try (Scope scope = Scope.open()) {
      nodes.clearGradient();
      Tensor user = Tensors.rows(batch.users());
      Tensor positive = itemRows(batch.positives());
      Tensor negative = itemRows(batch.negatives());
      Tensor table = graph.meanOfPowers(nodes.value(), config.layers()); // N × D
      Tensor u = table.index_select(0, user); // B × D
      Tensor p = table.index_select(0, positive);
      Tensor n = table.index_select(0, negative);
      Tensor margin = u.mul(p).sum(1).sub(u.mul(n).sum(1)); // B
      Tensor bpr = torch.logsigmoid(margin).mean().neg();
      Tensor l2 =
          norm(nodes.value().index_select(0, user))
              .add(norm(nodes.value().index_select(0, positive)))
              .add(norm(nodes.value().index_select(0, negative)))
              .div(Tensors.scalar((double) batch.size()));
      bpr.add(l2.mul(Tensors.scalar(config.l2()))).backward();
      adam.step();
      return bpr.item().toDouble();
    }
  }

  private Tensor itemRows(int[] items) {
    return Tensors.rows(IntStream.of(items).map(item -> users + item).toArray());
  }

  private Tensor norm(Tensor rows) {
    Tensor squares = rows.mul(rows).sum();
    return config.l2Form() == Bpr.L2Form.NORM ? squares.sqrt() : squares.mul(Tensors.scalar(0.5));
  }

  /** E⁰ as it is now, N × D, row by row. */
  public float[] nodes() {
    return Tensors.toFloats(nodes.value());
  }

  @Override
  public void close() {
    adam.close();
    parameters.close();
    graph.close();
  }
}
