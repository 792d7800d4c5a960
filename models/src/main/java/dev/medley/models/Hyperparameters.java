package dev.medley.models;

/**
 * A model's configuration: an immutable record that refuses values out of range when it is made, so
 * that an existing one is always valid.
 */
public interface Hyperparameters {}
