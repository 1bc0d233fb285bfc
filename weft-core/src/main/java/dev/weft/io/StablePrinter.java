package dev.weft.io;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;

/** Two spaces, {@code "key": value}, and a line feed on every operating system. */
final class StablePrinter extends DefaultPrettyPrinter {
    private static final long serialVersionUID = 1L;

    StablePrinter() {
        super(Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        indentObjectsWith(new DefaultIndenter("  ", "\n"));
        indentArraysWith(new DefaultIndenter("  ", "\n"));
    }

    private StablePrinter(StablePrinter other) {
        super(other);
    }

    @Override
    public DefaultPrettyPrinter createInstance() {
        return new StablePrinter(this);
    }
}
