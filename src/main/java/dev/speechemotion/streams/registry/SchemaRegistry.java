package dev.speechemotion.streams.registry;

/**
 * The little that serdes need of a schema registry. Implementations may be used by several threads.
 */
public interface SchemaRegistry extends AutoCloseable {

  /**
   * Registers a schema under a subject, or finds it there if it may not be registered.
   *
   * @param schemaJson an Avro schema
   * @return its id
   * @throws RegistryException if the registry is not reachable or refuses the schema
   */
  int register(String subject, String schemaJson);

  /**
   * The Avro schema of that id, as JSON, with all types that it refers to.
   *
   * @throws UnknownSchemaException if the registry gives no Avro schema of that id
   * @throws RegistryException if the registry is not reachable, in trouble, or knows nobody who
   *     asks so
   */
  String schemaById(int id) throws UnknownSchemaException;

  /**
   * Returns if the registry answers.
   *
   * @throws RegistryException if it does not; the message says what to do
   */
  void check();

  @Override
  void close();

  /** The registry gives no usable schema: the record that names it is at fault. */
  final class UnknownSchemaException extends Exception {
    private static final long serialVersionUID = 1;

    public UnknownSchemaException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The registry does not answer, or refuses: the set-up is at fault. */
  final class RegistryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean passing;

    /**
     * @param passing whether the same question may be answered later
     */
    public RegistryException(String message, Throwable cause, boolean passing) {
      super(message, cause);
      this.passing = passing;
    }

    /** Whether the registry is away or in trouble, and asking again later makes sense. */
    public boolean passing() {
      return passing;
    }
  }
}
