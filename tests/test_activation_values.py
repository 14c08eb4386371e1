"""Values of activations against an oracle: hooks that keep whole tensors, reduced over axes that are written down here."""

import copy
import re
from collections import Counter

import pytest
import torch
from torch import nn

from rotational_variance.activations.find import find_activations
from rotational_variance.activations.watching import WatchedActivations
from rotational_variance.networks.classifier import Classifier
from rotational_variance.torch_setup.torchvision_import import torchvision

models = torchvision.models
CNBlockConfig, MBConvConfig = models.convnext.CNBlockConfig, models.efficientnet.MBConvConfig

BUILD = {
    "resnet": lambda: models.ResNet(models.resnet.Bottleneck, [1, 1, 1, 1], num_classes=5, width_per_group=8),
    "densenet": lambda: models.DenseNet(8, (2, 2), 8, num_classes=5),
    "mobilenet": lambda: models.mobilenet_v2(width_mult=0.25, num_classes=5),
    "googlenet": lambda: models.GoogLeNet(num_classes=5, aux_logits=False, init_weights=False),
    "convnext": lambda: models.ConvNeXt([CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)], num_classes=5),
    "vit": lambda: models.VisionTransformer(16, 4, 2, 2, 16, 32, num_classes=5),
    "swin": lambda: models.SwinTransformer([4, 4], 8, [2, 2], [2, 2], [2, 2], num_classes=5),
    "efficientnet": lambda: models.EfficientNet(
        [MBConvConfig(1, 3, 1, 8, 8, 1), MBConvConfig(4, 3, 2, 8, 16, 2)], 0.2, num_classes=5
    ),
}
# The axis of the units in the output of each layer.
AXES = {
    nn.Conv2d: 1, nn.BatchNorm2d: 1, nn.MaxPool2d: 1, nn.AvgPool2d: 1, nn.AdaptiveAvgPool2d: 1,
    nn.ReLU: 1, nn.ReLU6: 1, nn.GELU: -1, nn.LayerNorm: -1, nn.Linear: -1, nn.MultiheadAttention: -1,
}  # fmt: skip
# What the functions of a model compute: an input or an output of a module, or how it follows from these; and its axis.
FUNCTIONS = {
    "resnet": {r"(.+)\.add": (r"in \1.relu_3", 1)},
    "densenet": {
        r"(.+\.denselayer.)\.cat": (r"in \1.norm1", 1),
        r"features\.denseblock1\.cat": ("in features.transition1.norm", 1),
        r"features\.denseblock2\.cat": ("in features.norm5", 1),
        "relu": (lambda seen: seen["out features.norm5"].clamp(min=0), 1),
        "adaptive_avg_pool2d": (lambda seen: seen["in classifier"][:, :, None, None], 1),
    },
    "mobilenet": {
        r"(.+)\.add": (r"out \1", 1),
        "adaptive_avg_pool2d": (lambda seen: seen["in classifier.1"][:, :, None, None], 1),
    },
    "googlenet": {r"(.+)\.cat": (r"out \1", 1), r"(.+)\.relu": (r"out \1", 1)},
    "convnext": {
        r"(.+)\.layer_norm": (lambda seen, norm: seen[f"out {norm}"].permute(0, 2, 3, 1), -1),
        r"(.+)\.mul": (lambda seen, block: seen[f"out {block}"] - seen[f"in {block}"], 1),
        r"(.+)\.add": (r"out \1", 1),
    },
    "vit": {
        "cat": ("in encoder", -1),
        r"encoder\.add": ("in encoder.dropout", -1),
        r"(.+_\d)\.add": (r"in \1.ln_2", -1),
        r"(.+_\d)\.add_2": (r"out \1", -1),
    },
}


