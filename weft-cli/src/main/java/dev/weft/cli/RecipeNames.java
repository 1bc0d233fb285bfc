package dev.weft.cli;

import dev.weft.recipe.Recipes;
import java.util.Iterator;

/** The recipes that come with Weft, for help texts and for TAB. */
final class RecipeNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Recipes.NAMES.iterator();
    }
}
