/**
 * The {@code weft} command: {@link dev.weft.cli.Main} holds the one list of commands and turns failures into exit codes,
 * {@link dev.weft.cli.GlobalOptions} gives every command the same options and the one way to print a result, and
 * {@link dev.weft.cli.Progress} and {@link dev.weft.cli.Interrupt} serve long work. One class per command, no mechanism of its
 * own. May import every package of weft-core and weft-lab; nothing imports this package.
 */
package dev.weft.cli;
