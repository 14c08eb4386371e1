"""The measure against an independent, naive one: store every activation, then numpy, in two passes. In float64."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers.awkward import Averaged, Awkward, Deciding
from rotational_variance import models
from rotational_variance.activations.find import find_activations
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.measuring.batches import Passes
from rotational_variance.measuring.one_pass import measure
from rotational_variance.samples.angles import angle_grid
from rotational_variance.samples.inputs import Samples
from rotational_variance.statistics.averages import global_value
from rotational_variance.statistics.units import unit_values

CLASSES = ["a", "b", "c"]
SMALL = {
    "simple_conv": {"width": 4, "hidden": 8},
    "all_convolutional": {"width": 4},
    "vgg16": {"width": 4},
    "resnet": {"width": 4, "depth": 18},
}


def build(name: str) -> nn.Module:
    """Build a small network whose batch normalisations are as after training, some of their weights negative."""
    torch.manual_seed(0)
    model = models.build(name, n_channels=1, image_size=12, n_classes=3, **SMALL[name])
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # what it sees in the pass below becomes its running mean and variance
            nn.init.uniform_(module.weight, -0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    with torch.no_grad():
        model.train()(torch.randn(50, 1, 12, 12))
    return model.eval()


def measured(model, samples, angles, batch_size=8, memory_format="channels_last", dtype=torch.float64, names=CLASSES):
    activations = find_activations(model.to(dtype), samples.inputs(slice(0, 2), dtype=dtype))
    passes = Passes(batch_size, memory_format, dtype)
    return measure(activations, samples, names, angles_degrees=angles, passes=passes)


def stored_by_hooks(model: nn.Module, inputs: torch.Tensor) -> list[np.ndarray]:
    """Run a network of modules only: the output of each, in the order of the calls, in memory of its own."""
    stored = []
    skipped = (nn.Flatten, nn.Dropout)
    modules = [module for module in model.modules() if not list(module.children()) and not isinstance(module, skipped)]
    handles = [module.register_forward_hook(lambda m, i, output: stored.append(output.clone())) for module in modules]
    with torch.no_grad():
        model(inputs)
    for handle in handles:
        handle.remove()
    return stored


def stored_by_block(model: nn.Module, inputs: torch.Tensor) -> list[np.ndarray]:
    """Run a ResNet of basic blocks by hand."""
    stored = []

    def keep(x):
        stored.append(x)
        return x

    with torch.no_grad():
        x = keep(F.relu(keep(model.bn1(keep(model.conv1(inputs))))))
        for stage in (model.layer1, model.layer2, model.layer3, model.layer4):
            for block in stage:
                y = keep(F.relu(keep(block.bn1(keep(block.conv1(x))))))
                y = keep(block.bn2(keep(block.conv2(y))))
                if block.downsample is not None:
                    x = keep(block.downsample.bn(keep(block.downsample.conv(x))))
                x = keep(F.relu(keep(y + x)))
        x = keep(x.mean((2, 3)))
        keep(keep(model.fc(x)).log_softmax(1))
    return stored


def naive(activations: list[np.ndarray], labels: np.ndarray, n_classes: int) -> tuple[np.ndarray, ...]:
    """Return transformation std, sample std and M, [aggregation, sample_set, unit], of one layer.

    activations  by angle: [sample, unit, ...]
    """
    a = np.stack(activations)  # [angle, sample, unit, ...]
    space = tuple(range(3, a.ndim))
    reduced = (a.mean(space), a.max(space)) if space else (a, a)
    sets = [labels >= 0, *(labels == label for label in range(n_classes))]
    transformation = np.array([[r[:, s].std(axis=0, ddof=1).mean(axis=0) for s in sets] for r in reduced])
    sample = np.array([[r[:, s].std(axis=1, ddof=1).mean(axis=0) for s in sets] for r in reduced])
    normalized = np.array(
        [t / s if s > 0 else (np.inf if t > 0 else 1.0) for t, s in zip(transformation.flat, sample.flat, strict=True)]
    )
    return transformation, sample, normalized.reshape(sample.shape)


def assert_is_naive(measurement, stored_by_angle, labels, rtol=1e-10):
    """Compare layer by layer, with nothing between (all, each class, stratified) x (mean, max) left out."""
    n_classes = len(measurement.class_names)
    n_compared = n_dead = 0
    by_layer = list(zip(*stored_by_angle, strict=True))
    assert len(by_layer) == len(measurement.layers)
    stratified = {
        aggregation: unit_values(measurement, M, aggregation, "stratified") for aggregation in ("mean", "max")
    }
    for i, (layer, activations) in enumerate(zip(measurement.layers, by_layer, strict=True)):
        transformation, sample, normalized = naive([a.numpy() for a in activations], labels, n_classes)
        scale = max(abs(a).max().item() for a in activations)
        noise = 1e-15 * scale  # the last digit of the activations
        np.testing.assert_allclose(layer.transformation_std, transformation, rtol=rtol, atol=noise, err_msg=layer.name)
        np.testing.assert_allclose(layer.sample_std, sample, rtol=rtol, atol=noise, err_msg=layer.name)
        varies = sample > noise / rtol  # by enough for `rtol` of a quotient to mean anything
        np.testing.assert_allclose(layer.normalized_variance[varies], normalized[varies], rtol=rtol, err_msg=layer.name)
        n_compared += varies.sum()
        n_dead += (sample <= noise).sum()
        for row, aggregation in enumerate(("mean", "max")):
            clear = varies[row, 1:].all(axis=0)
            expected = normalized[row, 1:].mean(axis=0)
            np.testing.assert_allclose(stratified[aggregation][i][clear], expected[clear], rtol=rtol)
    assert n_compared > 0.98 * (sum(layer.normalized_variance.size for layer in measurement.layers) - n_dead)


@pytest.mark.parametrize("name", SMALL)
def test_agrees_with_the_naive_measure(name, make_samples):
    model, samples, angles = build(name).double(), make_samples(n=25), angle_grid(5)
    stored = stored_by_block if name == "resnet" else stored_by_hooks
    expected = [stored(model, samples.inputs(slice(None), angle, dtype=torch.float64)) for angle in angles]
    assert_is_naive(measured(model, samples, angles), expected, samples.labels.numpy())


def test_agrees_with_the_naive_measure_for_an_awkward_network(make_samples):
    torch.manual_seed(0)
    model, samples, angles = Awkward().double().eval(), make_samples(n=25, n_channels=2), angle_grid(5)
    with torch.no_grad():
        expected = [model.step_by_step(samples.inputs(slice(None), a, dtype=torch.float64)) for a in angles]
    measurement = measured(model, samples, angles)
    assert_is_naive(measurement, expected, samples.labels.numpy())
    names = [layer.name for layer in measurement.layers]
    assert measurement.layers[names.index("one")].n_units == 1
    assert (measurement.layers[names.index("constant")].normalized_variance == 1).all()  # 0 / 0


def test_single_precision_agrees_with_double(make_samples):
    samples, angles = make_samples(n=25), angle_grid(5)
    single = measured(build("vgg16"), samples, angles, dtype=torch.float32)
    double = measured(build("vgg16"), samples, angles)
    for one, other in zip(single.layers, double.layers, strict=True):
        np.testing.assert_allclose(one.transformation_std, other.transformation_std, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(one.sample_std, other.sample_std, rtol=1e-4, atol=1e-6)


def assert_same(one, other, rtol=1e-12):
    for layer, same in zip(one.layers, other.layers, strict=True):
        np.testing.assert_allclose(layer.transformation_std, same.transformation_std, rtol=rtol, err_msg=layer.name)
        np.testing.assert_allclose(layer.sample_std, same.sample_std, rtol=rtol, err_msg=layer.name)
        np.testing.assert_allclose(layer.normalized_variance, same.normalized_variance, rtol=rtol, err_msg=layer.name)


@pytest.mark.parametrize(("name", "batch_size"), [
    *itertools.product(["simple_conv", "all_convolutional"], [1, 3, 1000]), pytest.param("resnet", 3, marks=pytest.mark.long),
])  # fmt: skip
def test_any_batch_size_gives_the_same(name, batch_size, make_samples):
    samples, angles = make_samples(n=40), angle_grid(6)
    assert_same(measured(build(name), samples, angles, batch_size), measured(build(name), samples, angles, 8))


def test_any_grouping_of_the_angles_gives_the_same(make_samples, monkeypatch):
    samples, angles = make_samples(n=40), angle_grid(7)
    together = measured(build("simple_conv"), samples, angles)
    monkeypatch.setattr(
        "rotational_variance.measuring.batches.GROUP_BYTES", 8 * 130 * 2 * 4 * 3
    )  # three angles or fewer
    assert_same(measured(build("simple_conv"), samples, angles), together)


def test_any_order_of_samples_and_angles_gives_the_same(make_samples):
    samples, angles = make_samples(n=40), angle_grid(6)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(3))
    shuffled = measured(build("simple_conv"), samples.subset(order), [angles[i] for i in (4, 2, 0, 5, 1, 3)])
    assert_same(shuffled, measured(build("simple_conv"), samples, angles))


def test_either_memory_format_gives_the_same(make_samples):
    samples, angles = make_samples(n=40), angle_grid(6)
    contiguous = measured(build("simple_conv"), samples, angles, memory_format="contiguous")
    assert_same(contiguous, measured(build("simple_conv"), samples, angles))


class Shifted(nn.Module):
    """The top row of the image, shifted by a constant."""

    def __init__(self, shift):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.shift = shift

    def forward(self, x):
        return torch.add(x[:, :, 0] * self.scale, self.shift).flatten(1)


def test_a_large_mean_with_a_small_spread_loses_nothing(make_samples):
    samples, angles = make_samples(n=60), angle_grid(8)
    plain = measured(Shifted(0.0).eval(), samples, angles).layers[-1]
    shifted = measured(Shifted(2.0**20).eval(), samples, angles).layers[-1]
    # What is lost is what float64 itself drops of the activations: 2**20 leaves 32 bits behind the point.
    np.testing.assert_allclose(shifted.normalized_variance, plain.normalized_variance, rtol=1e-9)


def test_known_answers(make_samples):
    class Known(nn.Module):
        """Three units: one that ignores the image, one that is exactly invariant to quarter turns, one that is not."""

        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, x):
            ignoring = torch.zeros_like(x) + 0.1 * self.weight
            invariant = torch.mean(x, (2, 3), keepdim=True).expand_as(x)
            upper_minus_lower = (x[:, :, :6] - x[:, :, 6:]).repeat(1, 1, 2, 1)
            return torch.cat([ignoring, invariant, upper_minus_lower], dim=1)

    measurement = measured(Known().eval(), make_samples(n=30), angle_grid(4), batch_size=7)
    assert measurement.layers[-1].name == "cat"
    dead, invariant, other = measurement.layers[-1].normalized_variance[0, 0]
    assert dead == 1  # by definition
    assert invariant < 1e-12
    assert other > 0.5


def test_a_unit_that_sees_only_the_angle_is_infinite(make_samples):
    class Compass(nn.Module):
        """Reads where the one white pixel is that all images share; a second unit is dead."""

        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

        def forward(self, x):
            corner = x[:, :, :6, :6].flatten(1).sum(1, keepdim=True) * self.weight
            return torch.cat([corner, torch.zeros_like(corner)], dim=1)

    samples = make_samples(n=12)
    images = torch.zeros_like(samples.images)
    images[:, :, 0, 0] = 255
    measurement = measured(Compass().eval(), Samples(images, samples.labels, samples.mean, samples.std), angle_grid(4))
    last = measurement.layers[-1]
    assert np.isinf(last.normalized_variance[:, :, 0]).all()
    assert (last.normalized_variance[:, :, 1] == 1).all()
    result = global_value(measurement, M, "mean", "all")
    assert result.n_infinite == sum(layer.n_units for layer in measurement.layers) - result.n_dead
    assert result.n_dead >= 1


def test_a_network_invariant_by_construction_is_invariant_at_its_output_and_not_before(make_samples):
    measurement = measured(Averaged(build("simple_conv")).eval(), make_samples(n=30), angle_grid(4))
    means = {layer.name: layer.normalized_variance[0, 0] for layer in measurement.layers}
    assert means[measurement.layers[-1].name].max() < 1e-10
    inner = [name for name in means if name.startswith(("model.fc2", "model.log_softmax"))]
    assert len(inner) == 8  # of each of the four turned copies
    for name in inner:
        assert means[name].min() > 0.2


def test_a_network_that_cannot_be_traced_is_measured_by_its_modules(make_samples):
    torch.manual_seed(0)
    model = Deciding().double().eval()
    samples, angles = make_samples(n=25, n_channels=2, size=6), angle_grid(4)
    stored = []
    for angle in angles:
        x = samples.inputs(slice(None), angle, dtype=torch.float64)
        with torch.no_grad():
            conv = model.conv(x)
            bn = model.bn(conv)
            conv2 = model.conv2(F.relu(bn))
            last = model.conv2(conv2)
            steps = model.rnn(last.flatten(2))[0]  # [sample, step, unit]
            stored.append([conv, bn, conv2, last, steps.transpose(1, 2)])
    assert_is_naive(measured(model, samples, angles), stored, samples.labels.numpy())


def test_describes_what_was_measured(make_samples):
    measurement = measured(build("simple_conv"), make_samples(n=25), [0, 10, 20])
    assert measurement.sample_sets == ["all", "a", "b", "c"]
    assert measurement.aggregations == ["mean", "max"]
    assert measurement.n_samples.tolist() == [25, 9, 8, 8]
    assert measurement.angles_degrees.tolist() == [0, 10, 20]
    assert measurement.layers[0].name == "conv1"
    assert measurement.layers[0].normalized_variance.shape == (2, 4, 4)


@pytest.mark.parametrize("batch_size", [3, 100])
def test_accuracy_at_each_angle(batch_size, make_samples):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(200, 3, bias=False)).double().eval()
    samples, angles = make_samples(n=25), [0, 90, 200]
    with torch.no_grad():
        guesses = [model(samples.inputs(slice(None), angle, dtype=torch.float64)).argmax(1) for angle in angles]
    labels = samples.labels
    sets = [labels >= 0, *(labels == label for label in range(3))]
    expected = [[(guess == labels)[chosen].double().mean().item() for guess in guesses] for chosen in sets]
    assert len({share for row in expected for share in row}) > 6
    np.testing.assert_allclose(measured(model, samples, angles, batch_size).accuracy, expected)


def test_each_sample_and_angle_passes_once(make_samples):
    samples = make_samples(n=25)
    seen, shown = [], []
    model = build("simple_conv")
    activations = find_activations(model, samples.inputs(slice(0, 2)))
    model.conv1.register_forward_hook(lambda module, inputs, output: shown.append(len(output)))
    measure(activations, samples, CLASSES, angles_degrees=[0, 90], passes=Passes(4), on_batch=seen.append)
    assert len(shown) == 2 * (3 + 2 + 2)
    assert sum(shown) == sum(seen) == 2 * 25


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_activations_that_are_not_finite_name_their_layer(value, make_samples):
    model = build("simple_conv")
    with torch.no_grad():
        model.conv3.weight[1, 0, 0, 0] = value
    with pytest.raises(ValueError, match="layer conv3: unit 1 is infinite or not a number"):
        measured(model, make_samples(), [0, 90])


def test_too_little_to_measure_is_refused(make_samples):
    samples = make_samples()
    with pytest.raises(ValueError, match="angles: got 1, expected 2 or more"):
        measured(build("simple_conv"), samples, [0])
    with pytest.raises(ValueError, match="class d: got 0 test samples, expected 2 or more"):
        measured(build("simple_conv"), samples, [0, 90], names=[*CLASSES, "d"])
    one_of_class_c = samples.subset(torch.cat([(samples.labels < 2).nonzero().flatten(), torch.tensor([2])]))
    one_of_class_c.labels[-1] = 2
    with pytest.raises(ValueError, match="class c: got 1 test samples, expected 2 or more"):
        measured(build("simple_conv"), one_of_class_c, [0, 90])
