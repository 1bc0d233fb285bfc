package dev.weft.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A file or folder in the data that is not read.
 *
 * @param path of it
 * @param why as the rest of a sentence that begins with the path
 * @param group what things passed over for the same reason are counted as, after their number: {@code .webp}
 * @param files of the data that it is: of a folder more than one, or none
 */
public record PassedOver(String path, String why, String group, int files) {
    /** A folder that Weft has written its results into: no file of the data, so that only a list names it. */
    static PassedOver results(Path folder) {
        return new PassedOver(folder.toString(), "holds results of Weft", "results of Weft", 0);
    }

    /** One line for a list. */
    String note() {
        return path + " " + why + ": passed over";
    }

    /**
     * All of them in one line, {@code 57 files passed over: 50 .webp, 7 in a folder within a class}; empty where there are none.
     *
     * @param passedOver in any order; groups are in the order of their first
     */
    public static String summary(List<PassedOver> passedOver) {
        Map<String, Integer> groups = new LinkedHashMap<>();
        passedOver.forEach(each -> groups.merge(each.group, each.files, Integer::sum));
        groups.values().removeIf(files -> files == 0);
        if (groups.isEmpty()) {
            return "";
        }
        int files = groups.values().stream().mapToInt(Integer::intValue).sum();
        List<String> counted = new ArrayList<>();
        groups.forEach((group, count) -> counted.add(String.format(Locale.ROOT, "%,d %s", count, group)));
        return String.format(
                Locale.ROOT,
                "%,d %s passed over: %s",
                files,
                files == 1 ? "file" : "files",
                String.join(", ", counted));
    }
}
