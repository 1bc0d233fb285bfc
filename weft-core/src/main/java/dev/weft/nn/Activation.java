package dev.weft.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.ops.Ops;
import org.bytedeco.pytorch.Tensor;

/** Elementwise non-linearities. */
public enum Activation implements Layer {
    @JsonProperty("relu")
    RELU {
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return Ops.relu(x);
        }
    },
    @JsonProperty("hardSwish")
    HARD_SWISH {
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return Ops.hardSwish(x);
        }
    },
    /** The product of the input and its sigmoid, also called swish. */
    @JsonProperty("silu")
    SILU {
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return Ops.silu(x);
        }
    },
    @JsonProperty("gelu")
    GELU {
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return Ops.gelu(x);
        }
    },
    /** The approximation of GELU by tanh, which GPT-2 and VAR were trained with. */
    @JsonProperty("gelu-tanh")
    GELU_TANH {
        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return Ops.geluTanh(x);
        }
    }
}
