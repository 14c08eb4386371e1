"""Units whose variation is rounding noise have none that counts as an M; all others keep theirs."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rotational_variance.activations.find import find_activations
from rotational_variance.measuring.batches import Passes
from rotational_variance.measuring.one_pass import measure
from rotational_variance.measuring.precision import set_precision
from rotational_variance.measuring.rounding_noise import measure_rounding_noise
from rotational_variance.samples.angles import angle_grid

CLASSES = ["a", "b", "c"]


class Cancelling(nn.Module):
    """Units that are 0 up to rounding, units computed from those, and small and offset units that are none of these."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3)
        self.instance_norm = nn.InstanceNorm2d(6)
        self.after = nn.Linear(6, 4)
        self.small = nn.Conv2d(1, 6, 3)
        self.layer_norm = nn.LayerNorm(6)
        nn.init.normal_(self.small.weight, std=1e-12)
        nn.init.zeros_(self.small.bias)

    def forward(self, x):
        maps = F.relu(self.conv(x))
        noise = self.instance_norm(maps).mean((2, 3))
        more_noise = self.after(noise)
        small = self.small(x).mean((2, 3))
        offset = maps.mean((2, 3)) + 50
        tokens = self.layer_norm(maps.flatten(2).transpose(1, 2)).mean(-1)  # [sample, token]
        dead = F.relu(-1 - maps).mean((2, 3))
        return torch.cat([noise, more_noise, small, offset, tokens, dead], 1)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return Cancelling().eval()


def measured(model, samples, dtype):
    model = copy.deepcopy(model)
    set_precision(model, dtype)
    activations = find_activations(model, samples.inputs(slice(0, 2), dtype=dtype))
    exact = find_activations(copy.deepcopy(model).double(), samples.inputs(slice(0, 2), dtype=torch.float64))
    inputs = [samples.inputs(slice(0, 8), degrees, dtype=dtype) for degrees in (0, 90)]
    noise = measure_rounding_noise(activations, inputs, exact)
    passes = Passes(8, "channels_last", dtype)
    result = measure(activations, samples, CLASSES, angles_degrees=angle_grid(4), passes=passes, rounding_noise=noise)
    return {layer.name: layer for layer in result.layers}


def is_below(layer):
    return layer.below_precision[:, 0].all(0)  # [unit], over all samples, by both aggregations


def test_what_cancels_is_below_precision_and_so_is_what_is_computed_from_it(make_samples, model):
    layers = measured(model, make_samples(n=24), torch.float32)
    assert is_below(layers["mean"]).all()
    assert layers["mean"].transformation_std.max() > 0  # noise, not dead
    assert np.isnan(layers["mean"].normalized_variance[:, 0]).all()
    assert is_below(layers["after"]).all()
    assert is_below(layers["mean_4"]).all()  # of a layer normalisation, over its units


def test_what_is_small_or_far_from_0_or_dead_is_not_below_precision(make_samples, model):
    layers = measured(model, make_samples(n=24), torch.float32)
    assert layers["small"].sample_std.max() < 1e-11
    assert layers["instance_norm"].below_precision[0, 0].all()  # its mean over space
    assert not layers["instance_norm"].below_precision[1, 0].any()  # its max
    for name in ("conv", "relu", "small", "mean_2", "add", "layer_norm", "mean_5"):
        assert not layers[name].below_precision.any(), name
    assert layers["mean_5"].dead.all()
    whole = measured(model, make_samples(n=24), torch.float64)
    for name in ("conv", "small", "add"):
        np.testing.assert_allclose(layers[name].normalized_variance, whole[name].normalized_variance, rtol=2e-3)


def test_bfloat16_has_more_noise(make_samples, model):
    samples = make_samples(n=24)
    fine, coarse = (measured(model, samples, dtype) for dtype in (torch.float32, torch.bfloat16))
    for name in ("conv", "small"):
        assert (coarse[name].rounding_noise > 1000 * fine[name].rounding_noise).all()
        assert not is_below(coarse[name]).any()
    assert is_below(coarse["add"]).any()  # 50 + 0.1: bfloat16 keeps 8 bits
    assert not is_below(fine["add"]).any()
    assert is_below(coarse["mean"]).all()


def test_measures_the_errors_of_the_values_themselves(make_samples, model):
    inputs = [make_samples(n=24).inputs(slice(0, 8), degrees) for degrees in (0, 90)]
    activations = find_activations(copy.deepcopy(model), inputs[0])
    exact = find_activations(copy.deepcopy(model).double(), inputs[0].double())
    noise = measure_rounding_noise(activations, inputs, exact)
    squares = [
        (model.conv(batch).double() - copy.deepcopy(model).double().conv(batch.double())).square() for batch in inputs
    ]
    assert [of_layer.shape for of_layer in noise[:2]] == [(2, 6), (2, 6)]
    # A mean of many values has smaller errors than the values have.
    assert (noise[0][0] < torch.cat(squares).amax().sqrt().item()).all()
    errors = [model.conv(batch).amax((2, 3)) - exact_max(model, batch) for batch in inputs]
    of_errors = torch.cat(errors).square().mean(0).sqrt().detach().numpy()
    assert (noise[0][1] >= of_errors * (1 - 1e-6)).all()
    assert (noise[0][1] < 10 * of_errors).all()


def test_noise_is_found_without_float64(make_samples, model):
    """As in a model whose code makes float32 of whatever it is given, or stops on float64."""
    inputs = [make_samples(n=24).inputs(slice(0, 8), degrees) for degrees in (0, 90)]
    activations = find_activations(copy.deepcopy(model), inputs[0])
    exact = find_activations(copy.deepcopy(model).double(), inputs[0].double())
    names = [layer.name for layer in activations.layers]
    both, alone = (measure_rounding_noise(activations, inputs, one) for one in (exact, None))
    for name in ("conv", "mean", "after", "small", "add"):
        layer = names.index(name)
        assert (alone[layer] > both[layer] / 30).all()
        assert (alone[layer] < 3 * both[layer]).all()


def exact_max(model, batch):
    return F.conv2d(batch.double(), model.conv.weight.double(), model.conv.bias.double()).amax((2, 3))
