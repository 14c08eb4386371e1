"""What the presets cost: floating-point operations of all training steps, each of three forward passes."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from rotational_variance import models
from rv_study.plan import PRESETS
from rv_study.runs import list_runs, spec
from test_config import load

N_IMAGES = {"mnist": 60_000, "cifar10": 50_000}
SHAPES = {"mnist": (1, 28), "cifar10": (3, 32)}  # channels, pixels a side


def training_flops(config):
    total, known = 0, {}
    for run in list_runs(config):
        numbers = spec(config, run)
        key = (run.model, run.dataset)
        known[key] = known.get(key) or count(run, numbers["model"])
        total += 3 * known[key] * numbers["training"]["epochs"] * N_IMAGES[run.dataset]
    return total


def count(run, options):
    n_channels, size = SHAPES[run.dataset]
    with torch.device("meta"), torch.inference_mode(), FlopCounterMode(display=False) as counter:
        models.build(run.model, n_channels=n_channels, image_size=size, n_classes=10, **options).eval()(
            torch.zeros(1, n_channels, size, size)
        )
    return counter.get_total_flops()


@pytest.mark.parametrize(("presets", "pflop"), [(["config.yaml"], 15.5), (["config.yaml", "laptop.yaml"], 1.19)])
def test_a_seed_costs_what_the_docs_say(presets, pflop):
    assert training_flops(load(*presets)) / 1e15 == pytest.approx(pflop, rel=0.005)
    assert PRESETS[f"config/{presets[-1]}"] == pflop * 1e15
