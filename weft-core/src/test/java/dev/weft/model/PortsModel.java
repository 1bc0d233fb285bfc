package dev.weft.model;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.weft.criterion.Criterion;
import dev.weft.criterion.Scorer;
import dev.weft.criterion.SquaredError;
import dev.weft.data.Batch;
import dev.weft.metric.Metric;
import dev.weft.nn.Network;
import dev.weft.ops.Bundle;
import dev.weft.ops.Port;
import dev.weft.ops.Tensors;
import dev.weft.space.Choice;
import dev.weft.space.Member;
import dev.weft.weight.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;

/**
 * A plain model of any ports.
 *
 * @param network what is built with the weights of a family
 */
public record PortsModel(Ports input, Function<Weights, Network> network) implements ModelDefinition {
    /** A model that gives what a function makes of its inputs. */
    public static PortsModel of(List<Port> inputs, List<Port> outputs, Function<Bundle, Bundle> network) {
        return new PortsModel(new Ports(inputs, outputs), weights -> (given, pass) -> network.apply(given));
    }

    @Override
    public String name() {
        return "ports";
    }

    @Override
    public ModelDefinition withInput(ModelInput other) {
        return new PortsModel((Ports) other, network);
    }

    @Override
    public List<Choice<?>> choices() {
        return List.of();
    }

    @Override
    public ModelDefinition at(Member member) {
        return this;
    }

    @Override
    public Network build(Weights weights) {
        return network.apply(weights);
    }

    /** An input of any ports whose open axes have two places. */
    @JsonTypeName("ports")
    public record Ports(List<Port> inputs, List<Port> outputs) implements ModelInput {
        @Override
        public String description() {
            return "ports " + inputs;
        }

        private static long[] shape(Port port, int batch) {
            long[] shape = new long[port.axes().size() + 1];
            shape[0] = batch;
            for (int i = 1; i < shape.length; i++) {
                Port.Axis axis = port.axes().get(i - 1);
                shape[i] = axis.isOpen() ? 2 : axis.size();
            }
            return shape;
        }

        @Override
        public Bundle shapes(int batch) {
            Map<String, Tensor> shapes = new LinkedHashMap<>();
            inputs.forEach(port -> shapes.put(port.name(), Tensors.keep(Tensors.meta(shape(port, batch)))));
            return new Bundle(shapes);
        }

        @Override
        public Bundle random(int batch, RandomGenerator random) {
            Map<String, Tensor> drawn = new LinkedHashMap<>();
            for (Port port : inputs) {
                long[] shape = shape(port, batch);
                float[] values = new float[count(shape)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextDouble();
                }
                drawn.put(port.name(), Tensors.fresh(values, shape));
            }
            return new Bundle(drawn);
        }

        private static int count(long[] shape) {
            long count = 1;
            for (long size : shape) {
                count *= size;
            }
            return Math.toIntExact(count);
        }

        @Override
        public Bundle randomTargets(int batch, RandomGenerator random) {
            return random(batch, random);
        }

        @Override
        public Criterion criterion() {
            return new SquaredError();
        }

        @Override
        public List<Metric> metrics() {
            return List.of();
        }

        /** A scorer of no metrics. */
        @Override
        public Scorer scorer() {
            return new Scorer() {
                @Override
                public void add(Batch batch, Bundle outputs) {}

                @Override
                public Map<Metric, Double> values() {
                    return Map.of();
                }
            };
        }

        @Override
        public boolean covers(ModelInput other) {
            return equals(other);
        }
    }
}
