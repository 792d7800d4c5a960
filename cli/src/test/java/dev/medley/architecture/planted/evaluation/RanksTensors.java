package dev.medley.architecture.planted.evaluation;

import org.bytedeco.pytorch.Tensor;

/** Planted: evaluation sees a tensor. */
public record RanksTensors(Tensor scores) {}
