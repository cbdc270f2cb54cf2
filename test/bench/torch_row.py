"""The same work in PyTorch on the CPU: `python torch_row.py ROW GRAPHS_FOLDER`, 2 threads, eager mode."""
import json
import resource
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "training"))
from onnx_torch import Graph  # noqa: E402
from safetensors_file import read_safetensors  # noqa: E402

RUNS = {"encode": 7, "decode": 25, "propose": 25, "finetune": 7}
row, folder = sys.argv[1], Path(sys.argv[2])
torch.set_num_threads(2)
torch.manual_seed(1)
graph = Graph(folder / f"{row}.onnx")
everything = read_safetensors(folder / "weights.safetensors")
params = {name: everything[name].clone() for name in graph.params}
del everything
inputs = {name: torch.rand(shape) for name, shape in graph.inputs.items()}


def forward():
    """The graph at its own batch size, without the runner's vmap."""
    known = {**graph.constants, **params, **inputs}
    for act, attributes, names, output in graph.nodes:
        known[output] = act(attributes, *(known[n] if n else None for n in names))
    return known[graph.outputs[0]]


if row == "finetune":
    trained = [p.requires_grad_() for name, p in params.items() if name.startswith(("prompt_generator", "feature_adapter"))]
    optimiser = torch.optim.Adam(trained, lr=1e-5)

    def run():
        optimiser.zero_grad()
        forward().backward()
        optimiser.step()
else:
    run = torch.inference_mode()(forward)

times = []
for i in range(2 + RUNS[row]):
    start = time.perf_counter()
    run()
    if i >= 2:
        times.append(1000 * (time.perf_counter() - start))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"ms": statistics.median(times), "peakMb": peak}))
