"""What the presets cost: floating-point operations of one seed, as docs/training.md says."""

from collections import Counter

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from rotational_variance import models
from rotational_variance.training.optimizer import make_optimizer
from rotational_variance.training.recipe import Recipe
from rv_study.costs import Images, measuring_work, training_work
from rv_study.plan import PRESETS
from rv_study.runs import list_runs, spec
from test_config import load

IMAGES = {
    "mnist": Images(n_channels=1, size=28, n_classes=10, n_train=60_000, n_test=10_000),
    "cifar10": Images(n_channels=3, size=32, n_classes=10, n_train=50_000, n_test=10_000),
}


def count(config):
    """Return the operations of training steps (of CIFAR-10, too), of the optimizer, of tests and of measuring."""
    total, known = Counter(), {}
    for run in list_runs(config):
        numbers, images = spec(config, run), IMAGES[run.dataset]
        key = (run.model, run.dataset)
        known[key] = known.get(key) or count_network(run, numbers, images)
        of_pass, of_step = known[key]
        work = training_work(numbers["training"], images)
        steps = 3 * of_pass * work.n_steps
        total += {
            "steps": steps,
            "of CIFAR-10": steps * (run.dataset == "cifar10"),
            "optimizer": of_step * work.n_steps // numbers["training"]["batch_size"],
            "tests": of_pass * work.n_passes,
            "measuring": of_pass * measuring_work(numbers["measurement"], images).n_measured,
        }
    return total


def count_network(run, numbers, images):
    """Return the operations of a forward pass of one image, and of a step of the optimizer."""
    with torch.device("meta"):
        model = models.build(
            run.model, n_channels=images.n_channels, image_size=images.size, n_classes=10, **numbers["model"]
        ).eval()
        with torch.inference_mode(), FlopCounterMode(display=False) as passes:
            model(torch.zeros(1, images.n_channels, images.size, images.size))
        optimizer = make_optimizer(model, Recipe(**numbers["training"]))
        for parameter in model.parameters():
            parameter.grad = torch.zeros_like(parameter)
        with FlopCounterMode(display=False) as steps:
            optimizer.step()
    return passes.get_total_flops(), steps.get_total_flops()


@pytest.mark.parametrize(("presets", "pflop"), [
    (["config.yaml"], {"steps": 15.5, "of CIFAR-10": 13.4, "optimizer": 2.2, "tests": 0.55, "measuring": 1.5}),
    (["config.yaml", "laptop.yaml"], {"steps": 1.19, "of CIFAR-10": 1.00, "optimizer": 0.055, "tests": 0.050, "measuring": 0.18}),
])  # fmt: skip
def test_a_seed_costs_what_the_docs_say(presets, pflop):
    found = {name: flops / 1e15 for name, flops in count(load(*presets)).items()}
    assert found == {name: pytest.approx(value, rel=0.025) for name, value in pflop.items()}
    assert PRESETS[f"config/{presets[-1]}"] == pflop["steps"] * 1e15
