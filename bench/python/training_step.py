"""PyTorch's side of the training-step and cell-step benchmarks.

Reads the model definition, the weights, the members and one batch from the files that Weft wrote, builds the same networks by
hand, and obeys commands on standard input with a line of JSON each: see StepWorker.java, which obeys the same ones.

Members are plain slicing of shared parameters: w[:out, :in, c:c+k, c:c+k]. Slices that are whole are not cut, so that the plain
network pays nothing for being elastic.
"""

import json
import math
import struct
import sys
import time

import torch
import torch.nn.functional as F

DTYPES = {"F32": torch.float32, "I64": torch.int64}
ACTIVATIONS = {"relu": F.relu, "hardSwish": F.hardswish, "silu": F.silu, "gelu": F.gelu}


def read(path):
    """Tensors by name, and the metadata, of a safetensors file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=DTYPES[entry["dtype"]], offset=begin, count=math.prod(entry["shape"]))
        tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors, metadata


def prefix(tensor, *sizes):
    """The first entries of each axis; the tensor itself where that is all of it."""
    for axis, size in enumerate(sizes):
        if size != tensor.shape[axis]:
            tensor = tensor.narrow(axis, 0, size)
    return tensor


class MobileCnn:
    """Inverted residual blocks; x (B, C, H, W), pixel values 0 to 255."""

    def __init__(self, model, weights):
        self.model, self.weights = model, weights
        self.act = ACTIVATIONS[model["activation"]]
        std, mean = model["input"]["std"], model["input"]["mean"]
        self.scale = torch.tensor([1 / (255 * s) for s in std]).reshape(-1, 1, 1)
        self.shift = torch.tensor([-m / s for m, s in zip(mean, std)]).reshape(-1, 1, 1)

    def conv(self, x, name, out, kernel=1, stride=1, groups=1):
        w = prefix(self.weights[name + ".weight"], out, x.shape[1] // groups)
        crop = (w.shape[2] - kernel) // 2
        if crop:
            w = w[:, :, crop : crop + kernel, crop : crop + kernel]
        return F.conv2d(x, w, stride=stride, padding=kernel // 2, groups=groups)

    def norm(self, x, name):
        w, b = (prefix(self.weights[name + end], x.shape[1]) for end in (".weight", ".bias"))
        return F.batch_norm(x, None, None, w, b, training=True)

    def forward(self, x, member):
        model, act = self.model, self.act
        x = x * self.scale + self.shift
        width = member.get("stem.width", model["stem"]["width"][-1])
        x = act(self.norm(self.conv(x, "conv_stem", width, 3, model["stem"]["stride"]), "bn1"))
        for s, stage in enumerate(model["stages"]):
            pick = lambda key, of: member.get(f"stage{s + 1}.{key}", stage[of][-1])
            kernel, out, ratio = pick("kernel", "kernelSize"), pick("width", "width"), pick("expand", "expandRatio")
            for b in range(pick("depth", "depth")):
                name = f"blocks.{s}.{b}."
                middle = max(8, math.floor(x.shape[1] * ratio / 8 + 0.5) * 8)
                y = act(self.norm(self.conv(x, name + "conv_pw", middle), name + "bn1"))
                stride = stage["stride"] if b == 0 else 1
                y = act(self.norm(self.conv(y, name + "conv_dw", middle, kernel, stride, middle), name + "bn2"))
                y = self.norm(self.conv(y, name + "conv_pwl", out), name + "bn3")
                x = x + y if b else y
        x = x.mean((2, 3))
        return F.linear(x, prefix(self.weights["classifier.weight"], 10, x.shape[1]), self.weights["classifier.bias"])


class VisionTransformer:
    """Pre-norm blocks over a class token and patches; x (B, C, H, W), pixel values 0 to 255."""

    def __init__(self, model, weights):
        self.model, self.weights = model, weights
        std, mean = model["input"]["std"][0], model["input"]["mean"][0]
        self.scale, self.shift = 1 / (255 * std), -mean / std

    def linear(self, x, name, out):
        w, b = self.weights[name + ".weight"], self.weights[name + ".bias"]
        return F.linear(x, prefix(w, out, x.shape[-1]), prefix(b, out))

    def norm(self, x, name):
        w, b = (prefix(self.weights[name + end], x.shape[-1]) for end in (".weight", ".bias"))
        return F.layer_norm(x, x.shape[-1:], w, b, eps=1e-6)

    def attention(self, x, name, heads, head_dim):
        w, b = self.weights[name + ".qkv.weight"], self.weights[name + ".qkv.bias"]
        batch, tokens, width = x.shape
        whole, inner = w.shape[0] // 3, heads * head_dim
        if inner == whole:  # one product for query, key and value
            qkv = F.linear(x, prefix(w, 3 * whole, width), b).reshape(batch, tokens, 3, heads, head_dim)
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        else:  # the first heads of each of the three
            rows = [slice(i * whole, i * whole + inner) for i in range(3)]
            parts = [F.linear(x, w[r, :width], b[r]) for r in rows]
            q, k, v = (p.reshape(batch, tokens, heads, head_dim).transpose(1, 2) for p in parts)
        if hasattr(F, "scaled_dot_product_attention"):
            mixed = F.scaled_dot_product_attention(q, k, v)
        else:
            mixed = ((q * head_dim**-0.5) @ k.transpose(2, 3)).softmax(-1) @ v
        return self.linear(mixed.transpose(1, 2).reshape(batch, tokens, inner), name + ".proj", width)

    def forward(self, x, member):
        model, weights = self.model, self.weights
        embed = member.get("embedDim", model["embedDim"][-1])
        x = x * self.scale + self.shift
        w, b = weights["patch_embed.proj.weight"], weights["patch_embed.proj.bias"]
        x = F.conv2d(x, prefix(w, embed), prefix(b, embed), stride=model["patchSize"]).flatten(2).transpose(1, 2)
        token = weights["cls_token"][..., :embed].expand(x.shape[0], 1, embed)
        x = torch.cat((token, x), 1) + weights["pos_embed"][..., :embed]
        for i in range(member.get("depth", model["depth"][-1])):
            block, name = model["blocks"][i], f"blocks.{i}."
            heads = member.get(f"block{i + 1}.numHeads", block["numHeads"][-1])
            hidden = math.floor(embed * member.get(f"block{i + 1}.mlpRatio", block["mlpRatio"][-1]) + 0.5)
            x = x + self.attention(self.norm(x, name + "norm1"), name + "attn", heads, model["headDim"])
            y = F.gelu(self.linear(self.norm(x, name + "norm2"), name + "mlp.fc1", hidden))
            x = x + self.linear(y, name + "mlp.fc2", embed)
        return self.linear(self.norm(x, "norm")[:, 0], "head", 10)


class CellNetwork:
    """Cells of which a member runs one operation an edge; x (B, C, H, W), pixel values 0 to 255."""

    def __init__(self, model, weights):
        if model["affine"] != "nowhere":
            raise SystemExit("this script has cells whose batch norms are affine nowhere")
        self.model, self.weights = model, weights
        std, mean = model["input"]["std"], model["input"]["mean"]
        self.scale = torch.tensor([1 / (255 * s) for s in std]).reshape(-1, 1, 1)
        self.shift = torch.tensor([-m / s for m, s in zip(mean, std)]).reshape(-1, 1, 1)

    def conv(self, x, name, stride=1):
        w = self.weights[name + ".weight"]
        return F.conv2d(x, w, self.weights.get(name + ".bias"), stride=stride, padding=w.shape[2] // 2)

    def norm(self, x):
        return F.batch_norm(x, None, None, training=True)

    def relu_conv_norm(self, x, name, stride=1):
        return self.norm(self.conv(F.relu(x), name + ".op.1", stride))

    def edge(self, x, name, operation):
        if operation == "none":
            return torch.zeros_like(x)
        if operation == "skip_connect":
            return x
        if operation == "avg_pool_3x3":
            return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        return self.relu_conv_norm(x, name + {"nor_conv_1x1": ".2", "nor_conv_3x3": ".3"}[operation])

    def cell(self, x, name, member):
        nodes = [x]
        for node in range(1, 4):
            into = (
                self.edge(nodes[j], f"{name}.edges.{node}<-{j}", member[f"edge{node}-{j}"]) for j in range(node)
            )
            total = next(into)
            for y in into:
                total = total + y
            nodes.append(total)
        return nodes[-1]

    def reduction(self, x, name):
        y = self.relu_conv_norm(self.relu_conv_norm(x, name + ".conv_a", 2), name + ".conv_b")
        return self.conv(F.avg_pool2d(x, 2, 2), name + ".downsample.1") + y

    def forward(self, x, member):
        model, side = self.model, self.model["resolution"]
        x = x * self.scale + self.shift
        if x.shape[2] != side:
            x = F.interpolate(x, (side, side), mode="bilinear", align_corners=False)
        x = self.norm(self.conv(x, "stem.0"))
        cells = 0
        for stage in range(model["stages"]):
            if stage:
                x = self.reduction(x, f"cells.{cells}")
                cells += 1
            for _ in range(model["cellsPerStage"]):
                x = self.cell(x, f"cells.{cells}", member)
                cells += 1
        x = F.relu(self.norm(x)).mean((2, 3))
        return F.linear(x, self.weights["classifier.weight"], self.weights["classifier.bias"])


class Training:
    """A network, its optimiser and the one batch; a mode is plain (the largest member alone), sandwich or single-path."""

    def __init__(self, model, tensors, images, labels, draws, momentum, rate):
        weights = {name: tensor.clone().requires_grad_() for name, tensor in tensors.items()}
        kinds = {"mobile-cnn": MobileCnn, "vision-transformer": VisionTransformer, "cell-network": CellNetwork}
        self.net = kinds[model["kind"]](model, weights)
        self.images, self.labels, self.draws = images, labels, draws
        self.optimizer = torch.optim.SGD(weights.values(), lr=rate, momentum=momentum)
        self.count = 0

    def step(self, clock):
        """One update; adds the seconds of each phase to clock and returns the members' losses."""
        teacher, losses = None, []
        start = time.perf_counter()
        self.optimizer.zero_grad(set_to_none=True)
        clock["optimiser"] += time.perf_counter() - start
        for member in self.draws[self.count % len(self.draws)]:
            start = time.perf_counter()
            logits = self.net.forward(self.images, member)
            loss = F.cross_entropy(logits, self.labels if teacher is None else teacher)
            middle = time.perf_counter()
            losses.append(loss.item())
            loss.backward()
            clock["forward"] += middle - start
            clock["backward"] += time.perf_counter() - middle
            if teacher is None:
                teacher = logits.detach().softmax(1)
        start = time.perf_counter()
        self.optimizer.step()
        clock["optimiser"] += time.perf_counter() - start
        self.count += 1
        return losses