def keep_all(model, x):
    """Return all inputs and outputs of modules in one pass, by "in" or "out" and the module's name, numbered."""
    seen, calls, names = {}, Counter(), {module: name for name, module in model.named_modules()}

    def number(module):
        name = names[module]
        return name if calls[name] == 1 else f"{name}_{calls[name]}"

    def enter(module, args):
        calls[names[module]] += 1
        seen[f"in {number(module)}"] = args[0].clone() if isinstance(args[0], torch.Tensor) else None

    def leave(module, args, output):
        seen[f"out {number(module)}"] = (output[0] if isinstance(output, tuple) else output).clone()

    for module in model.modules():
        module.register_forward_pre_hook(enter)
        module.register_forward_hook(leave)
    with torch.no_grad():
        model(x)
    return seen


def expect(name, model, x):
    """Return what a layer's values and its axis should be, by its name, and the names of all outputs of layers."""
    seen = keep_all(copy.deepcopy(model), x)
    axes = {layer: AXES[type(module)] for layer, module in model.named_modules() if type(module) in AXES}
    outputs = {key[4:]: axes.get(re.sub(r"_\d+$", "", key[4:]), axes.get(key[4:])) for key in seen if key[:4] == "out "}

    def look_up(layer):
        if outputs.get(layer):
            return seen[f"out {layer}"], outputs[layer]
        pattern, (source, axis) = next(one for one in FUNCTIONS[name].items() if re.fullmatch(one[0], layer))
        match = re.fullmatch(pattern, layer)
        return seen[match.expand(source)] if isinstance(source, str) else source(seen, *match.groups()), axis

    return look_up, {layer for layer, axis in outputs.items() if axis}


def reduced(tensor, axis):
    """Return the mean and the maximum over all axes but that of the samples, 0, and that of the units."""
    space = tuple(i for i in range(1, tensor.dim()) if i != axis % tensor.dim())
    return torch.stack([tensor.mean(space), tensor.amax(space)] if space else [tensor], 1)


def build(name):
    torch.manual_seed(0)
    model = BUILD[name]().double().eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, -1, 1)
            module.running_mean.uniform_(-0.5, 0.5)
    size = 16 if name == "vit" else 32
    return model, torch.randn(3, 3, size, size, dtype=torch.float64)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_all_outputs_of_layers_are_there_with_the_values_that_hooks_see(name):
    model, x = build(name)
    look_up, outputs = expect(name, model, x)
    watched = WatchedActivations(Classifier(model), [x[:2], x])
    traced = find_activations(model, x)  # which comes last, as it may let the model compute in place
    assert (traced.found_by, watched.found_by) == ("torch.fx", "calls")
    assert traced.layers == watched.layers
    for activations in (watched, traced):
        assert activations.not_seen == []
        assert outputs <= {layer.name for layer in activations.layers}
        received = {}
        activations.run(x, received.__setitem__)
        for i, layer in enumerate(activations.layers):
            tensor, axis = look_up(layer.name)
            assert (layer.axes, layer.n_units) == ((0, axis % tensor.dim()), tensor.shape[axis]), layer.name
            torch.testing.assert_close(
                received[i], reduced(tensor, axis), msg=lambda text, layer=layer: f"{layer.name}: {text}"
            )


@pytest.mark.parametrize(("name", "n_layers", "reasons"), [
    ("efficientnet", 49, set()),
    ("swin", 36, {"its samples do not lie on an axis of their own", "none of its axes holds units"}),  # in windows
])  # fmt: skip
def test_what_cannot_be_measured_is_named(name, n_layers, reasons):
    model, x = build(name)
    watched = WatchedActivations(Classifier(model), [x[:2], x])
    traced = find_activations(model, x)
    assert traced.found_by == "torch.fx"
    assert len(traced.layers) == n_layers
    assert traced.layers == watched.layers
    assert {gap.partition(": ")[2] for gap in traced.not_seen} == reasons
    assert traced.not_seen == watched.not_seen
    assert all(".attn." in gap for gap in traced.not_seen)
