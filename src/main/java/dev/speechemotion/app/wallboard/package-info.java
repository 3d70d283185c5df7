/**
 * The wallboard: a page with the calls that are going on, of all instances, and what it is fed
 * with. {@code Wallboard} puts it together: {@code WallboardFeed} reads the output topics into
 * {@code LiveCalls}, from which {@code WallboardRoutes} answers; {@code CorrectionDesk} takes
 * corrections of emotions and sends them to a topic of their own. The page is in {@code
 * src/main/resources/wallboard}. Serves the commands {@code stream} and {@code demo}. May import
 * {@code http}, {@code client}, {@code settings} and {@code process}, the serdes of {@code
 * streams}, and {@code avro}.
 */
package dev.speechemotion.app.wallboard;
