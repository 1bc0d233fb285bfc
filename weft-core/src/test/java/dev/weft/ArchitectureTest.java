package dev.weft;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.weft.ops.Libtorch;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between packages: one way, no cycles, and libtorch only where it belongs. */
class ArchitectureTest {
    private static final String ROOT = "dev.weft.";
    private static final String WEIGHT = ROOT + "weight.";
    private static final JavaClasses CLASSES = classes();

    /** What each package may use. A package that is not here fails the test: say first where it stands. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("natives", Set.of()),
            Map.entry("export", Set.of("natives")),
            Map.entry("io", Set.of("export")),
            Map.entry("stats", Set.of()),
            Map.entry("metric", Set.of("io")),
            Map.entry("seed", Set.of()),
            Map.entry("space", Set.of("io")),
            Map.entry("ops", Set.of("natives", "io")),
            Map.entry("text", Set.of("export", "natives", "io")),
            Map.entry("weight", Set.of("seed", "ops", "space", "io")),
            Map.entry("nn", Set.of("weight", "ops", "space", "io")),
            Map.entry("delta", Set.of("seed", "weight", "ops", "io")),
            Map.entry("criterion", Set.of("metric", "data", "ops", "space", "io")),
            Map.entry(
                    "model",
                    Set.of(
                            "metric",
                            "criterion",
                            "data",
                            "delta",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "text",
                            "export",
                            "io")),
            Map.entry("data", Set.of("seed", "ops", "text", "export", "io")),
            Map.entry("run", Set.of("metric", "natives", "io")),
            Map.entry(
                    "cost",
                    Set.of(
                            "metric", "seed", "onnx", "export", "natives", "model", "nn", "weight", "ops", "space",
                            "io")),
            Map.entry("optim", Set.of("model", "weight", "ops", "io")),
            Map.entry("loss", Set.of("metric", "criterion", "data", "model", "nn", "ops", "space", "run", "io")),
            Map.entry("step", Set.of("loss", "optim", "data", "model", "weight", "ops", "space", "io")),
            Map.entry(
                    "sample",
                    Set.of(
                            "metric",
                            "criterion",
                            "step",
                            "seed",
                            "loss",
                            "optim",
                            "cost",
                            "data",
                            "model",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "io")),
            Map.entry(
                    "architecture",
                    Set.of(
                            "criterion",
                            "loss",
                            "optim",
                            "cost",
                            "data",
                            "model",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "io")),
            Map.entry(
                    "recipe",
                    Set.of(
                            "criterion",
                            "delta",
                            "architecture",
                            "sample",
                            "loss",
                            "optim",
                            "data",
                            "model",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "text",
                            "io")),
            Map.entry(
                    "train",
                    Set.of(
                            "criterion",
                            "metric",
                            "recipe",
                            "architecture",
                            "sample",
                            "step",
                            "loss",
                            "optim",
                            "seed",
                            "cost",
                            "model",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "data",
                            "text",
                            "run",
                            "io")),
            Map.entry(
                    "tree",
                    Set.of(
                            "criterion",
                            "metric",
                            "train",
                            "recipe",
                            "architecture",
                            "sample",
                            "step",
                            "loss",
                            "seed",
                            "model",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "data",
                            "run",
                            "io")),
            Map.entry("search", Set.of("metric", "seed", "space", "run", "io")),
            Map.entry(
                    "onnx",
                    Set.of(
                            "criterion",
                            "metric",
                            "seed",
                            "export",
                            "natives",
                            "data",
                            "text",
                            "model",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "io")),
            Map.entry("generate", Set.of("seed", "model", "nn", "ops", "text", "space", "io")),
            Map.entry("report", Set.of("search", "metric", "stats", "io")),
            Map.entry(
                    "diagnose",
                    Set.of(
                            "criterion",
                            "seed",
                            "report",
                            "stats",
                            "trust",
                            "sample",
                            "loss",
                            "optim",
                            "cost",
                            "data",
                            "model",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "io")),
            Map.entry(
                    "results",
                    Set.of(
                            "criterion",
                            "cost",
                            "metric",
                            "seed",
                            "report",
                            "stats",
                            "text",
                            "optim",
                            "generate",
                            "search",
                            "tree",
                            "train",
                            "recipe",
                            "loss",
                            "run",
                            "data",
                            "model",
                            "nn",
                            "weight",
                            "ops",
                            "space",
                            "io")),
            Map.entry(
                    "pick",
                    Set.of(
                            "metric", "results", "search", "export", "train", "recipe", "cost", "onnx", "run", "data",
                            "model", "nn", "weight", "ops", "space", "io")),
            Map.entry(
                    "trust",
                    Set.of(
                            "criterion",
                            "metric",
                            "seed",
                            "pick",
                            "search",
                            "report",
                            "train",
                            "ops",
                            "recipe",
                            "sample",
                            "step",
                            "loss",
                            "cost",
                            "run",
                            "stats",
                            "data",
                            "model",
                            "nn",
                            "weight",
                            "space",
                            "io")));

    /** The methods of sharing weights, and which others each builds on; the contract they share is {@code weight} itself. */
    private static final Map<String, Set<String>> METHODS_BUILD_ON = Map.of(
            "blend", Set.of(),
            "encoding", Set.of("blend"),
            "experts", Set.of("encoding"),
            "lowrank", Set.of("encoding"),
            "generator", Set.of("blend"),
            "kernel", Set.of(),
            "layers", Set.of(),
            "tree", Set.of());

