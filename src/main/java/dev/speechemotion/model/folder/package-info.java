/**
 * How the files of a model get into its folder: whole, and by one process at a time. Serves {@code
 * model}. May import nothing of ours.
 */
package dev.speechemotion.model.folder;
