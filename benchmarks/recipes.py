"""Compare recipes of training at equal numbers of passes: python -m benchmarks.recipes DATASET.h5 MODEL WIDTH NAME ...

Trains one narrow network on one thread for each NAME of CONTENDERS, tests it on all test images, upright and rotated,
and appends a row to recipes.csv. The loop is that of `fit`, so that what lost needs no place there.
`EPOCHS=4 ROTATE=180 SEED=1` before the command changes these.
"""

import csv
import os
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn, update_bn

from rotational_variance import models
from rotational_variance.inspection.look import count_model_flops
from rotational_variance.samples.cuts import count_batches
from rotational_variance.samples.inputs import Samples, to_samples
from rotational_variance.storage.dataset_reader import StoredDataset, read_dataset
from rotational_variance.training.fit import loss_of
from rotational_variance.training.optimizer import make_optimizer, make_schedule
from rotational_variance.training.recipe import Recipe
from rotational_variance.training.scores import evaluate
from rotational_variance.training.training_batches import random_degrees, shuffled_batches

CSV = Path(__file__).resolve().parent / "recipes.csv"
COLUMNS = ("dataset", "model", "width", "epochs", "rotate", "seed", "recipe", "tflop", "seconds", "upright", "rotated")
OURS = Recipe(
    rotate=0, shift=2, flip=True, epochs=8, batch_size=256, optimizer="muon", learning_rate=0.02, momentum=0.95,
    weight_decay=0.01, schedule="one_cycle", label_smoothing=0.1, history_samples=2000, test_rotation_seed=0,
)  # fmt: skip
SEED = int(os.environ.get("SEED", "0"))
CHANGES = {"epochs": int(os.environ.get("EPOCHS", "8")), "rotate": int(os.environ.get("ROTATE", "0"))}
PLAIN = {"shift": 0, "flip": False, "label_smoothing": 0.0}


@dataclass(frozen=True)
class Contender:
    """A recipe, and what takes the place of its optimizer and its schedule."""

    changes: dict = field(default_factory=dict)
    optimizer: object = make_optimizer
    schedule: object = make_schedule
    is_averaged: bool = False


def sgd(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    groups = make_optimizer(model, recipe).param_groups
    groups = [{"params": group["params"], "weight_decay": group["weight_decay"]} for group in groups]
    return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=recipe.momentum, nesterov=True)


def cosine(optimizer: torch.optim.Optimizer, recipe: Recipe, n_steps: int) -> LRScheduler:
    """The one-cycle schedule with torch's settings, as before this recipe."""
    return OneCycleLR(optimizer, recipe.learning_rate, total_steps=n_steps)


def train(model: nn.Module, train: Samples, recipe: Recipe, contender: Contender, seed: int) -> nn.Module:
    """Train the model; return it, or the mean of its weights over the last steps."""
    n_batches = count_batches(len(train), recipe.batch_size)
    optimizer = contender.optimizer(model, recipe)
    schedule = contender.schedule(optimizer, recipe, recipe.epochs * n_batches)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.98)) if contender.is_averaged else None
    generator = torch.Generator().manual_seed(seed)
    for _ in range(recipe.epochs):
        model.train()
        for inputs, labels in shuffled_batches(train, n_batches, recipe, generator, torch.channels_last):
            optimizer.zero_grad()
            loss_of(model(inputs), labels, recipe.label_smoothing).backward()
            optimizer.step()
            schedule.step()
            if average:
                average.update_parameters(model)
    if average:
        batches = shuffled_batches(train, n_batches, recipe, generator, torch.channels_last)
        update_bn((inputs for inputs, _ in batches), average)
    return average or model


