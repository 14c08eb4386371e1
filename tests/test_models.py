"""Architectures pinned by parameter counts worked out by hand, by layer names and by output shapes."""

import pytest
import torch

from rotational_variance import models
from rotational_variance.activations.find import find_activations

MNIST = {"n_channels": 1, "image_size": 28, "n_classes": 10}
CIFAR10 = {"n_channels": 3, "image_size": 32, "n_classes": 10}


def conv(n_in, n_out, kernel=3, bias=True):
    return n_in * n_out * kernel**2 + bias * n_out


def bn(n):
    return 2 * n  # weight and bias


def simple_conv_parameters(c, size, f, hidden):
    convolutions = conv(c, f) + conv(f, f) + conv(f, 2 * f) + conv(2 * f, 2 * f) + conv(2 * f, 4 * f)
    return convolutions + (4 * f * (size // 4) ** 2 + 1) * hidden + (hidden + 1) * 10


def all_convolutional_parameters(c, f):
    convolutions = conv(c, f) + 2 * conv(f, f) + conv(f, 2 * f) + 3 * conv(2 * f, 2 * f)
    one_by_one = conv(2 * f, 2 * f, 1) + conv(2 * f, 10, 1)
    return convolutions + one_by_one + 3 * bn(f) + 5 * bn(2 * f) + bn(10)


def vgg16_parameters(c, f):
    plan = [f] * 2 + [2 * f] * 2 + [4 * f] * 3 + [8 * f] * 6
    convolutions = sum(conv(a, b) + bn(b) for a, b in zip([c, *plan], plan, strict=False))
    return convolutions + 2 * (8 * f + 1) * 8 * f + (8 * f + 1) * 10  # 1 pixel is left for the linear layers


def basic_resnet_parameters(c, f, n_blocks):
    total = conv(c, f, bias=False) + bn(f)
    n_in = f
    for stage, n in enumerate(n_blocks):
        n_out = f * 2**stage
        for _ in range(n):
            total += conv(n_in, n_out, bias=False) + conv(n_out, n_out, bias=False) + 2 * bn(n_out)
            if n_in != n_out:
                total += conv(n_in, n_out, 1, bias=False) + bn(n_out)
            n_in = n_out
    return total + (n_in + 1) * 10


def bottleneck_resnet_parameters(c, f, n_blocks):
    total = conv(c, f, bias=False) + bn(f)
    n_in = f
    for stage, n in enumerate(n_blocks):
        middle, n_out = f * 2**stage, 4 * f * 2**stage
        for _ in range(n):
            total += conv(n_in, middle, 1, bias=False) + conv(middle, middle, bias=False)
            total += conv(middle, n_out, 1, bias=False) + 2 * bn(middle) + bn(n_out)
            if n_in != n_out:
                total += conv(n_in, n_out, 1, bias=False) + bn(n_out)
            n_in = n_out
    return total + (n_in + 1) * 10


@pytest.mark.parametrize(
    ("name", "options", "data", "by_hand", "n_parameters", "n_layers", "n_units"),
    [
        ("simple_conv", {"width": 32, "hidden": 64}, MNIST, simple_conv_parameters(1, 28, 32, 64), 540_970, 16, 884),
        ("simple_conv", {"width": 64, "hidden": 128}, CIFAR10, simple_conv_parameters(3, 32, 64, 128), None, 16, 1748),
        ("all_convolutional", {"width": 16}, MNIST, all_convolutional_parameters(1, 16), 39_006, 29, 674),
        ("all_convolutional", {"width": 64}, CIFAR10, all_convolutional_parameters(3, 64), None, 29, 2546),
        ("vgg16", {"width": 16}, MNIST, vgg16_parameters(1, 16), None, 49, 3940),
        ("vgg16", {"width": 64}, CIFAR10, vgg16_parameters(3, 64), 15_253_578, 50, 16_212),
        ("resnet", {"width": 64, "depth": 18}, MNIST, basic_resnet_parameters(1, 64, (2, 2, 2, 2)), 11_172_810, 68, 15_956),
        ("resnet", {"width": 8, "depth": 34}, CIFAR10, basic_resnet_parameters(3, 8, (3, 4, 6, 3)), None, 124, None),
        ("resnet", {"width": 64, "depth": 50}, CIFAR10, bottleneck_resnet_parameters(3, 64, (3, 4, 6, 3)), 23_520_842, 174, 93_012),
    ],
)  # fmt: skip
def test_parameters_layers_and_units(name, options, data, by_hand, n_parameters, n_layers, n_units):
    model = models.build(name, **data, **options).eval()
    counted = sum(parameter.numel() for parameter in model.parameters())
    assert counted == by_hand
    assert n_parameters in (None, counted)
    activations = find_activations(model, torch.zeros(2, data["n_channels"], data["image_size"], data["image_size"]))
    assert len(activations.layers) == n_layers
    assert n_units in (None, activations.n_units)


def layer_names(name, data, **options):
    model = models.build(name, **data, **options).eval()
    example = torch.zeros(2, data["n_channels"], data["image_size"], data["image_size"])
    return [layer.name for layer in find_activations(model, example).layers]


def test_names_of_simple_conv():
    expected = "conv1 relu1 conv2 relu2 pool1 conv3 relu3 conv4 relu4 pool2 conv5 relu5 fc1 relu6 fc2 log_softmax"
    assert layer_names("simple_conv", MNIST, width=2, hidden=4) == expected.split()


def test_names_of_all_convolutional():
    expected = [f"{kind}{i}" for i in range(1, 10) for kind in ("conv", "bn", "relu")]
    assert layer_names("all_convolutional", CIFAR10, width=2) == [*expected, "global_average", "log_softmax"]


@pytest.mark.parametrize(("data", "n_poolings"), [(MNIST, 4), (CIFAR10, 5)])
def test_names_of_vgg16_which_stops_pooling_at_one_pixel(data, n_poolings):
    expected = []
    for block, n_convolutions in enumerate((2, 2, 3, 3, 3), start=1):
        expected += [f"{kind}{block}_{i}" for i in range(1, n_convolutions + 1) for kind in ("conv", "bn", "relu")]
        expected += [f"pool{block}"] if block <= n_poolings else []
    expected += ["fc6", "relu6", "fc7", "relu7", "fc8", "log_softmax"]
    assert layer_names("vgg16", data, width=2) == expected


def test_names_of_resnet18():
    plain = ["conv1", "bn1", "relu", "conv2", "bn2", "add", "relu_2"]
    strided = ["conv1", "bn1", "relu", "conv2", "bn2", "downsample.conv", "downsample.bn", "add", "relu_2"]
    expected = ["conv1", "bn1", "relu"]
    for stage in range(1, 5):
        expected += [f"layer{stage}.0.{name}" for name in (plain if stage == 1 else strided)]
        expected += [f"layer{stage}.1.{name}" for name in plain]
    assert layer_names("resnet", MNIST, width=2, depth=18) == [*expected, "avgpool", "fc", "log_softmax"]


def test_names_of_a_bottleneck_block():
    names = [name for name in layer_names("resnet", CIFAR10, width=2, depth=50) if name.startswith("layer3.1.")]
    expected = ["conv1", "bn1", "relu", "conv2", "bn2", "relu_2", "conv3", "bn3", "add", "relu_3"]
    assert names == [f"layer3.1.{name}" for name in expected]


@pytest.mark.parametrize("name", models.names())
@pytest.mark.parametrize("data", [MNIST, CIFAR10, {"n_channels": 3, "image_size": 28, "n_classes": 7}])
def test_outputs_are_log_probabilities(name, data):
    options = {"simple_conv": {"hidden": 8}, "resnet": {"depth": 18}}.get(name, {})
    model = models.build(name, width=4, **data, **options).eval()
    images = torch.randn(3, data["n_channels"], data["image_size"], data["image_size"])
    with torch.no_grad():
        output = model(images)
    assert output.shape == (3, data["n_classes"])
    torch.testing.assert_close(output.exp().sum(1), torch.ones(3))


def test_unknown_architectures_and_depths_are_refused():
    with pytest.raises(
        ValueError, match="got 'alexnet', expected one of all_convolutional, resnet, simple_conv, vgg16"
    ):
        models.build("alexnet", **MNIST)
    with pytest.raises(ValueError, match="got depth 19, expected one of 18, 34, 50"):
        models.build("resnet", **MNIST, width=2, depth=19)


@pytest.mark.parametrize("name", ["simple_conv", "all_convolutional"])
def test_images_too_small_are_refused(name):
    options = {"hidden": 8} if name == "simple_conv" else {}
    with pytest.raises(ValueError, match="expected 4 or more"):
        models.build(name, n_channels=1, image_size=3, n_classes=2, width=2, **options)
