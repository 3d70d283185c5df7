/**
 * The load test: many live channels of real speech against the application in a process of its own,
 * every event held against what {@code classify} makes of the same audio; what that costs, and how
 * long it takes. Serves the command {@code loadtest}. May import {@code serving}, {@code settings}
 * and {@code process}, {@code streams}, {@code model}, {@code audio}, the Avro types and Kafka's
 * clients.
 */
package dev.speechemotion.app.loadtest;
