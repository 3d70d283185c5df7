package dev.speechemotion.model.forward;

/** A network with its weights. One instance serves all threads; close it after its passes. */
public interface FittedNetwork extends AutoCloseable {

  /** A way through it for one thread. */
  ForwardPass newPass();

  @Override
  void close();
}
