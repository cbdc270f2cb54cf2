"""Makes the bundled weights: trains every part of the model, from LiteMedSAM's weights, on busi + hc18 train.

Not used by the app. The architecture is not here: onnx_torch.py runs the ONNX graphs that TypeScript exports.
  python pretrain.py --graphs EXPORTED --data DATA --out RUN [--minutes 90] [--resume]
  python pretrain.py --graphs EXPORTED --data DATA --evaluate [--weights RUN/best/weights.safetensors]
RUN/ gets log.jsonl (one line a step or evaluation), last.pt (resume) and best/{weights.safetensors,metrics.json}.
"""
import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from data import SIZE, augment, click, load_split, tight_box, to_tensors
from onnx_torch import Model, read_safetensors, write_safetensors

HEADS = {"busi": "breast-lesion", "hc18": "fetal-head"}
LOW = 128
PAD, ABSENT, BOX0, BOX1 = -1.0, -2.0, 2.0, 3.0
# Parts that the foundation does not have: they learn faster than what is only adapted.
NEW_PARTS = ("heads.", "cnn_embed", "_Adapter")
# The first stage costs a third of a step's backward pass and changes least: it learns in one step of STAGE0_EVERY.
STAGE0, STAGE0_EVERY = ("image_encoder.patch_embed", "image_encoder.input_Adapter", "image_encoder.layers.0."), 4


def loss_of(logits, target):
    """Per image 0.2 BCE + 0.8 Dice loss (squared denominators) of low-res logits [B,1,128,128]; -> [B]."""
    p = logits.sigmoid()
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((1, 2, 3))
    dice = 1 - (2 * (p * target).sum((1, 2, 3)) + 1e-5) / ((p * p).sum((1, 2, 3)) + (target * target).sum((1, 2, 3)) + 1e-5)
    return 0.2 * bce + 0.8 * dice


def iou_loss(predicted, logits, target):
    """Squared error of the model's own quality estimate [B,1] against the IoU it should have told; -> [B]."""
    guess, truth = logits.detach() > 0, target > 0.5
    union = (guess | truth).sum((1, 2, 3)).clamp(min=1)
    return (predicted[:, 0] - (guess & truth).sum((1, 2, 3)) / union) ** 2


class Prompts:
    """The prompts given so far for each of a batch of interactions, as the decoder's `points` and `point_labels`.

    Slots 0 and 1 hold the box, or padding point and an absent slot where there is none (SAM's convention)."""

    def __init__(self, batch):
        self.points = [[(0.0, 0.0), (0.0, 0.0)] for _ in range(batch)]
        self.labels = [[PAD, ABSENT] for _ in range(batch)]

    def box(self, i, box):
        self.points[i][:2] = [tuple(box[:2]), tuple(box[2:])]
        self.labels[i][:2] = [BOX0, BOX1]

    def point(self, i, xy, label):
        self.points[i].append(xy)
        self.labels[i].append(float(label))

    def tensors(self):
        n = max(map(len, self.labels))
        points = [p + [(0.0, 0.0)] * (n - len(p)) for p in self.points]
        labels = [label + [ABSENT] * (n - len(label)) for label in self.labels]
        return torch.tensor(points, dtype=torch.float32), torch.tensor(labels, dtype=torch.float32)


def add_clicks(prompts, masks, truth, rng, only=None):
    """One more click in each interaction, inside the largest error of masks [B,128,128] against truth."""
    for i in range(len(masks)) if only is None else only:
        found = click(truth[i] & ~masks[i], masks[i] & ~truth[i], rng)
        if found is not None:
            row, column, label = found
            prompts.point(i, ((column + 0.5) * SIZE / LOW - 0.5, (row + 0.5) * SIZE / LOW - 0.5), label)


