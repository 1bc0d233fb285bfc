package dev.weft.model;

/** What a model reads, bound to data: images or text. */
public sealed interface ModelInput permits ImageInput, TextInput {}
