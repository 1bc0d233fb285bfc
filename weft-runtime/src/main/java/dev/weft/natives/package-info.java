/**
 * Where native libraries come from: {@link dev.weft.natives.NativeLibraries} unpacks those of one artifact completely, and only then is
 * any of them loaded. Knows the JDK and ONNX Runtime; libtorch, SQLite and the tokenizers have their own class where they are used, which
 * comes here to unpack.
 */
package dev.weft.natives;
