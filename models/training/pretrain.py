"""Makes the bundled weights: trains every part of the model, from LiteMedSAM's weights, on busi + hc18 train.

Not used by the app. The architecture is not here: onnx_torch.py runs the ONNX graphs that TypeScript exports.
  python pretrain.py --graphs EXPORTED --data DATA --out RUN [--minutes 90] [--resume]
  python pretrain.py --graphs EXPORTED --data DATA --evaluate --start RUN/best/weights.safetensors
RUN/ gets log.jsonl (one line a step or evaluation), last.pt (resume) and best/{weights.safetensors,metrics.json}.
"""
import argparse
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from data import load_split
from interaction import HEADS, train_step
from measure import evaluate, overall
from onnx_torch import Model
from safetensors_file import read_safetensors, write_safetensors

# Parts that the foundation does not have: they learn faster than what is only adapted.
NEW_PARTS = ("heads.", "cnn_embed", "_Adapter")
# The first stages cost half of the encoder's backward pass and change least: they learn in one step of EARLY_EVERY.
EARLY = tuple("image_encoder." + part for part in ("patch_embed", "input_Adapter", "layers.0.", "layers.1."))
EARLY_EVERY = 4


def learning_rate(name, progress, warm):
    base = 4e-4 if any(part in name for part in NEW_PARTS) else 1.2e-4
    return base * min(1.0, warm) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))


class Trainer:
    """Optimiser, moving average of the weights and everything else that a resumed run needs."""

    def __init__(self, model, args):
        self.model, self.args = model, args
        self.params = model.parameters()
        groups = [{"params": [p], "name": n, "weight_decay": 0.05 if p.ndim > 1 else 0.0} for n, p in self.params.items()]
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.99), fused=True)
        self.average = {n: p.detach().clone() for n, p in self.params.items()}
        self.step, self.seconds, self.best = 0, 0.0, -1.0
        self.last = 0.0  # seconds of the step before: all workers must agree on the clock
        self.rng = np.random.default_rng([args.seed, self.rank])

    @property
    def rank(self):
        return dist.get_rank() if dist.is_initialized() else 0

    def progress(self):
        return max(self.step / self.args.steps, self.seconds / (60 * self.args.minutes))

    def save(self, path):
        state = {"params": {n: p.detach() for n, p in self.params.items()}, "average": self.average,
                 "optimiser": self.optimiser.state_dict(), "step": self.step, "seconds": self.seconds,
                 "best": self.best}
        torch.save(state, f"{path}.tmp")
        Path(f"{path}.tmp").replace(path)

    def load(self, path):
        state = torch.load(path, weights_only=False)
        with torch.no_grad():
            for name, p in self.params.items():
                p.copy_(state["params"][name])
        self.average, self.step, self.seconds, self.best = (state[k] for k in ("average", "step", "seconds", "best"))
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng = np.random.default_rng([self.args.seed, self.rank, self.step])

    def advance(self, batch):
        early = self.step % EARLY_EVERY == 0
        for name, p in self.params.items():
            p.grad = None
            p.requires_grad_(early or not name.startswith(EARLY))
        start = time.time()
        loss, parts = train_step(self.model, batch, self.rng)
        loss.backward()
        self.seconds += self.share(self.last)
        # Each tensor by itself: a black image makes the CNN branch's gradient explode (channel norm of zeros), the rest is sound.
        norm = max(torch.nn.utils.clip_grad_norm_([p], 1.0) for p in self.params.values() if p.grad is not None)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(group["name"], self.progress(), (self.step + 1) / 50)
        if torch.isfinite(norm):
            self.optimiser.step()
        self.step += 1
        keep = min(0.99, self.step / (self.step + 10))
        with torch.no_grad():
            for name, p in self.params.items():
                self.average[name].lerp_(p, 1 - keep)
        self.last = time.time() - start
        return {"loss": loss.item(), "norm": norm.item(), **parts}

    def share(self, seconds):
        """Averages over all workers the gradients and `seconds`; returns the latter."""
        if not dist.is_initialized():
            return seconds
        # Where a worker's batch leaves a tensor without a gradient, the other's counts for both.
        params = [p for p in self.params.values() if p.requires_grad]
        flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in params] + [torch.tensor([seconds])])
        dist.all_reduce(flat)
        flat /= dist.get_world_size()
        for p, grad in zip(params, flat[:-1].split([p.numel() for p in params])):
            p.grad = grad.view_as(p)
        return flat[-1].item()

    def with_average(self, act):
        """Runs `act` with the averaged weights in the model."""
        kept = {n: p.detach().clone() for n, p in self.params.items()}
        with torch.no_grad():
            for name, p in self.params.items():
                p.copy_(self.average[name])
            result = act()
            for name, p in self.params.items():
                p.copy_(kept[name])
        return result


