/**
 * The networks and their files: builds them in DJL, reads and writes model directories (weights and
 * manifest, checked by hash), classifies with them. Serves {@code training} and {@code app}. May
 * import {@code features}, {@code emotion} and DJL.
 */
package dev.speechemotion.model;
