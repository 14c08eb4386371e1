"""Training against the bare forward and backward pass and step on inputs that are made already; and what adds to it."""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from benchmarks.networks import Network
from benchmarks.recipes import OURS
from benchmarks.results import Result, seconds
from rotational_variance.inspection.look import count_model_flops
from rotational_variance.samples.inputs import Samples
from rotational_variance.training.fit import loss_of, train_epoch
from rotational_variance.training.optimizer import make_optimizer, make_schedule
from rotational_variance.training.recipe import Recipe
from rotational_variance.training.resume import Progress, ResumeFile
from rotational_variance.training.scores import evaluate
from rotational_variance.training.training_batches import shuffled_batches

RECIPE = replace(OURS, shift=0, flip=False, epochs=1)
NETWORKS = [  # those of config/laptop.yaml, on CIFAR-10
    Network("simple_conv", "simple_conv", {"width": 32, "hidden": 128}, 3, 32),
    Network("all_convolutional", "all_convolutional", {"width": 32}, 3, 32),
    Network("vgg16", "vgg16", {"width": 20}, 3, 32),
    Network("resnet-50", "resnet", {"width": 12, "depth": 50}, 3, 32),
]
N_TRAIN, N_TESTED, N_PAIRS = 512, 256, 10
EPOCH, TESTED_EACH_EPOCH = 50_000, 2000  # images of CIFAR-10, and those that are tested after each epoch but the last


def run() -> Iterator[Result]:
    peak = convolution_speed()
    for network in NETWORKS:
        yield from compare(network, peak)


def compare(network: Network, peak: float) -> Iterator[Result]:
    """Compare `fit` with the bare steps; then say what each thing that is made beside them adds."""
    samples = network.samples(N_TRAIN)
    model = network.build().to(memory_format=torch.channels_last)
    made = list(batches(samples, RECIPE))
    optimizer = make_optimizer(model, RECIPE)
    schedule = make_schedule(optimizer, RECIPE, 10_000)

    def bare() -> None:
        model.train()
        for inputs, labels in made:
            optimizer.zero_grad()
            loss_of(model(inputs), labels, RECIPE.label_smoothing).backward()
            optimizer.step()

    def ours() -> None:
        train_epoch(model, iter(made), N_TRAIN, RECIPE, optimizer, schedule, lambda n, loss: None)

    bare()  # makes the optimizer's state
    pairs = [(seconds(ours), seconds(bare)) for _ in range(N_PAIRS)]
    ratio = statistics.median(ours_s / bare_s for ours_s, bare_s in pairs)
    bare_s = statistics.median(bare_s for _, bare_s in pairs)
    name = f"{network.label} of width {network.options['width']} (cpu)"
    yield Result(f"epoch of fit / bare steps, {name}", ratio, "<=1.05", N_PAIRS, f"bare {bare_s:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        for what, (function, n_images, of_epoch) in _additions(model, samples, optimizer, Path(folder)).items():
            added = statistics.median(seconds(function) for _ in range(3))
            share = added / n_images * of_epoch / (bare_s / N_TRAIN * EPOCH)
            yield Result(f"{what} / bare steps of an epoch, {name}", share, "", 3, f"{added:.3f} s for {n_images}")
    speed = 3 * count_model_flops(model, samples.inputs(slice(0, 1))) * N_TRAIN / min(bare_s for _, bare_s in pairs)
    details = f"{speed / 1e9:.0f} and {peak / 1e9:.0f} GFLOP/s"
    yield Result(f"FLOP/s of bare steps / of a large convolution, {name}", speed / peak, "", N_PAIRS, details)


def _additions(
    model: nn.Module, samples: Samples, optimizer: torch.optim.Optimizer, folder: Path
) -> dict[str, tuple[Callable[[], object], int, int]]:
    """Return what training does beside its steps: the images that it is done for here, and in an epoch of CIFAR-10."""
    test = samples.subset(torch.arange(N_TESTED))
    degrees = torch.linspace(-180, 180, len(test), dtype=torch.float64)
    resume = ResumeFile(folder / "x.resume.pt", ["x: 1"])
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}

    def consume(recipe: Recipe) -> tuple[Callable[[], object], int, int]:
        return lambda: [None for _ in batches(samples, recipe)], N_TRAIN, EPOCH

    return {
        "making upright inputs": consume(RECIPE),
        "making shifted and mirrored inputs": consume(replace(RECIPE, shift=2, flip=True)),
        "making mirrored and rotated inputs": consume(replace(RECIPE, flip=True, rotate=180)),
        "testing 2,000 images upright and rotated": (
            lambda: [evaluate(model, test, 256, angles) for angles in (None, degrees)],
            N_TESTED,
            TESTED_EACH_EPOCH,
        ),
        "writing a resume file": (lambda: resume.save(Progress([], state)), 1, 1),
    }


def batches(samples: Samples, recipe: Recipe) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    n_batches = N_TRAIN // recipe.batch_size
    return shuffled_batches(samples, n_batches, recipe, torch.Generator().manual_seed(0), torch.channels_last)


def convolution_speed() -> float:
    """Return the FLOP/s of a large convolution, forward only, at its best of ten."""
    layer = nn.Conv2d(64, 64, 3, padding=1, bias=False).to(memory_format=torch.channels_last)
    inputs = torch.randn(256, 64, 32, 32).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        best = min(seconds(lambda: layer(inputs)) for _ in range(10))
    return 2 * 64 * 64 * 9 * 32 * 32 * len(inputs) / best
