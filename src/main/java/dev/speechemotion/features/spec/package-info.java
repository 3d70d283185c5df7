/**
 * What a feature vector is, as data: a model's manifest holds it, so that streaming computes what
 * training computed. Serves every package that knows of features. May import only the JDK.
 */
package dev.speechemotion.features.spec;
