/** One of each kind that a recipe can name, from outside Weft. */
package org.example.outside;
