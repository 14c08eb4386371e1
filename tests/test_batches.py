"""How samples go through the model: what is given is taken, and auto is always the same."""

import pytest
import torch
from torch import nn

from rotational_variance.activations.description import ActivationInfo, Activations
from rotational_variance.measuring.batches import Passes, choose_passes
from rotational_variance.measuring.precision import set_precision


class Unused(Activations):
    """No network: it has so many units, and does not run."""

    found_by = "a test"

    def __init__(self, n_units=10):
        self.layers = [ActivationInfo("only", "linear", n_units)]
        self.not_seen = []

    def run(self, inputs, receive):
        raise AssertionError("the model ran")


@pytest.fixture
def choose(make_samples):
    """Return a function that chooses passes for so many samples of three classes."""

    def choose(activations, n=1200, batch_size="auto", memory_format="auto", dtype=torch.float32):
        samples = make_samples(n=n, size=4, n_channels=2)
        settings = {"batch_size": batch_size, "memory_format": memory_format, "dtype": dtype}
        return choose_passes(activations, samples, **settings)

    return choose


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_is_given_is_taken(choose, dtype):
    given = {"batch_size": 5000, "memory_format": "contiguous", "dtype": dtype}
    assert choose(Unused(), **given) == Passes(5000, "contiguous", dtype)


@pytest.mark.parametrize(("n", "batch_size", "memory_format", "expected"), [
    (300, "auto", "auto", Passes(32, "channels_last")), (300, "auto", "contiguous", Passes(32, "contiguous")),
    (300, 7, "auto", Passes(7, "channels_last")), (30, "auto", "auto", Passes(10, "channels_last")),
])  # fmt: skip
def test_auto_is_the_same_every_time(choose, n, batch_size, memory_format, expected):
    assert choose(Unused(), n, batch_size, memory_format) == expected


@pytest.mark.parametrize(("n", "n_units", "size"), [
    (30, 10, 10),  # the largest class
    (1200, 10, 32),
    (1200, 300_000, 2**28 // (300_000 * 48)),  # memory: three numbers of 8 bytes for each of 2 aggregations
    (1200, 10**8, 1),
])  # fmt: skip
def test_auto_goes_no_further_than_a_class_and_memory_reach(choose, n, n_units, size):
    assert choose(Unused(n_units), n=n).batch_size == size


def normalising_network():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.ReLU(),
        nn.Flatten(), nn.Linear(144, 3), nn.LayerNorm(3),
    )  # fmt: skip
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.uniform_(0.1, 1)
    return model.eval()


NORMALISATIONS = (nn.BatchNorm2d, nn.GroupNorm, nn.InstanceNorm2d, nn.LayerNorm)


def test_low_precision_is_that_of_all_weights_but_those_of_normalisations():
    model = normalising_network()
    set_precision(model, torch.bfloat16)
    for module in model:
        wanted = torch.float32 if isinstance(module, NORMALISATIONS) else torch.bfloat16
        assert {value.dtype for value in module.state_dict().values() if value.is_floating_point()} <= {wanted}
    with torch.no_grad():
        assert model(torch.rand(2, 2, 8, 8, dtype=torch.bfloat16)).dtype == torch.bfloat16


def test_normalisations_keep_every_digit_in_low_precision():
    model, before = normalising_network(), normalising_network()
    set_precision(model, torch.bfloat16)
    for module, same in zip(model, before, strict=True):
        if isinstance(module, NORMALISATIONS):
            for name, value in module.state_dict().items():
                assert torch.equal(value, same.state_dict()[name]), name


def test_single_precision_leaves_the_weights_as_they_are():
    model, before = normalising_network(), normalising_network().state_dict()
    set_precision(model, torch.float32)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
