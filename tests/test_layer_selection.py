"""Which layers are shown: those published, in exactly the published numbers."""

import numpy as np
import pytest
import torch

from rotational_variance import models
from rotational_variance.activations.find import find_activations
from rotational_variance.statistics.layer_selection import KINDS, published_layers, select
from rotational_variance.statistics.measurement import Layer, Measurement

MNIST = {"n_channels": 1, "image_size": 28, "n_classes": 10}
CIFAR10 = {"n_channels": 3, "image_size": 32, "n_classes": 10}


def layers_of(name, sizes, **options):
    """List the layers of a network that was not trained; what was measured of them is left out."""
    model = models.build(name, **sizes, **options).eval()
    example = torch.zeros(2, sizes["n_channels"], sizes["image_size"], sizes["image_size"])
    return [
        Layer(
            info.name,
            info.kind,
            dict.fromkeys(("transformation_std", "sample_std"), np.ones((2, 2, info.n_units))),
            np.zeros((2, info.n_units)),
            1,
        )
        for info in find_activations(model, example).layers
    ]


@pytest.mark.parametrize(("name", "sizes", "options", "n_layers", "n_units"), [
    ("simple_conv", MNIST, {"width": 32, "hidden": 64}, 16, 884),
    ("simple_conv", CIFAR10, {"width": 64, "hidden": 128}, 16, 1748),
    ("all_convolutional", MNIST, {"width": 16}, 20, 456),
    ("all_convolutional", CIFAR10, {"width": 64}, 20, 1704),
    ("resnet", MNIST, {"width": 64, "depth": 18}, 53, 12180),
    ("resnet", CIFAR10, {"width": 64, "depth": 50}, 133, 77716),
])  # fmt: skip
def test_as_many_layers_and_units_as_published(name, sizes, options, n_layers, n_units):
    found = layers_of(name, sizes, **options)
    shown = published_layers(found)
    assert (len(shown), sum(layer.n_units for layer in shown)) == (n_layers, n_units)
    assert {layer.kind for layer in found} <= set(KINDS)


def test_normalisation_counts_with_the_activation_after_it_and_projections_do_not_count():
    names = [layer.name for layer in published_layers(layers_of("resnet", MNIST, width=4, depth=18))]
    assert names[:8] == ["conv1", "relu", "layer1.0.conv1", "layer1.0.relu", "layer1.0.conv2", "layer1.0.bn2",
                         "layer1.0.add", "layer1.0.relu_2"]  # fmt: skip
    assert not [name for name in names if "downsample" in name]


def test_all_layers_on_request():
    layers = layers_of("all_convolutional", MNIST, width=4)
    n_samples = np.array([2, 2])
    measurement = Measurement(
        layers, np.arange(2.0), ["mean", "max"], ["all", "a"], n_samples, n_samples, np.ones((2, 2))
    )
    assert select(measurement, "all") is measurement
    assert select(measurement, "published").layers == published_layers(layers)
    with pytest.raises(ValueError, match="layers: got 'some', expected one of published, all"):
        select(measurement, "some")
