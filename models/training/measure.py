"""Dice on validation images with a simulated user: a quick twin of the app's `evaluate` command, for tracking a run."""
import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

from data import SIZE, click, dice_of, tight_box
from interaction import HEADS, LOW, Prompts


@torch.no_grad()
def evaluate(model, samples, clicks=3, heads=HEADS, share=(0, 1)):
    """Mean Dice at each image's own resolution: proposal, proposal + k clicks, k clicks alone, tight box alone.
    `share` (rank, workers): each worker measures its part, all get the whole."""
    scores = {}
    for sample in samples[share[0] :: share[1]]:
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
    if share[1] > 1:
        gathered = [None] * share[1]
        dist.all_gather_object(gathered, scores)
        scores = {d: {k: sum((g[d][k] for g in gathered), []) for k in s} for d, s in scores.items()}
    return {d: {k: round(float(np.mean(v)), 4) for k, v in s.items()} for d, s in scores.items()}


def overall(metrics):
    """One number to choose the best weights by: the mean of all measures, BUSI twice."""
    means = {d: np.mean([m["auto"], m["auto"], m["click1"], m["click3"], m["point1"], m["box"]]) for d, m in metrics.items()}
    return (2 * means["busi"] + means["hc18"]) / 3