def interaction_loss(model, embedding, proposal, target, rng):
    """Two simulated interactions an image, decoded together. The first starts from the head's proposal and clicks its
    errors; the second starts from a point or a box with no mask. Each later step adds a click and feeds the previous
    logits back as the mask prompt (one time in seven without). The loss counts at every step."""
    count = len(target)
    embedding, target = torch.cat([embedding, embedding]), torch.cat([target, target])
    truth = (target[:, 0] > 0.5).numpy()
    previous = torch.cat([proposal, torch.zeros_like(proposal)])
    has_mask = torch.cat([torch.ones(count), torch.zeros(count)])
    prompts = Prompts(2 * count)
    add_clicks(prompts, (proposal[:, 0] > 0).numpy(), truth, rng, range(count))
    for i in range(count, 2 * count):
        box = tight_box(truth[i])
        if box is not None and rng.random() < 0.45:
            box = box * SIZE / LOW + np.array([-0.5, -0.5, 1.5, 1.5]) + 0.5 * np.array([1, 1, -1, -1])
            jitter = rng.uniform(-0.05, 0.05, 4) if rng.random() < 0.5 else np.zeros(4)
            prompts.box(i, box + jitter * np.tile(box[2:] - box[:2], 2))
        else:
            add_clicks(prompts, np.zeros_like(truth), truth, rng, [i])
    total, steps = 0.0, int(rng.integers(2, 5))
    for step in range(steps):
        points, labels = prompts.tensors()
        logits, iou = model.decode(embedding, points, labels, previous, has_mask)
        total = total + (loss_of(logits, target) + 0.05 * iou_loss(iou, logits, target)).mean() / steps
        previous = logits.detach()
        has_mask = torch.tensor((rng.random(2 * count) > 0.15).astype(np.float32))
        if step + 1 < steps:
            add_clicks(prompts, (previous[:, 0] > 0).numpy(), truth, rng)
    return total


def train_step(model, batch, rng):
    """Loss (with its graph) of one augmented batch, and its parts for the log."""
    images, masks = augment(*to_tensors(batch), rng)
    target = F.avg_pool2d(masks, SIZE // LOW)
    kinds = np.array([s.dataset for s in batch])
    with torch.autocast("cpu", torch.bfloat16):
        embedding = model.encode(images)
        proposal, parts = torch.empty_like(target), {}
        loss = 0.0
        for dataset, label in HEADS.items():
            rows = torch.from_numpy(np.nonzero(kinds == dataset)[0])
            if not len(rows):
                continue
            logits, iou = model.propose(label, embedding[rows])
            each = loss_of(logits, target[rows])
            proposal[rows] = logits.detach()
            loss = loss + (each + 0.05 * iou_loss(iou, logits, target[rows])).sum() * 1.5 / len(batch)
            parts[label] = each.mean().item()
        interactive = interaction_loss(model, embedding, proposal, target, rng)
    parts["interactive"] = interactive.item()
    return loss + interactive, parts


def dice_of(a, b):
    return 2 * (a & b).sum() / max(a.sum() + b.sum(), 1)


@torch.no_grad()
def evaluate(model, samples, clicks=3, heads=HEADS):
    """Mean Dice at each image's own resolution: proposal, proposal + k clicks, k clicks alone, tight box alone."""
    scores = {}
    for sample in samples:
        truth = sample.mask
        size = np.array(truth.shape[::-1])
        scale = SIZE / size
        embedding = model.encode(torch.from_numpy(sample.image.copy()).float()[None, None] / 255)
        full = lambda logits: F.interpolate(logits.float(), truth.shape, mode="bilinear")[0, 0].numpy() > 0
        got = {}

        def run(name, logits, rounds):
            prompts = Prompts(1)
            mask = full(logits) if logits is not None else np.zeros_like(truth)
            for k in range(1, rounds + 1):
                found = click(truth & ~mask, mask & ~truth)
                if found is not None:
                    row, column, label = found
                    prompts.point(0, tuple((np.array([column, row]) + 0.5) * scale - 0.5), label)
                    logits = decode(prompts, logits)
                    mask = full(logits)
                got[f"{name}{k}"] = dice_of(mask, truth)

        def decode(prompts, logits):
            points, labels = prompts.tensors()
            mask = torch.zeros(1, 1, LOW, LOW) if logits is None else logits.float()
            return model.decode(embedding, points, labels, mask, torch.tensor([0.0 if logits is None else 1.0]))[0]

        if sample.dataset in heads:
            proposal = model.propose(heads[sample.dataset], embedding)[0]
            got["auto"] = dice_of(full(proposal), truth)
            run("click", proposal, clicks)
        run("point", None, clicks)
        box = tight_box(truth)
        prompts = Prompts(1)
        prompts.box(0, np.concatenate([box[:2] * scale, (box[2:] + 1) * scale]) - 0.5)
        got["box"] = dice_of(full(decode(prompts, None)), truth)
        for key, value in got.items():
            scores.setdefault(sample.dataset, {}).setdefault(key, []).append(float(value))
    return {d: {k: round(float(np.mean(v)), 4) for k, v in s.items()} for d, s in scores.items()}


def overall(metrics):
    """One number to choose the best weights by: the mean of all measures, BUSI twice."""
    means = {d: np.mean([m["auto"], m["auto"], m["click1"], m["click3"], m["point1"], m["box"]]) for d, m in metrics.items()}
    return (2 * means["busi"] + means["hc18"]) / 3


def learning_rate(name, progress, warm):
    base = 5e-4 if any(part in name for part in NEW_PARTS) else 1.5e-4
    return base * min(1.0, warm) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))


