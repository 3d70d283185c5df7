package dev.speechemotion.training.fitting;

/**
 * What an epoch of a training gave that kept a part of the clips aside: loss and share of windows
 * recognized, of the part that it is fitted on and of the other.
 */
public record EpochResult(
    double loss, double accuracy, double validationLoss, double validationAccuracy) {}
