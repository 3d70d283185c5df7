/**
 * Networks with their weights, as they are run on a window: the fully connected ones in plain Java,
 * the others by PyTorch. Serves {@code model}, which reads the weights and puts what goes before
 * and after around it. May import DJL.
 */
package dev.speechemotion.model.forward;
