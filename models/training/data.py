"""Training and validation images for pretrain.py: reading, augmentation, simulated clicks.

Not a general data-set library: it knows the layout of `pairs.csv` (see the data README) and nothing else.
Coordinates of prompts are pixels of the 256x256 model frame, pixel centres at +0.5 (SAM's convention).
"""
import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage

SIZE = 256


@dataclass(frozen=True)
class Sample:
    dataset: str
    name: str
    image: np.ndarray  # uint8 [256, 256], PIL bilinear, aspect ratio not kept: what the app feeds the encoder
    mask: np.ndarray  # bool [H, W], the image's own resolution


def load_split(root, datasets, split):
    """Every pair of `split` in the given data sets, ordered as in pairs.csv."""
    root, samples = Path(root), []
    with open(root / "pairs.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["dataset"] not in datasets or row["split"] != split:
                continue
            folder = root / row["dataset"]
            image = Image.open(folder / "img" / f"{row['name']}.png").convert("L")
            mask = Image.open(folder / "label" / f"{row['name']}.png").convert("L")
            resized = np.asarray(image.resize((SIZE, SIZE), Image.BILINEAR))
            samples.append(Sample(row["dataset"], row["name"], resized, np.asarray(mask) > 127))
    return samples


def to_tensors(samples):
    """Images [B,1,256,256] in [0,1] and soft masks [B,1,256,256] (area-averaged) of the samples."""
    images = torch.from_numpy(np.stack([s.image for s in samples])).float()[:, None] / 255
    masks = [np.asarray(Image.fromarray(s.mask.astype(np.uint8) * 255).resize((SIZE, SIZE), Image.BILINEAR)) for s in samples]
    return images, torch.from_numpy(np.stack(masks)).float()[:, None] / 255


def augment(images, masks, rng):
    """The reference's gamma, rotation +-30 degrees, zoom 1..1.3 and contrast, plus flip, shift, anisotropic
    zoom, shear, a depth-gain ramp, speckle and blur. One bilinear resampling does all the geometry."""
    batch = len(images)
    theta = np.stack([_affine(rng) for _ in range(batch)])
    grid = F.affine_grid(torch.from_numpy(theta).float(), images.shape, align_corners=False)
    images = F.grid_sample(images, grid, align_corners=False)
    masks = F.grid_sample(masks, grid, align_corners=False)
    out = []
    for x in images:
        if rng.random() < 0.5:
            x = x.clamp(0, 1) ** (1 / rng.uniform(0.7, 2.4) if rng.random() < 0.7 else rng.uniform(1, 1.6))
        if rng.random() < 0.5:
            mean = x.mean()
            x = mean + (x - mean) * rng.uniform(0.7, 1.8)
        if rng.random() < 0.3:
            x = x * torch.linspace(rng.uniform(0.6, 1.3), rng.uniform(0.6, 1.3), SIZE)[None, :, None]
        if rng.random() < 0.2:
            x = F.avg_pool2d(x[None], 3, 1, 1)[0]
        if rng.random() < 0.3:
            grain = torch.from_numpy(rng.standard_normal((1, 1, SIZE // 2, SIZE // 2))).float()
            grain = F.interpolate(grain, (SIZE, SIZE), mode="bilinear")[0]
            x = x * (1 + rng.uniform(0, 0.3) * grain)
        out.append(x.clamp(0, 1))
    return torch.stack(out), masks


def _affine(rng):
    """Output-to-input 2x3 matrix in grid_sample's [-1,1] frame; identity (but for the flip) in 1 of 5 cases."""
    flip = -1.0 if rng.random() < 0.5 else 1.0
    if rng.random() < 0.2:
        return np.array([[flip, 0, 0], [0, 1, 0]])
    angle = math.radians(rng.uniform(-30, 30)) if rng.random() < 0.5 else 0.0
    zoom = rng.uniform(0.9, 1.35) if rng.random() < 0.6 else 1.0
    stretch = math.exp(rng.uniform(-0.2, 0.2))
    shear = rng.uniform(-0.15, 0.15)
    c, s = math.cos(angle), math.sin(angle)
    linear = np.array([[c, -s], [s, c]]) @ np.array([[flip * stretch, shear], [0, 1 / stretch]]) / zoom
    return np.concatenate([linear, rng.uniform(-0.12, 0.12, (2, 1))], 1)


def click(error_positive, error_negative, rng=None):
    """The next click for two boolean error maps (missed foreground, wrong foreground): the largest connected
    region's deepest pixel by the Euclidean distance transform (rng given: a random inner pixel half of the time).
    Returns (row, column, label) or None where there is no error."""
    best, size, label = None, 0, 0
    for errors, sign in ((error_positive, 1), (error_negative, 0)):
        regions, count = ndimage.label(errors)
        if count:
            sizes = np.bincount(regions.ravel())[1:]
            if sizes.max() > size:
                size, label = sizes.max(), sign
                best = regions == sizes.argmax() + 1
    if best is None:
        return None
    depth = ndimage.distance_transform_edt(np.pad(best, 1))[1:-1, 1:-1]
    if rng is not None and rng.random() < 0.5:
        rows, columns = np.nonzero(depth >= 0.3 * depth.max())
        pick = rng.integers(len(rows))
        return rows[pick], columns[pick], label
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    return row, column, label


def tight_box(mask):
    """(x0, y0, x1, y1): first and last foreground pixel indices, or None for an empty mask."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return None
    return np.array([columns.min(), rows.min(), columns.max(), rows.max()], dtype=np.float32)


def dice_of(a, b):
    return 2 * (a & b).sum() / max(a.sum() + b.sum(), 1)
