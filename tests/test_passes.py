"""How samples go through the model: what is given is taken, and what is not is found out by a trial."""

import time

import pytest
import torch
from torch import nn

from rotational_variance.activations import ActivationInfo, Activations, find_activations
from rotational_variance.passes import MEMORY_FORMATS, Passes, choose_passes, set_precision


class Slow(Activations):
    """No network: a forward pass takes the milliseconds that `milliseconds(batch_size, memory_format)` says."""

    found_by = "a test"

    def __init__(self, milliseconds, n_units=10):
        self.layers = [ActivationInfo("only", "linear", n_units)]
        self.not_seen = []
        self.seen = set()  # (batch size, memory format) of the inputs
        self._milliseconds = milliseconds
        self._memory_format = None

    def to_memory_format(self, memory_format):
        self._memory_format = memory_format

    def run(self, inputs, receive):
        assert inputs.is_contiguous(memory_format=self._memory_format)
        name = next(name for name, layout in MEMORY_FORMATS.items() if layout is self._memory_format)
        self.seen.add((len(inputs), name))
        time.sleep(self._milliseconds(len(inputs), name) / 1000)
        receive(0, torch.zeros(1).expand(len(inputs), 1, self.n_units))


@pytest.fixture
def choose(make_samples):
    """Return a function that chooses passes for so many samples of three classes."""

    def choose(activations, n=1200, batch_size="trial", memory_format="trial", dtype=torch.float32):
        samples = make_samples(n=n, size=4, n_channels=2)
        settings = {"batch_size": batch_size, "memory_format": memory_format, "dtype": dtype}
        return choose_passes(activations, samples, **settings)

    return choose


def unlike(*args):
    raise AssertionError("the model ran")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_is_given_is_taken_without_a_trial(choose, dtype):
    given = {"batch_size": 5000, "memory_format": "contiguous", "dtype": dtype}
    assert choose(Slow(unlike), **given) == Passes(5000, "contiguous", dtype)


@pytest.mark.parametrize(("n", "batch_size", "memory_format", "expected"), [
    (300, "auto", "auto", Passes(32, "channels_last")), (300, "auto", "contiguous", Passes(32, "contiguous")),
    (300, 7, "auto", Passes(7, "channels_last")), (30, "auto", "auto", Passes(10, "channels_last")),
])  # fmt: skip
def test_auto_is_the_same_every_time(choose, n, batch_size, memory_format, expected):
    assert choose(Slow(unlike), n, batch_size, memory_format) == expected


# Milliseconds a pass, so that those a sample are lowest at one batch size, by much more than a busy machine adds.
@pytest.mark.parametrize(("n_samples", "milliseconds", "fastest"), [
    (1200, {32: 4, 64: 4, 128: 4, 256: 16}, 128),
    (1200, {16: 4, 32: 4, 64: 12}, 32),
    (1200, {4: 4, 8: 2, 16: 8, 32: 24, 64: 56}, 8),
    (12, {1: 1, 2: 4, 4: 14}, 1),
], ids=["up", "neither", "down", "one"])  # fmt: skip
def test_a_trial_climbs_to_the_fastest_batch_size(choose, n_samples, milliseconds, fastest):
    activations = Slow(lambda n, memory_format: milliseconds[n])
    assert choose(activations, n_samples, memory_format="contiguous") == Passes(fastest, "contiguous")
    assert {n for n, _ in activations.seen} == set(milliseconds)  # and no other was tried


@pytest.mark.parametrize("fastest", MEMORY_FORMATS)
def test_a_trial_takes_the_fastest_memory_format(choose, fastest):
    activations = Slow(lambda n, memory_format: n / 16 if memory_format == fastest else n / 4)
    assert choose(activations).memory_format == fastest
    activations.seen.clear()
    assert choose(activations, batch_size=20) == Passes(20, fastest)
    assert {n for n, _ in activations.seen} == {20}


@pytest.mark.parametrize(("n", "n_units", "limit"), [
    (30, 10, 10),  # the largest class
    (150, 10, 50),
    (6000, 10, 1024),
    (1200, 300_000, 2**28 // (300_000 * 48)),  # memory: three numbers of 8 bytes for each of 2 aggregations
    (1200, 10**8, 1),
])  # fmt: skip
def test_a_trial_goes_no_further_than_a_class_and_memory_reach(choose, n, n_units, limit):
    activations = Slow(lambda n, memory_format: 2, n_units)  # the more at once, the better
    passes = choose(activations, n=n)
    assert limit / 2 < passes.batch_size <= limit
    assert max(n for n, _ in activations.seen) <= limit


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_trial_of_a_network_finds_settings_that_it_runs_with(make_samples, dtype):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)).eval()
    set_precision(model, dtype)
    samples = make_samples(n=60, size=8, n_channels=2)
    activations = find_activations(model, samples.inputs(slice(0, 2), dtype=dtype))
    passes = choose_passes(activations, samples, batch_size="trial", memory_format="trial", dtype=dtype)
    assert 1 <= passes.batch_size <= 20
    assert passes.memory_format in MEMORY_FORMATS
    assert passes.dtype == dtype


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
