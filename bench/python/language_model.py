"""PyTorch's side of the language-model benchmark.

Reads the model definition, the weights and one batch from the files that Weft wrote, builds the same model by hand, and obeys
commands on standard input with a line of JSON each: see LanguageModelWorker.java, which obeys the same ones.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from training_step import read

ROTARY_BASE = 10_000
PROMPT = 16


class LanguageModel:
    """Tokens (B, T) to logits (B, T, V), of GPT-2's kind or Llama's, as the definition says."""

    def __init__(self, model, weights):
        self.model, self.weights = model, weights
        self.heads, self.head_dim = model["blocks"][0]["numHeads"][-1], model["headDim"]
        self.kv_heads = self.heads // model["groupSize"]
        length = model["input"]["contextLength"]
        self.length = length
        self.mask = torch.full((length, length), float("-inf")).triu(1)
        angles = torch.outer(
            torch.arange(length).float(), ROTARY_BASE ** (-torch.arange(0, self.head_dim, 2).double() / self.head_dim).float()
        )
        self.cos, self.sin = angles.cos(), angles.sin()

    def linear(self, x, name):
        return F.linear(x, self.weights[name + ".weight"], self.weights.get(name + ".bias"))

    def norm(self, x, name):
        w, eps = self.weights[name + ".weight"], self.model["normEpsilon"]
        if self.model["norm"] == "rms":
            return x * (x.square().mean(-1, keepdim=True) + eps).rsqrt() * w
        return F.layer_norm(x, x.shape[-1:], w, self.weights.get(name + ".bias"), eps)

    def turned(self, x, first):
        if self.model["positions"] != "rotary":
            return x
        cos, sin = (table[first : first + x.shape[2]] for table in (self.cos, self.sin))
        even, odd = x[..., 0::2], x[..., 1::2]
        return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(3)

    def cut(self, x, heads):
        return x.unflatten(2, (heads, self.head_dim)).transpose(1, 2)

    def attention(self, x, name, first, cache):
        if self.model["groupSize"] == 1:
            q, k, v = self.linear(x, name + ".qkv").chunk(3, -1)
        else:
            q = self.linear(x, name + ".q")
            k, v = self.linear(x, name + ".kv").chunk(2, -1)
        q, k = self.turned(self.cut(q, self.heads), first), self.turned(self.cut(k, self.kv_heads), first)
        v = self.cut(v, self.kv_heads)
        last = first + x.shape[1]
        if cache is not None:
            if name not in cache:
                shape = (x.shape[0], self.kv_heads, self.length, self.head_dim)
                cache[name] = torch.empty(shape), torch.empty(shape)
            keys, values = cache[name]
            keys[:, :, first:last], values[:, :, first:last] = k, v
            k, v = keys[:, :, :last], values[:, :, :last]
        if self.kv_heads != self.heads:
            k, v = (t.repeat_interleave(self.heads // self.kv_heads, 1) for t in (k, v))
        if hasattr(F, "scaled_dot_product_attention"):
            mask = None if x.shape[1] in (1, last) else self.mask[first:last, :last]
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=1 < x.shape[1] == last)
        else:
            scores = (q * self.head_dim**-0.5) @ k.transpose(2, 3)
            if x.shape[1] > 1:
                scores = scores + self.mask[first:last, :last]
            mixed = scores.softmax(-1) @ v
        return self.linear(mixed.transpose(1, 2).flatten(2), name + ".proj")

    def mlp(self, x, name):
        if self.model["mlp"] == "swiglu":
            return self.linear(F.silu(self.linear(x, name + ".fc1_g")) * self.linear(x, name + ".fc1_x"), name + ".fc2")
        return self.linear(F.gelu(self.linear(x, name + ".fc1")), name + ".fc2")

    def forward(self, tokens, first=0, cache=None):
        x = F.embedding(tokens, self.weights["wte.weight"])
        if self.model["positions"] == "learned":
            x = x + self.weights["wpe.weight"][first : first + tokens.shape[1]]
        for i in range(len(self.model["blocks"])):
            name = f"blocks.{i}."
            x = x + self.attention(self.norm(x, name + "norm1"), name + "attn", first, cache)
            x = x + self.mlp(self.norm(x, name + "norm2"), name + "mlp")
        return F.linear(self.norm(x, "norm"), self.weights["wte.weight"])

    def generate(self, count):
        """The most likely tokens after the first ones of the alphabet."""
        cache, written, fresh = {}, [], list(range(PROMPT))
        first = 0
        with torch.inference_mode():
            while True:
                logits = self.forward(torch.tensor([fresh]), first, cache)
                first += len(fresh)
                fresh = [int(logits[0, -1].argmax())]
                written += fresh
                if len(written) == count:
                    return written


def main(folder, threads, rate):
    torch.set_num_threads(int(threads))
    tensors, metadata = read(f"{folder}/family.safetensors")
    batch, _ = read(f"{folder}/batch.safetensors")
    definition = json.loads(metadata["weft.family"])["model"]
    writing = LanguageModel(definition, tensors)
    weights = {name: tensor.clone().requires_grad_() for name, tensor in tensors.items()}
    training = LanguageModel(definition, weights)
    optimizer = torch.optim.AdamW(weights.values(), lr=float(rate), weight_decay=0)
    print(json.dumps({"engine": torch.__version__, "parameters": sum(t.numel() for t in tensors.values())}), flush=True)
    for line in sys.stdin:
        command, count = line.split()
        seconds, processor, answers = [], [], []
        if command == "generate":
            computed, start = time.thread_time(), time.perf_counter()
            answers = [float(token) for token in writing.generate(int(count))]
            seconds = [(time.perf_counter() - start) / int(count)]
            processor = [(time.thread_time() - computed) / int(count)]
        else:
            for _ in range(int(count)):
                computed, start = time.thread_time(), time.perf_counter()
                optimizer.zero_grad(set_to_none=True)
                loss = F.cross_entropy(training.forward(batch["inputs"]).flatten(0, 1), batch["labels"].flatten())
                answers = [loss.item()]
                loss.backward()
                optimizer.step()
                seconds.append(time.perf_counter() - start)
                processor.append(time.thread_time() - computed)
        print(json.dumps({"seconds": seconds, "processor": processor, "losses": answers, "phases": {}}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
