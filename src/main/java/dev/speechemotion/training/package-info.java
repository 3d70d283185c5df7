/**
 * Offline training and evaluation. Here are the commands and their options; the work is done by the
 * packages below, which import only downward: {@code report}, {@code experiment}, {@code labeling},
 * {@code fitting}, {@code linear}, {@code evaluation}, {@code corpus}, {@code augmentation}. Serves
 * {@code app}. May import {@code audio}, {@code features}, {@code emotion}, {@code model},
 * JTransforms, DJL, picocli and plotting; it knows nothing of Kafka.
 */
package dev.speechemotion.training;
