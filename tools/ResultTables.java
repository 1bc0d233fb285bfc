import dev.weft.io.InputException;
import java.nio.file.Path;
import java.util.Collection;

/** The command line of {@link dev.weft.lab.study.ResultTables}; {@code tools/result-tables} starts it. */
final class ResultTables {
    public static void main(String[] args) {
        boolean check = args.length == 2 && args[1].equals("--check");
        if (args.length != 1 && !check) {
            System.err.println("usage: tools/result-tables [--check]");
            System.exit(2);
        }
        try {
            dev.weft.lab.study.ResultTables tables = new dev.weft.lab.study.ResultTables(Path.of(args[0]));
            Collection<Path> pages = check ? tables.outdated().keySet() : tables.write();
            for (Path page : pages) {
                System.out.println(page + (check ? ": its tables are not those of docs/results; run tools/result-tables" : ": written"));
            }
            System.exit(check && !pages.isEmpty() ? 1 : 0);
        } catch (InputException e) {
            System.err.println("result-tables: " + e.getMessage());
            System.exit(2);
        }
    }
}