def parse(line):
    """A member from its one-line form: choice=value,..."""
    pairs = (part.split("=") for part in line.split(","))
    return {name: value if value[0].isalpha() else float(value) if "." in value else int(value) for name, value in pairs}


def main(folder, threads, momentum, rate):
    torch.set_num_threads(int(threads))
    tensors, metadata = read(f"{folder}/family.safetensors")
    batch, _ = read(f"{folder}/batch.safetensors")
    document = json.loads(metadata["weft.family"])
    members = {name: parse(line) for name, line in document["notes"].items()}
    steps = 1 + max(int(name[4:].split(".")[0]) for name in members)
    each = len(members) // steps
    draws = [[members[f"step{i}.{j}"] for j in range(each)] for i in range(steps)]
    shared = (document["model"], tensors, batch["images"], batch["labels"])
    modes = {
        "plain": Training(*shared, [[draws[0][0]]], float(momentum), float(rate)),
        "sandwich" if each > 1 else "single-path": Training(*shared, draws, float(momentum), float(rate)),
    }
    print(json.dumps({"engine": torch.__version__, "parameters": sum(t.numel() for t in tensors.values())}), flush=True)
    for line in sys.stdin:
        mode, count = line.split()[:2]  # a third word, phases, asks for what is always answered here
        clock = {"forward": 0.0, "backward": 0.0, "optimiser": 0.0}
        seconds, processor, losses = [], [], []
        for _ in range(int(count)):
            computed, start = time.thread_time(), time.perf_counter()
            losses = modes[mode].step(clock)
            seconds.append(time.perf_counter() - start)
            processor.append(time.thread_time() - computed)
        answer = {"seconds": seconds, "processor": processor, "losses": losses, "phases": clock}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
