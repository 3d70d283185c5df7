/**
 * Fits networks: what is kept aside, what normalization is fitted, an epoch's examples, one fit and
 * when it ends. Serves {@code training.experiment} and the reports. May import {@code
 * training.linear}, {@code training.evaluation}, {@code training.corpus}, {@code
 * training.augmentation}, {@code features}, {@code emotion}, {@code model} and DJL.
 */
package dev.speechemotion.training.fitting;
