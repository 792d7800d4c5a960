package dev.medley.architecture.planted.runs;

import ai.onnxruntime.OrtSession;

/** Planted: a library of the encoders outside features. */
public record EncodesPictures(OrtSession network) {}