class Trainer:
    """Optimiser, moving average of the weights and everything else that a resumed run needs."""

    def __init__(self, model, args):
        self.model, self.args = model, args
        self.params = model.parameters()
        groups = [{"params": [p], "name": n, "weight_decay": 0.05 if p.ndim > 1 else 0.0} for n, p in self.params.items()]
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.99))
        self.average = {n: p.detach().clone() for n, p in self.params.items()}
        self.step, self.seconds, self.best = 0, 0.0, -1.0
        self.rng = np.random.default_rng(args.seed)

    def progress(self):
        return max(self.step / self.args.steps, self.seconds / (60 * self.args.minutes))

    def save(self, path):
        state = {"params": {n: p.detach() for n, p in self.params.items()}, "average": self.average,
                 "optimiser": self.optimiser.state_dict(), "step": self.step, "seconds": self.seconds,
                 "best": self.best, "rng": self.rng.bit_generator.state}
        torch.save(state, f"{path}.tmp")
        Path(f"{path}.tmp").replace(path)

    def load(self, path):
        state = torch.load(path, weights_only=False)
        with torch.no_grad():
            for name, p in self.params.items():
                p.copy_(state["params"][name])
        self.average, self.step, self.seconds, self.best = (state[k] for k in ("average", "step", "seconds", "best"))
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = state["rng"]

    def advance(self, batch):
        stage0 = self.step % STAGE0_EVERY == 0
        for name, p in self.params.items():
            p.grad = None
            p.requires_grad_(stage0 or not name.startswith(STAGE0))
        loss, parts = train_step(self.model, batch, self.rng)
        loss.backward()
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
        return {"loss": loss.item(), "norm": norm.item(), **parts}

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
    trainer = Trainer(model, args)
    if args.resume:
        trainer.load(out / "last.pt")
    elif args.start:
        with torch.no_grad():
            for name, value in read_safetensors(args.start).items():
                if name in trainer.params:
                    trainer.params[name].copy_(value)
                    trainer.average[name].copy_(value)
    pools = {d: load_split(args.data, [d], "train") for d in HEADS}
    val = load_split(args.data, list(HEADS), "val")
    log = open(out / "log.jsonl", "a", buffering=1)
    note = lambda **line: (log.write(json.dumps(line) + "\n"), print(json.dumps(line), flush=True))
    last_eval = trainer.seconds
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
            metrics = evaluate(model, val)
            score = overall(metrics)
            note(step=trainer.step, seconds=round(trainer.seconds), score=round(score, 4), metrics=metrics)
            if score > trainer.best:
                trainer.best = score
                write_safetensors(out / "best" / "weights.safetensors", model.state())
                facts = {"step": trainer.step, "seconds": round(trainer.seconds), "score": score, "val": metrics}
                (out / "best" / "metrics.json").write_text(json.dumps(facts, indent=1))
        trainer.with_average(act)
        trainer.save(out / "last.pt")

    while trainer.progress() < 1:
        start = time.time()
        breast = math.ceil(args.batch * 0.6)
        parts = trainer.advance(draw("busi", breast) + draw("hc18", args.batch - breast))
        trainer.seconds += time.time() - start
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
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="continue OUT/last.pt")
    parser.add_argument("--start", help="begin with these weights (safetensors)")
    parser.add_argument("--evaluate", action="store_true", help="only measure val of the given weights")
    parser.add_argument("--datasets", default="busi,hc18", help="of --evaluate")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    model = make_model(args.graphs)
    if not args.evaluate:
        return train(model, args)
    if args.start:
        model.load(read_safetensors(args.start))
    print(json.dumps(evaluate(model, load_split(args.data, args.datasets.split(","), "val")), indent=1))


if __name__ == "__main__":
    main()