    /** Plain Java: their tests take milliseconds, and a module without natives can be split off. */
    private static final String[] WITHOUT_LIBTORCH = {
        ROOT + "natives..",
        ROOT + "export..",
        ROOT + "io..",
        ROOT + "stats..",
        ROOT + "metric..",
        ROOT + "seed..",
        ROOT + "space..",
        ROOT + "text..",
        ROOT + "run..",
        ROOT + "search..",
        ROOT + "report.."
    };

    /** Questions about a tensor's shape and life, windows on buffers, and copies of weights: no computations. */
    private static final Set<String> NOT_COMPUTING = Set.of(
            "narrow",
            "clone",
            "copy_",
            "size",
            "dim",
            "sizes",
            "numel",
            "nbytes",
            "shape",
            "dtype",
            "scalar_type",
            "defined",
            "isNull",
            "requires_grad",
            "close",
            "deallocate",
            "retainReference",
            "releaseReference");

    private static JavaClasses classes() {
        // Names are enough; otherwise ArchUnit reads libtorch's classes, some with 30,000 methods, for seconds.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.weft");
    }

    static Set<String> packages() {
        return new TreeSet<>(MAY_USE.keySet());
    }

    @Test
    void everyPackageHasItsPlace() {
        Set<String> found = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(ROOT))
                .map(ArchitectureTest::top)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages()).containsAll(found);
    }

    @ParameterizedTest
    @MethodSource("packages")
    void packageUsesOnlyWhatItMay(String name) {
        Set<String> allowed = new TreeSet<>(MAY_USE.get(name));
        noClasses()
                .that()
                .resideInAPackage(ROOT + name + "..")
                .should()
                .dependOnClassesThat(describe(
                        "are of a Weft package other than " + allowed,
                        target -> target.getPackageName().startsWith(ROOT)
                                && !top(target.getPackageName()).equals(name)
                                && !allowed.contains(top(target.getPackageName()))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    static Set<String> methods() {
        return new TreeSet<>(METHODS_BUILD_ON.keySet());
    }

    @Test
    void everyMethodOfSharingHasItsPlace() {
        Set<String> found = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith(WEIGHT))
                .map(name -> name.substring(WEIGHT.length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(methods()).isEqualTo(found);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void methodOfSharingKnowsNoOther(String name) {
        Set<String> allowed = METHODS_BUILD_ON.get(name);
        noClasses()
                .that()
                .resideInAPackage(WEIGHT + name)
                .should()
                .dependOnClassesThat(describe(
                        "are of a method of sharing other than " + allowed,
                        target -> target.getPackageName().startsWith(WEIGHT)
                                && !target.getPackageName().equals(WEIGHT + name)
                                && !allowed.contains(target.getPackageName().substring(WEIGHT.length()))))
                .check(CLASSES);
    }

    /** Only the list of built-in kinds names methods; the contract itself serves them all. */
    @Test
    void contractOfWeightsKnowsNoMethod() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "weight")
                .and()
                .doNotHaveSimpleName("Sharing")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(WEIGHT + "*")
                .check(CLASSES);
    }

    /** Splits that are cut anew from data that has changed hold out what was trained on: see DataProvenance. */
    @Test
    void whatWasTrainedOnIsOpenedWhereItIsCompared() {
        String settings = ROOT + "recipe.DataSettings";
        Set<String> opening = new TreeSet<>();
        Set<String> reopening = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            for (JavaMethodCall call : each.getMethodCallsFromSelf()) {
                if (call.getTargetOwner().getName().startsWith(settings)
                        && !each.getName().startsWith(settings)) {
                    if (call.getName().equals("open")) {
                        opening.add(
                                each.getSimpleName() + "." + call.getOrigin().getName());
                    } else if (call.getName().equals("reopen")) {
                        reopening.add(
                                each.getSimpleName() + "." + call.getOrigin().getName());
                    }
                }
            }
        }
        assertThat(opening).containsExactly("Trainer.start", "TreeTrainer.start");
        assertThat(reopening).containsExactly("DataProvenance.open");
    }

    @Test
    void noCycles() {
        slices().matching(ROOT + "(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** Each method of sampling is for itself: none but the one beside it, whose record it keeps, uses another's. */
    @Test
    void samplersOfOneMethodKnowNoOther() {
        slices().matching(ROOT + "sample.(*)..")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(
                        resideInAPackage(ROOT + "sample.attentive.."), resideInAPackage(ROOT + "sample.level.."))
                .check(CLASSES);
    }

    @Test
    void plainPackagesKnowNothingOfLibtorch() {
        noClasses()
                .that()
                .resideInAnyPackage(WITHOUT_LIBTORCH)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** A program that only predicts carries ONNX Runtime and nothing else. */
    @Test
    void predictionKnowsOnlyOnnxRuntime() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "export..", ROOT + "natives..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(ROOT + "export..", ROOT + "natives..", "ai.onnxruntime..", "java..", "javax..")
                .check(CLASSES);
    }

    /** A sharing may add choices: who asks a model for its space knows only some of a family's members. */
    @Test
    void membersOfAFamilyAreThoseOfItsDefinition() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "model..")
                .should()
                .callMethodWhere(describe(
                        "the space of a model alone",
                        (JavaMethodCall call) -> call.getTarget().getName().equals("space")
                                && call.getTargetOwner().isAssignableTo(ROOT + "model.ModelDefinition")))
                .check(CLASSES);
    }

    /** What needs no tokenizer of that kind loads no natives for one. */
    @Test
    void oneClassReachesTheTokenizersLibrary() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "text.NativeTokenizer")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl..")
                .check(CLASSES);
    }

    /** A call that goes round dev.weft.ops.Ops is missing from the exported graph. */
    @Test
    void layersAndModelsComputeOnlyThroughOps() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + "nn..", ROOT + "model..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.bytedeco.pytorch.global.torch")
                .orShould()
                .callMethodWhere(describe("it computes with a tensor", ArchitectureTest::computes))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    private static boolean computes(JavaMethodCall call) {
        return call.getTargetOwner().getName().equals("org.bytedeco.pytorch.Tensor")
                && !NOT_COMPUTING.contains(call.getName());
    }

    /**
     * A tensor that is made without a word on its place is in the machine's memory, whatever the device in use. Stored weights are made
     * there and then moved, and batches are filled there by Java.
     */
    @Test
    void onlyOpsMakesTensorsOfNothing() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "ops..")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + "weight.SharedWeights")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + "weight.StoredTensors")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + "data.Tensors")
                .should()
                .callMethodWhere(describe("it makes a tensor", ArchitectureTest::makesTensor))
                .check(CLASSES);
    }

    private static boolean makesTensor(JavaMethodCall call) {
        String owner = call.getTargetOwner().getName();
        return owner.endsWith("Tensor")
                        && owner.startsWith("org.bytedeco.pytorch")
                        && call.getName().equals("create")
                || owner.equals("org.bytedeco.pytorch.global.torch")
                        && Set.of(
                                        "arange",
                                        "bernoulli",
                                        "empty",
                                        "eye",
                                        "from_blob",
                                        "full",
                                        "linspace",
                                        "logspace",
                                        "normal",
                                        "ones",
                                        "rand",
                                        "randint",
                                        "randn",
                                        "randperm",
                                        "range",
                                        "scalar_tensor",
                                        "tensor",
                                        "zeros")
                                .contains(call.getName());
    }

    private static String top(String packageName) {
        String rest = packageName.substring(ROOT.length());
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
    }

    private static boolean drawsOfItself(JavaMethodCall call) {
        String owner = call.getTargetOwner().getName();
        String name = call.getName();
        return owner.equals("java.lang.Math") && name.equals("random")
                || owner.equals("java.util.concurrent.ThreadLocalRandom") && name.equals("current")
                || owner.startsWith("java.util.random.RandomGenerator")
                        && Set.of("of", "getDefault", "create").contains(name)
                || owner.equals("java.util.Collections")
                        && name.equals("shuffle")
                        && call.getTarget().getRawParameterTypes().size() == 1;
    }

    /** libtorch's own number of threads does not reach OpenBLAS. Looked at are the classes of weft-runtime and weft-core. */
    @Test
    void threadsAreSetInOnePlace() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Libtorch.class.getName())
                .should()
                .callMethod(torch.class, "set_num_threads", int.class)
                .check(CLASSES);
    }

    /** Whoever seeds a generator by hand gets streams that are copies of each other. */
    @Test
    void randomNumbersComeFromTheirStream() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "seed..", ROOT + "bench..")
                .should()
                .callConstructorWhere(describe(
                        "makes a random generator",
                        call -> call.getTargetOwner().getPackageName().equals("java.util")
                                && call.getTargetOwner().getSimpleName().endsWith("Random")))
                .orShould()
                .callMethodWhere(describe("draws without a stream", ArchitectureTest::drawsOfItself))
                .check(CLASSES);
    }
}
