"""Times products of matrices in OpenBLAS libraries, in a process for each: python3 products.py LIBRARY [LIBRARY ...]

The shapes are those of a training step of a language model with 8 texts of 128 tokens: forward (T, N), the gradient of the input (N, N)
and of the weights (N, T), and the heads of attention. Prints the median of seven measurements of processor time, one thread.
"""
import ctypes
import os
import random
import subprocess
import sys
import time

SHAPES = [  # rows, columns and inner size as BLAS has them, whether each factor is turned, repetitions
    (128, 1024, 128, "T", "N", 200),
    (128, 1024, 128, "N", "N", 200),
    (128, 128, 1024, "N", "T", 200),
    (256, 1024, 256, "T", "N", 60),
    (256, 256, 1024, "N", "T", 60),
    (512, 1024, 128, "T", "N", 60),
    (512, 128, 1024, "N", "T", 60),
    (128, 32, 32, "T", "N", 3000),
    (32, 128, 32, "N", "T", 3000),
]


def micros(multiply, rows, columns, inner, first, second, times):
    def matrix(size):
        return (ctypes.c_float * size)(*[random.random() for _ in range(size)])

    def whole(value):
        return ctypes.byref(ctypes.c_int(value))

    a, b, c = matrix(rows * inner), matrix(inner * columns), matrix(rows * columns)
    one, zero = ctypes.c_float(1), ctypes.c_float(0)
    arguments = (
        ctypes.c_char_p(first.encode()), ctypes.c_char_p(second.encode()),
        whole(rows), whole(columns), whole(inner), ctypes.byref(one),
        a, whole(inner if first == "T" else rows),
        b, whole(columns if second == "T" else inner),
        ctypes.byref(zero), c, whole(rows),
    )
    measured = []
    for _ in range(8):
        start = time.process_time()
        for _ in range(times):
            multiply(*arguments)
        measured.append((time.process_time() - start) / times * 1e6)
    return sorted(measured[1:])[3]


def main(libraries):
    if len(libraries) == 2 and libraries[0] == "--one":
        multiply = ctypes.CDLL(libraries[1]).sgemm_
        for shape in SHAPES:
            print("%.1f" % micros(multiply, *shape))
        return
    if not libraries:
        sys.exit(__doc__)
    columns = []
    for library in libraries:
        # Its own libraries lie beside it; more threads than one would be another measurement.
        environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", LD_LIBRARY_PATH=os.path.dirname(library))
        answer = subprocess.run(
            [sys.executable, __file__, "--one", library], env=environment, check=True, capture_output=True, text=True)
        columns.append(answer.stdout.split())
    print("| rows, columns, inner | turned | " + " | ".join(os.path.basename(each) + ", µs" for each in libraries) + " |")
    print("|---|---|" + "---:|" * len(libraries))
    for i, (rows, width, inner, first, second, _) in enumerate(SHAPES):
        print("| %d, %d, %d | %s, %s | %s |" % (rows, width, inner, first, second, " | ".join(c[i] for c in columns)))


main(sys.argv[1:])
