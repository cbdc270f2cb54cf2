"""Runs the ONNX graphs that `models/` exports with torch operators, so that torch differentiates them.

The architecture is written once, in TypeScript; this knows operators, not models. Initializers that live in the
graph's weights file become shared, trainable parameters under their own names; inline ones stay constants.
Graphs have static shapes and are exported for a batch of one: torch.vmap lifts them to any batch.
"""
from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

from safetensors_file import read_safetensors

CASTS = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 10: torch.float16}


def _ints(value):
    return [int(v) for v in value.reshape(-1).tolist()]


def _reshape(a, x, shape):
    return x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(_ints(shape))])


def _slice(a, x, starts, ends, axes=None, steps=None):
    axes = _ints(axes) if axes is not None else range(starts.numel())
    if steps is not None and any(step != 1 for step in _ints(steps)):
        raise ValueError("Slice with a step is not supported")
    for axis, start, end in zip(axes, _ints(starts), _ints(ends)):
        size = x.shape[axis]
        start, end = (max(0, min(size, v + size if v < 0 else v)) for v in (start, end))
        x = x.narrow(axis, start, end - start)
    return x


def _pad(a, x, pads, value=None, axes=None):
    pads, rank = _ints(pads), x.ndim
    pairs = [p for axis in reversed(range(rank)) for p in (pads[axis], pads[axis + rank])]
    return F.pad(x, pairs, value=float(value) if value is not None else 0.0)


def _reduce(act):
    def run(a, x, axes=None):
        return act(x, _ints(axes) if axes is not None else list(a.get("axes", range(x.ndim))), bool(a.get("keepdims", 1)))

    return run


def _max(x, axes, keep):
    """Along one axis the gradient goes to the first maximum alone, as the reference's does."""
    return x.max(axes[0], keepdim=keep)[0] if len(axes) == 1 else x.amax(axes, keepdim=keep)


def _conv(a, x, w, b=None):
    pads = a.get("pads", [0, 0, 0, 0])
    if pads[:2] != pads[2:]:
        raise ValueError("Conv with unequal padding is not supported")
    return F.conv2d(x, w, b, a.get("strides", 1), pads[:2], a.get("dilations", 1), a.get("group", 1))


def _conv_transpose(a, x, w, b=None):
    pads, extra = a.get("pads", [0, 0, 0, 0]), a.get("output_padding", 0)
    return F.conv_transpose2d(x, w, b, a.get("strides", 1), pads[:2], extra, a.get("group", 1), a.get("dilations", 1))


def _unsqueeze(a, x, axes):
    for axis in sorted(_ints(axes)):
        x = x.unsqueeze(axis)
    return x


def _resize(a, x, roi=None, scales=None, sizes=None):
    if a.get("mode") != b"linear" or a.get("coordinate_transformation_mode", b"half_pixel") != b"half_pixel":
        raise ValueError("Resize is supported as linear, half_pixel only")
    to = _ints(sizes)[2:] if sizes is not None else [round(n * s) for n, s in zip(x.shape[2:], scales[2:].tolist())]
    return F.interpolate(x, to, mode="bilinear", align_corners=False)


def _gemm(a, x, y, c=None):
    out = a.get("alpha", 1.0) * (x.mT if a.get("transA") else x) @ (y.mT if a.get("transB") else y)
    return out if c is None else out + a.get("beta", 1.0) * c


def _norm(a, x, w, b=None):
    return F.layer_norm(x, w.shape, w, b, a.get("epsilon", 1e-5))


