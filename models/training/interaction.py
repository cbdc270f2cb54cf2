"""The training signal: losses, and simulated users who click and draw boxes. Knows no optimiser and no files."""
import numpy as np
import torch
import torch.nn.functional as F

from data import SIZE, augment, click, dice_of, tight_box, to_tensors

HEADS = {"busi": "breast-lesion", "hc18": "fetal-head"}
LOW = 128
PAD, ABSENT, BOX0, BOX1 = -1.0, -2.0, 2.0, 3.0


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


def spoil(proposal, target, rng):
    """Starting masks [B,1,128,128] as bad as proposals on unseen images, which train images soon no longer give: most
    good proposals and some bad ones are replaced by a shifted, joined, cut, foreign, empty, half, grown or shrunk mask."""
    out = proposal.clone()
    for i in range(len(out)):
        good = dice_of((proposal[i] > 0).numpy(), (target[i] > 0.5).numpy()) > 0.85
        if rng.random() > (0.85 if good else 0.3):
            continue
        shift = tuple(int(v) for v in rng.integers(-45, 46, 2))
        other = torch.roll(proposal[int(rng.integers(len(proposal)))], shift, (1, 2))
        truth = (2 * target[i] - 1) * rng.uniform(2, 10)
        width = 2 * int(rng.integers(2, 12)) + 1
        makers = [
            lambda: torch.roll(proposal[i], shift, (1, 2)),
            lambda: torch.maximum(proposal[i], other),
            lambda: torch.minimum(proposal[i], -other),
            lambda: other,
            lambda: proposal[i] - proposal[i].max() - rng.uniform(0, 3),
            lambda: torch.where(_half(target[i], rng), truth, -truth.abs()),
            lambda: F.max_pool2d(truth, width, 1, width // 2),
            lambda: -F.max_pool2d(-truth, width, 1, width // 2),
        ]
        out[i] = makers[int(rng.integers(len(makers)))]() * rng.uniform(0.4, 1.2)
    return out


def _half(mask, rng):
    """The side of a random line through the mask's centre: bool [1,128,128]."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = torch.meshgrid(torch.arange(LOW), torch.arange(LOW), indexing="ij")
    along = float(np.cos(angle)) * x + float(np.sin(angle)) * y
    return (along > (along * mask[0]).sum() / mask.sum().clamp(min=1))[None]


def interaction_loss(model, embedding, proposal, target, rng):
    """Two simulated interactions an image, decoded together. The first starts from the head's proposal (or a spoilt one)
    and clicks its errors; the second starts from a point or a box with no mask. Each later step adds a click and feeds the previous
    logits back as the mask prompt (one time in seven without). The loss counts at every step."""
    count = len(target)
    proposal = spoil(proposal, target, rng)
    embedding, target = torch.cat([embedding, embedding]), torch.cat([target, target])
    truth = (target[:, 0] > 0.5).numpy()
    previous = torch.cat([proposal, torch.zeros_like(proposal)])
    has_mask = torch.cat([torch.ones(count), torch.zeros(count)])
    prompts = Prompts(2 * count)
    add_clicks(prompts, (proposal[:, 0] > 0).numpy(), truth, rng, range(count))
    for i in range(count, 2 * count):
        box = tight_box(truth[i])
        if box is not None and rng.random() < 0.7:
            box = box * SIZE / LOW + np.array([-0.5, -0.5, 1.5, 1.5]) + 0.5 * np.array([1, 1, -1, -1])
            jitter = rng.uniform(-0.05, 0.05, 4) if rng.random() < 0.3 else np.zeros(4)
            prompts.box(i, box + jitter * np.tile(box[2:] - box[:2], 2))
        else:
            add_clicks(prompts, np.zeros_like(truth), truth, rng, [i])
    total, steps = 0.0, int(rng.integers(3, 6))
    for step in range(steps):
        points, labels = prompts.tensors()
        logits, iou = model.decode(embedding, points, labels, previous, has_mask)
        weight = (2 if step == 0 else 1) / (steps + 1)  # what a single box or click gives counts double
        total = total + weight * (loss_of(logits, target) + 0.05 * iou_loss(iou, logits, target)).mean()
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
    return loss + 2.5 * interactive, parts
