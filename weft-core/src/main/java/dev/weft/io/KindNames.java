package dev.weft.io;

import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import java.lang.reflect.Modifier;

/**
 * Says by which kind an object is written. Jackson would make a name up for a class that has none, and the document could never be
 * read again: here that is an error.
 */
final class KindNames extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public String findTypeName(AnnotatedClass annotated) {
        Class<?> type = annotated.getRawType();
        if (Modifier.isAbstract(type.getModifiers())) {
            return super.findTypeName(annotated);
        }
        return Kinds.name(type)
                .orElseThrow(() -> new InputException(Kinds.interfaceOf(type).orElse("a setting")
                        + " that is written must be of a named kind, a record with" + " @JsonTypeName, but "
                        + type.getName() + " has no name"));
    }
}
