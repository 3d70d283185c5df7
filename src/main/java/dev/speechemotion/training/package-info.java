/**
 * Offline training and evaluation: corpus readers, augmentation, fitting, evaluation protocols,
 * reports. May import {@code audio}, {@code features}, {@code emotion}, {@code model}, JTransforms,
 * DJL and picocli and plotting; it knows nothing of Kafka.
 */
package dev.speechemotion.training;