CONTENDERS = {
    "ours": Contender(),
    "ours, no flips": Contender({"flip": False}),
    "ours, no shifts": Contender({"shift": 0}),
    "ours, with shifts": Contender({"shift": 2}),  # of rotated images
    "ours, no label smoothing": Contender({"label_smoothing": 0.0}),
    "ours, none of the three": Contender(PLAIN),
    "ours, half the learning rate": Contender({"learning_rate": OURS.learning_rate / 2}),
    "ours, learning rate of 0.05": Contender({"learning_rate": 0.05}),
    "ours, momentum 0.9": Contender({"momentum": 0.9}),
    "ours, batches of 128": Contender({"batch_size": 128}),
    "ours, batches of 512": Contender({"batch_size": 512}),
    "ours, no weight decay": Contender({"weight_decay": 0.0}),
    "ours, weights averaged": Contender(is_averaged=True),
    "ours, peak at 30 %, cosine": Contender(schedule=cosine),
    "sgd": Contender({"learning_rate": 0.3, "momentum": 0.9, "weight_decay": 5e-4}, optimizer=sgd),
    "sgd, a third of the learning rate": Contender(
        {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 5e-4}, optimizer=sgd
    ),
    "sgd, none of the three": Contender(
        {"learning_rate": 0.3, "momentum": 0.9, "weight_decay": 5e-4, **PLAIN}, optimizer=sgd
    ),
    "adam, as before": Contender(
        {"optimizer": "adam", "learning_rate": 0.01, "momentum": 0.9, "weight_decay": 0.0, **PLAIN}, schedule=cosine
    ),
    "adam, as before, a fifth of the learning rate": Contender(
        {"optimizer": "adam", "learning_rate": 0.002, "momentum": 0.9, "weight_decay": 0.0, **PLAIN}, schedule=cosine
    ),
}


def compare(stored: StoredDataset, name: str, width: int, recipe_name: str) -> list:
    """Train and test one network by one recipe; return its row of recipes.csv."""
    contender = CONTENDERS[recipe_name]
    recipe = replace(OURS, **{**CHANGES, **contender.changes})
    if recipe.rotate and "shift" not in contender.changes:
        recipe = replace(recipe, shift=0)
    if stored.dataset.n_channels == 1:  # handwriting is not mirrored
        recipe = replace(recipe, flip=False)
    torch.manual_seed(SEED)
    options = {"width": width, **{"simple_conv": {"hidden": 2 * width}, "resnet": {"depth": 50}}.get(name, {})}
    shape = {"n_channels": stored.dataset.n_channels, "image_size": stored.dataset.image_size, "n_classes": 10}
    model = models.build(name, **shape, **options).to(memory_format=torch.channels_last)
    train_samples, test_samples = (_samples(stored, part) for part in ("train", "test"))
    n_flops = 3 * count_model_flops(model, train_samples.inputs(slice(0, 1))) * recipe.epochs * len(train_samples)
    began = time.process_time()
    trained = train(model, train_samples, recipe, contender, SEED)
    seconds = time.process_time() - began
    turned = random_degrees(len(test_samples), 180, torch.Generator().manual_seed(recipe.test_rotation_seed))
    upright, rotated = (evaluate(trained, test_samples, 500, degrees).accuracy for degrees in (None, turned))
    return [
        stored.dataset.name, name, width, recipe.epochs, recipe.rotate, SEED, recipe_name, f"{n_flops / 1e12:.1f}",
        f"{seconds:.0f}", f"{upright:.4f}", f"{rotated:.4f}",
    ]  # fmt: skip


def _samples(stored: StoredDataset, part: str) -> Samples:
    images, labels = getattr(stored.dataset, f"{part}_images"), getattr(stored.dataset, f"{part}_labels")
    return to_samples(images, labels, stored.mean, stored.std, torch.device("cpu"))


def main(path: str, name: str, width: str, *recipe_names: str) -> None:
    torch.set_num_threads(1)
    stored = read_dataset(path)
    for recipe_name in recipe_names or CONTENDERS:
        row = compare(stored, name, int(width), recipe_name)
        print(*row, sep="  ", flush=True)
        is_new = not CSV.exists()
        with open(CSV, "a", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS] * is_new + [row])


if __name__ == "__main__":
    main(*sys.argv[1:])
