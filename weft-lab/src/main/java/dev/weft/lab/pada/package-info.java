/**
 * PA&amp;DA at small scale: members and examples drawn by gradient norm, against uniform and fair members. May use weft-core only.
 */
package dev.weft.lab.pada;
