"""The measure against a brute-force implementation: store every activation, then numpy, in two passes."""

import numpy as np
import pytest
import torch
from torch import nn

from rotational_variance import models
from rotational_variance.activations import Activations
from rotational_variance.inputs import Samples
from rotational_variance.measurement import measure, n_passes
from rotational_variance.rotation import angle_grid

CLASSES = ["a", "b", "c"]
SMALL = {
    "simple_conv": {"width": 4, "hidden": 8},
    "all_convolutional": {"width": 4},
    "vgg16": {"width": 2},
    "resnet": {"width": 4, "depth": 18},
}


def brute_force(model: nn.Module, samples: Samples, angles: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return transformation and sample std [aggregation, sample_set, unit] from stored activations."""
    activations = Activations(model, samples.inputs(slice(0, 2)))
    a = np.stack([activations.observe(samples.inputs(slice(None), angle)).double().numpy() for angle in angles])
    labels = samples.labels.numpy()
    sets = [labels >= 0, *(labels == label for label in range(len(CLASSES)))]
    transformation = [a[:, chosen].std(axis=0, ddof=1).mean(axis=0) for chosen in sets]
    sample = [a[:, chosen].std(axis=1, ddof=1).mean(axis=0) for chosen in sets]
    return np.stack(transformation, axis=1), np.stack(sample, axis=1)


def build(name: str) -> nn.Module:
    torch.manual_seed(0)
    model = models.build(name, n_channels=1, image_size=12, n_classes=3, **SMALL[name])
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):  # as after training, not all 0 and 1
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
    return model.eval()


@pytest.mark.parametrize("name", SMALL)
def test_agrees_with_brute_force(name, make_samples):
    model, samples, angles = build(name), make_samples(n=25), angle_grid(5)
    tensor = measure(model, samples, CLASSES, angles_degrees=angles, batch_size=4)
    transformation, sample = brute_force(model, samples, angles)
    got_transformation = np.concatenate([layer.transformation_std for layer in tensor.layers], axis=2)
    got_sample = np.concatenate([layer.sample_std for layer in tensor.layers], axis=2)
    # Single precision: convolutions of other batch sizes round differently.
    scale = np.abs(sample).max()
    np.testing.assert_allclose(got_transformation, transformation, rtol=1e-4, atol=1e-6 * scale)
    np.testing.assert_allclose(got_sample, sample, rtol=1e-4, atol=1e-6 * scale)


def test_describes_what_was_measured(make_samples):
    samples = make_samples(n=25)
    tensor = measure(build("simple_conv"), samples, CLASSES, angles_degrees=[0, 10, 20], batch_size=8)
    assert tensor.sample_sets == ["all", "a", "b", "c"]
    assert tensor.aggregations == ["mean", "max"]
    assert tensor.n_samples.tolist() == [25, 9, 8, 8]
    assert tensor.angles_degrees.tolist() == [0, 10, 20]
    assert tensor.layers[0].name == "conv1"
    assert tensor.layers[0].normalized.shape == (2, 4, 4)


def test_known_answers(make_samples):
    class Known(nn.Module):
        def forward(self, x):
            ignoring = torch.zeros_like(x)  # 0 / 0: dead
            invariant = torch.mean(x, (2, 3), keepdim=True).expand_as(x)  # quarter turns keep the mean
            upper_minus_lower = (x[:, :, :6] - x[:, :, 6:]).repeat(1, 1, 2, 1)
            return torch.cat([ignoring, invariant, upper_minus_lower], dim=1)

    samples = make_samples(n=30)
    tensor = measure(Known().eval(), samples, CLASSES, angles_degrees=angle_grid(4), batch_size=7)
    dead, invariant, other = tensor.layers[-1].normalized[0, 0]
    assert tensor.layers[-1].name == "cat"
    assert dead == 1
    assert invariant < 1e-6
    assert other > 0.5


def test_each_sample_and_angle_passes_once(make_samples):
    samples = make_samples(n=25)
    seen, shown = [], []
    model = build("simple_conv")
    model.conv1.register_forward_hook(lambda module, inputs, output: shown.append(len(output)))
    measure(model, samples, CLASSES, angles_degrees=[0, 90], batch_size=4, on_batch=lambda: seen.append(1))
    assert len(seen) == n_passes(samples.labels, 2, 4) == 2 * (3 + 2 + 2)
    assert sum(shown) == 2 * 25 + 2 + 4  # each sample at each angle, and some first to find the units


def test_infinite_activations_name_their_layer(make_samples):
    model = build("simple_conv")
    with torch.no_grad():
        model.conv3.weight[1, 0, 0, 0] = float("inf")
    with pytest.raises(ValueError, match="layer conv3: unit 1 is infinite or not a number"):
        measure(model, make_samples(), CLASSES, angles_degrees=[0, 90], batch_size=8)


def test_too_little_to_measure_is_refused(make_samples):
    model = build("simple_conv")
    with pytest.raises(ValueError, match="angles: got 1, expected 2 or more"):
        measure(model, make_samples(), CLASSES, angles_degrees=[0], batch_size=8)
    with pytest.raises(ValueError, match="class d: got 0 test samples, expected 2 or more"):
        measure(model, make_samples(), [*CLASSES, "d"], angles_degrees=[0, 90], batch_size=8)