def train(model, args):
    out = Path(args.out)
    (out / "best").mkdir(parents=True, exist_ok=True)
    if args.start:
        model.load(read_safetensors(args.start))
    trainer = Trainer(model, args)
    if args.resume:
        trainer.load(out / "last.pt")
    pools = {d: load_split(args.data, [d], "train") for d in HEADS}
    val = load_split(args.data, list(HEADS), "val")
    log = open(out / "log.jsonl", "a", buffering=1) if trainer.rank == 0 else None
    last_eval = trainer.seconds

    def note(**line):
        if log:
            log.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)

    order = {d: [] for d in HEADS}

    def draw(dataset, count):
        picked = []
        for _ in range(count):
            if not order[dataset]:
                order[dataset] = list(trainer.rng.permutation(len(pools[dataset])))
            picked.append(pools[dataset][order[dataset].pop()])
        return picked

    def measure():
        def act():
            with torch.autocast("cpu", torch.bfloat16):  # twice as fast, and the masks are the same
                metrics = evaluate(model, val, share=(trainer.rank, args.workers))
            score = overall(metrics)
            if trainer.rank:
                return
            note(step=trainer.step, seconds=round(trainer.seconds), score=round(score, 4), metrics=metrics)
            if score > trainer.best:
                trainer.best = score
                write_safetensors(out / "best" / "weights.safetensors", model.state())
                facts = {"step": trainer.step, "seconds": round(trainer.seconds), "score": score, "val": metrics}
                (out / "best" / "metrics.json").write_text(json.dumps(facts, indent=1))
        trainer.with_average(act)
        if trainer.rank == 0:
            trainer.save(out / "last.pt")

    while trainer.progress() < 1:
        count = args.batch // args.workers
        breast = int(count * 0.6 + trainer.rng.random())
        parts = trainer.advance(draw("busi", breast) + draw("hc18", count - breast))
        note(step=trainer.step, seconds=round(trainer.seconds), **{k: round(v, 4) for k, v in parts.items()})
        if trainer.seconds - last_eval > 60 * args.eval_minutes:
            measure()
            last_eval = trainer.seconds
    measure()


def main(make_model=Model):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", help="folder with encoder.onnx, decoder.onnx, head.onnx, weights.safetensors")
    parser.add_argument("--data", required=True, help="folder with pairs.csv")
    parser.add_argument("--out", default="run", help="folder of this run")
    parser.add_argument("--steps", type=int, default=100000)
    parser.add_argument("--minutes", type=float, default=90, help="training time; the schedule ends with this or --steps")
    parser.add_argument("--eval-minutes", type=float, default=12)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1234)
    parser.add_argument("--workers", type=int, default=1, help="processes that share a batch (steadier than threads on a busy machine)")
    parser.add_argument("--threads", type=int, default=2, help="of each worker")
    parser.add_argument("--resume", action="store_true", help="continue OUT/last.pt")
    parser.add_argument("--start", help="begin with these weights (safetensors)")
    parser.add_argument("--evaluate", action="store_true", help="only measure val of the given weights")
    parser.add_argument("--datasets", default="busi,hc18", help="of --evaluate")
    args = parser.parse_args()
    if not args.evaluate and args.workers > 1:
        meeting = Path(args.out).absolute() / "workers"
        meeting.parent.mkdir(parents=True, exist_ok=True)
        meeting.unlink(missing_ok=True)
        rank = next((r for r in range(1, args.workers) if os.fork() == 0), 0)
        dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=args.workers)
    torch.set_num_threads(args.threads)
    model = make_model(args.graphs)
    if not args.evaluate:
        return train(model, args)
    if args.start:
        model.load(read_safetensors(args.start))
    print(json.dumps(evaluate(model, load_split(args.data, args.datasets.split(","), "val")), indent=1))


if __name__ == "__main__":
    main()
