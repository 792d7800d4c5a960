package dev.medley.testkit;

import dev.medley.models.Dream;
import dev.medley.models.Duality;
import dev.medley.models.Optimization;
import dev.medley.models.blocks.Alignment;
import dev.medley.models.blocks.Bpr;
import dev.medley.models.blocks.FeatureScaling;
import dev.medley.models.blocks.FilterGate;
import dev.medley.models.blocks.ItemGraph;
import dev.medley.models.blocks.RelationGraphs;
import dev.medley.models.blocks.UserNeighbors;

/** Configurations of DREAM for some thirty items that together use every option. */
final class DreamConfigs {

  private DreamConfigs() {}

  /** The default's form: frozen features gate ID embeddings. */
  static Dream.Config usual(Optimization optimization) {
    return new Dream.Config(
        16,
        2,
        FilterGate.Kind.ID,
        new RelationGraphs.Shape(
            5,
            2,
            UserNeighbors.FEATURES,
            4,
            ItemGraph.Edges.ONE,
            RelationGraphs.Convolution.REPLACE),
        Dream.Fusion.SUM,
        true,
        FeatureScaling.ZSCORE,
        0,
        0,
        Bpr.L2Form.NORM,
        new Duality(new Alignment(Alignment.Form.INFONCE, 0.2), 0.01, 0.01, 0.1),
        optimization);
  }

  /** Every other choice. */
  static Dream.Config other(Optimization optimization) {
    return new Dream.Config(
        16,
        1,
        FilterGate.Kind.SELF,
        new RelationGraphs.Shape(
            4,
            1,
            UserNeighbors.COOCCURRENCE,
            1000,
            ItemGraph.Edges.COSINE,
            RelationGraphs.Convolution.AVERAGE),
        Dream.Fusion.CONCAT,
        false,
        FeatureScaling.ZSCORE_L2,
        0.2,
        1e-3,
        Bpr.L2Form.SQUARED,
        new Duality(new Alignment(Alignment.Form.SQUARED, 1), 0.02, 0.03, 0.04),
        optimization);
  }

  /** As little as there can be. */
  static Dream.Config least(Optimization optimization) {
    return new Dream.Config(
        16,
        0,
        FilterGate.Kind.NONE,
        new RelationGraphs.Shape(
            1,
            0,
            UserNeighbors.FEATURES,
            0,
            ItemGraph.Edges.ONE,
            RelationGraphs.Convolution.REPLACE),
        Dream.Fusion.SUM,
        false,
        FeatureScaling.RAW,
        0,
        0,
        Bpr.L2Form.NORM,
        Duality.NONE,
        optimization);
  }
}
