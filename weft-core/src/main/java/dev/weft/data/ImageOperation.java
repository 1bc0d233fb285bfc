package dev.weft.data;

/**
 * The operations of AutoAugment (Cubuk et al. 2019) and RandAugment (Cubuk et al. 2020), with the strengths of torchvision. A strength is
 * what {@link #strength} makes of a level; where {@link #isSigned}, its sign is drawn too. Pixels that come from outside are grey (128), as
 * in AutoAugment's code, and the nearest pixel is taken. On grey images each does the same, so that {@link #COLOR} does nothing.
 */
enum ImageOperation {
    /** Nothing. */
    IDENTITY {
        @Override
        void apply(Planes image, double strength) {}
    },
    /** Moves each row by its place times the strength: up to 0.3. */
    SHEAR_X(0.3, true) {
        @Override
        void apply(Planes image, double strength) {
            image.move(1, strength, 0, 0, 1, 0);
        }
    },
    /** Moves each column by its place times the strength: up to 0.3. */
    SHEAR_Y(0.3, true) {
        @Override
        void apply(Planes image, double strength) {
            image.move(1, 0, 0, strength, 1, 0);
        }
    },
    /** Moves to the right by a part of the width, up to 150 / 331, in whole pixels. */
    TRANSLATE_X(150 / 331.0, true) {
        @Override
        void apply(Planes image, double strength) {
            image.move(1, 0, -(int) (strength * image.width()), 0, 1, 0);
        }
    },
    /** Moves down by a part of the height, up to 150 / 331, in whole pixels. */
    TRANSLATE_Y(150 / 331.0, true) {
        @Override
        void apply(Planes image, double strength) {
            image.move(1, 0, 0, 0, 1, -(int) (strength * image.height()));
        }
    },
    /** Turns about the centre, against the clock: up to 30 degrees. */
    ROTATE(30, true) {
        @Override
        void apply(Planes image, double strength) {
            double cos = StrictMath.cos(StrictMath.toRadians(strength));
            double sin = StrictMath.sin(StrictMath.toRadians(strength));
            double x = image.width() / 2.0;
            double y = image.height() / 2.0;
            image.move(cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y);
        }
    },
    /** Away from black, or towards it: by a factor of 1 and up to 0.9. */
    BRIGHTNESS(0.9, true) {
        @Override
        void apply(Planes image, double strength) {
            image.map(value -> Planes.blend(0, value, 1 + strength));
        }
    },
    /** Away from the grey of each pixel, or towards it: by a factor of 1 and up to 0.9. */
    COLOR(0.9, true) {
        @Override
        void apply(Planes image, double strength) {
            for (int place = 0; place < image.places(); place++) {
                int grey = image.grey(place);
                for (int channel = 0; channel < image.channels(); channel++) {
                    image.set(channel, place, Planes.blend(grey, image.at(channel, place), 1 + strength));
                }
            }
        }
    },
    /** Away from the mean grey of the image, rounded, or towards it: by a factor of 1 and up to 0.9. */
    CONTRAST(0.9, true) {
        @Override
        void apply(Planes image, double strength) {
            long sum = 0;
            for (int place = 0; place < image.places(); place++) {
                sum += image.grey(place);
            }
            int mean = (int) ((double) sum / image.places() + 0.5);
            image.map(value -> Planes.blend(mean, value, 1 + strength));
        }
    },
    /**
     * Away from the image smoothed by (1 1 1, 1 5 1, 1 1 1) / 13, or towards it: by a factor of 1 and up to 0.9. The outermost pixels stay.
     */
    SHARPNESS(0.9, true) {
        @Override
        void apply(Planes image, double strength) {
            Planes old = new Planes(image.bytes().clone(), image.channels(), image.height(), image.width());
            for (int channel = 0; channel < image.channels(); channel++) {
                for (int y = 1; y < image.height() - 1; y++) {
                    for (int x = 1; x < image.width() - 1; x++) {
                        int place = y * image.width() + x;
                        int sum = 4 * old.at(channel, place);
                        for (int row = place - image.width(); row <= place + image.width(); row += image.width()) {
                            sum += old.at(channel, row - 1) + old.at(channel, row) + old.at(channel, row + 1);
                        }
                        int smooth = (2 * sum + 13) / 26; // rounded
                        image.set(channel, place, Planes.blend(smooth, old.at(channel, place), 1 + strength));
                    }
                }
            }
        }
    },
    /** Keeps the highest bits of each value: 8 at level 0, 4 at the highest. */
    POSTERIZE {
        @Override
        double strength(double level) {
            return 8 - Math.rint(4 * level);
        }

        @Override
        void apply(Planes image, double strength) {
            int mask = 0xFF << 8 - (int) strength & 0xFF;
            image.map(value -> value & mask);
        }
    },
    /** Inverts values from a threshold on: 255 at level 0, 0 at the highest. */
    SOLARIZE {
        @Override
        double strength(double level) {
            return 255 * (1 - level);
        }

        @Override
        void apply(Planes image, double strength) {
            image.map(value -> value >= strength ? 255 - value : value);
        }
    },
    /** Stretches each channel so that its values go from 0 to 255. */
    AUTO_CONTRAST {
        @Override
        void apply(Planes image, double strength) {
            for (int channel = 0; channel < image.channels(); channel++) {
                int[] counts = image.histogram(channel);
                int least = first(counts, 0, 1);
                int most = first(counts, 255, -1);
                if (most > least) {
                    image.map(channel, value -> Math.max(0, Math.min(255, (value - least) * 255 / (most - least))));
                }
            }
        }
    },
    /** Spreads the values of each channel so that all are about equally frequent, as Pillow does. */
    EQUALIZE {
        @Override
        void apply(Planes image, double strength) {
            for (int channel = 0; channel < image.channels(); channel++) {
                int[] counts = image.histogram(channel);
                int step = (image.places() - counts[first(counts, 255, -1)]) / 255;
                if (step > 0) {
                    int[] below = new int[256];
                    int sum = step / 2;
                    for (int value = 0; value < 256; value++) {
                        below[value] = Math.min(255, sum / step);
                        sum += counts[value];
                    }
                    image.map(channel, value -> below[value]);
                }
            }
        }
    },
    /** 255 less each value. */
    INVERT {
        @Override
        void apply(Planes image, double strength) {
            image.map(value -> 255 - value);
        }
    };

    private final double greatest;
    private final boolean signed;

    ImageOperation() {
        this(0, false);
    }

    ImageOperation(double greatest, boolean signed) {
        this.greatest = greatest;
        this.signed = signed;
    }

    /** Whether the strength may be turned round. */
    boolean isSigned() {
        return signed;
    }

    /** @param level from 0 to 1 */
    double strength(double level) {
        return greatest * level;
    }

    /** Changes an image in place. */
    abstract void apply(Planes image, double strength);

    /** The first value that is there, from one end. */
    private static int first(int[] counts, int from, int step) {
        int value = from;
        while (counts[value] == 0) {
            value += step;
        }
        return value;
    }
}