UNARY = {
    "Neg": torch.neg, "Relu": F.relu, "Erf": torch.erf, "Exp": torch.exp, "Log": torch.log, "Sqrt": torch.sqrt,
    "Sin": torch.sin, "Cos": torch.cos, "Sigmoid": torch.sigmoid, "Softplus": F.softplus, "Identity": lambda x: x,
}  # fmt: skip
BINARY = {
    "Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Pow": torch.pow, "MatMul": torch.matmul,
    "Equal": torch.eq, "Min": torch.minimum, "Max": torch.maximum,
}  # fmt: skip
# Each takes the node's attributes, then its inputs; an input left out is None.
OPS = {
    **{name: lambda a, x, act=act: act(x) for name, act in UNARY.items()},
    **{name: lambda a, x, y, act=act: act(x, y) for name, act in BINARY.items()},
    "Gelu": lambda a, x: F.gelu(x, approximate=a.get("approximate", b"none").decode()),
    "Softmax": lambda a, x: x.softmax(a.get("axis", -1)),
    "LayerNormalization": _norm,
    "ReduceMean": _reduce(lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    "ReduceSum": _reduce(lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    "ReduceMax": _reduce(_max),
    "Gemm": _gemm,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": lambda a, x: F.max_pool2d(x, a["kernel_shape"], a.get("strides")),
    "Resize": _resize,
    "Reshape": _reshape,
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Concat": lambda a, *xs: torch.cat(xs, a["axis"]),
    "Slice": _slice,
    "Pad": _pad,
    "Expand": lambda a, x, shape: x.expand(torch.broadcast_shapes(x.shape, _ints(shape))),
    "Gather": lambda a, x, i: x.index_select(a["axis"], i.reshape(-1)).unflatten(a["axis"], i.shape),
    "Where": lambda a, c, x, y: torch.where(c, x, y),
    "Cast": lambda a, x: x.to(CASTS[a["to"]]),
    "Unsqueeze": _unsqueeze,
    "Squeeze": lambda a, x, axes: x.squeeze(tuple(_ints(axes))),
}


class Graph:
    """One graph, called with a dict of inputs [B, ...] and a dict of parameters by name; gives its outputs in order."""

    def __init__(self, path):
        graph = onnx.load(path, load_external_data=False).graph
        self.inputs = {i.name: [d.dim_value for d in i.type.tensor_type.shape.dim] for i in graph.input}
        self.outputs = [o.name for o in graph.output]
        self.constants, self.params = {}, []
        for tensor in graph.initializer:
            if tensor.data_location == onnx.TensorProto.EXTERNAL:
                self.params.append(tensor.name)
            else:
                self.constants[tensor.name] = torch.from_numpy(numpy_helper.to_array(tensor).copy())
        self.nodes = []
        for node in graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "Constant":
                self.constants[node.output[0]] = torch.from_numpy(numpy_helper.to_array(attributes["value"]).copy())
            elif node.op_type not in OPS:
                raise ValueError(f"{path}: operator {node.op_type} is not supported")
            else:
                self.nodes.append((OPS[node.op_type], attributes, list(node.input), node.output[0]))

    def __call__(self, inputs, params):
        def one(*values):
            known = dict(self.constants)
            known.update((name, params[name]) for name in self.params)
            known.update((name, value[None]) for name, value in zip(self.inputs, values))
            for act, attributes, names, output in self.nodes:
                known[output] = act(attributes, *(known[n] if n else None for n in names))
            return tuple(known[name][0] for name in self.outputs)

        return torch.vmap(one)(*(inputs[name] for name in self.inputs))


class Model:
    """The exported model of a folder: encoder.onnx, decoder.onnx, head-LABEL.onnx and weights.safetensors."""

    def __init__(self, folder):
        folder = Path(folder)
        self.params = read_safetensors(folder / "weights.safetensors")
        for name, value in self.params.items():
            value.requires_grad_("gaussian" not in name)
        self.encoder, self.decoder = Graph(folder / "encoder.onnx"), Graph(folder / "decoder.onnx")
        self.heads = {p.stem[len("head-") :]: Graph(p) for p in sorted(folder.glob("head-*.onnx"))}

    def parameters(self):
        """What is trained, by name."""
        return {name: value for name, value in self.params.items() if "gaussian" not in name}

    def state(self):
        return {name: value.detach() for name, value in self.params.items()}

    @torch.no_grad()
    def load(self, tensors):
        for name, value in self.params.items():
            value.copy_(tensors[name])

    def encode(self, image):
        """image [B,1,256,256] in [0,1] -> image embedding [B,256,32,32]."""
        return self.encoder({"image": image}, self.params)[0]

    def decode(self, embedding, points, labels, mask, has_mask):
        """-> low_res [B,1,128,128], iou [B,1]; fewer points than the graph has places are filled up with absent ones."""
        spare = self.decoder.inputs["points"][1] - points.shape[1]
        inputs = {"image_embedding": embedding, "mask_input": mask, "has_mask": has_mask[:, None]}
        inputs["points"] = F.pad(points, (0, 0, 0, spare))
        inputs["point_labels"] = F.pad(labels, (0, spare), value=-2.0)
        return tuple(x.float() for x in self.decoder(inputs, self.params))

    def propose(self, label, embedding):
        """-> low_res, iou of one label's head."""
        return tuple(x.float() for x in self.heads[label]({"image_embedding": embedding}, self.params))
