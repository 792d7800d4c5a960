package dev.medley.runs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a run went; {@code null} where a figure does not apply, as the epochs of a closed form.
 *
 * @param epochs trained, over all phases
 * @param bestEpoch the one whose parameters were kept
 * @param parameters how many numbers were learned
 * @param secondsPerEpoch median wall time of training alone
 * @param secondsPerEvaluation median wall time of a whole validation pass
 * @param secondsTotal wall time of everything
 * @param peakRssMb peak resident memory of the process in MiB
 * @param finishedAt when the run was written
 */
public record RunOutcome(
    @Nullable Integer epochs,
    @Nullable Integer bestEpoch,
    long parameters,
    @Nullable Double secondsPerEpoch,
    @Nullable Double secondsPerEvaluation,
    double secondsTotal,
    @Nullable Double peakRssMb,
    Instant finishedAt) {}
