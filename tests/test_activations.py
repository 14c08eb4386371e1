"""Which activations are found, under which names, and with which values."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from awkward import Awkward, Deciding, DecidingByModule, Recurrent
from rotational_variance.activations import find_activations
from rotational_variance.activations.reduction import aggregate

EXAMPLE = (2, 2, 6, 6)


def observe(activations, inputs):
    """Return what the activations report: [(number, values [sample, aggregation, unit])]."""
    received = []
    activations.run(inputs, lambda layer, values: received.append((layer, values)))
    return received


def test_every_activation_in_order_with_its_kind_and_units():
    activations = find_activations(Awkward().eval(), torch.randn(EXAMPLE))
    assert [(layer.name, layer.kind, layer.n_units) for layer in activations.layers] == [
        ("conv", "convolution", 4),
        ("bn", "normalisation", 4),
        ("relu", "activation", 4),
        ("again", "convolution", 4),
        ("relu_2", "activation", 4),
        ("again_2", "convolution", 4),
        ("add", "residual sum", 4),
        ("cat", "concatenation", 8),
        ("adaptive_avg_pool2d", "pooling", 8),
        ("one", "linear", 1),
        ("constant", "linear", 2),
        ("cat_2", "concatenation", 11),
        ("fc", "linear", 3),
        ("log_softmax", "output", 3),
    ]
    assert activations.n_units == 64
    assert activations.found_by == "torch.fx"
    assert activations.not_seen == []


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_values_are_those_of_the_forward_pass_before_anything_overwrites_them(memory_format):
    torch.manual_seed(0)
    model = Awkward().double().eval()
    x = torch.randn(3, 2, 6, 6, dtype=torch.float64)
    with torch.no_grad():
        expected = model.step_by_step(x)
    activations = find_activations(model, x[:1])
    activations.to_memory_format(memory_format)
    received = observe(activations, x.to(memory_format=memory_format))
    assert [layer for layer, _ in received] == list(range(14))
    for (_, values), activation in zip(received, expected, strict=True):
        space = tuple(range(2, activation.dim()))
        torch.testing.assert_close(values[:, 0], activation.mean(space) if space else activation)
        torch.testing.assert_close(values[:, -1], activation.amax(space) if space else activation)


def test_a_model_still_computes_what_it_did_after_its_activations_were_found():
    torch.manual_seed(0)
    model = Awkward().eval()
    x = torch.randn(3, 2, 6, 6)
    with torch.no_grad():
        before = model(x)
        observe(find_activations(model, x), x)
        assert torch.equal(model(x), before)


class Reused(nn.Module):
    """Activations that are needed again after a ReLU or a batch normalisation of them, and inputs that are."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)
        self.bn = nn.BatchNorm2d(2)

    def forward(self, x):
        first = F.relu(self.bn(x))  # x comes from outside, and is added below
        conv = self.conv(x)
        flat = conv.flatten(1)  # shares its memory with conv
        return F.relu(conv).flatten(1) + flat + self.bn(first).flatten(1) + first.flatten(1) + x.flatten(1)


def test_nothing_that_is_needed_again_is_overwritten():
    torch.manual_seed(0)
    model = Reused().eval()
    model.bn.running_mean.uniform_(-1, 1)
    x = torch.randn(3, 2, 4, 4)
    before = x.clone()
    with torch.no_grad():
        expected = model(x)
    received = observe(find_activations(model, x), x)
    torch.testing.assert_close(received[-1][1][:, 0], expected)
    assert torch.equal(x, before)


def test_what_is_not_a_batch_of_units_is_passed_over():
    class Scaled(nn.Module):
        def __init__(self, n_classes):
            super().__init__()
            self.fc = nn.Linear(72, n_classes)

        def forward(self, x):
            weight = self.fc.weight * 2  # [class, 72]: no batch, whatever the number of classes
            return F.linear(F.pad(x, (0, 0)).flatten(1).detach(), weight)

    for n_classes in (2, 3, 4):
        activations = find_activations(Scaled(n_classes).eval(), torch.randn(EXAMPLE))
        assert [layer.name for layer in activations.layers] == ["linear"]
        assert observe(activations, torch.randn(5, 2, 6, 6))[0][1].shape == (5, 1, n_classes)


def test_a_module_that_returns_several_tensors_is_named_as_not_seen():
    activations = find_activations(Recurrent().eval(), torch.randn(EXAMPLE))
    assert [layer.name for layer in activations.layers] == ["conv", "fc"]
    assert activations.not_seen == ["rnn, which returns a tuple"]


def test_aggregates_whatever_follows_the_unit():
    volume = torch.rand(2, 3, 4, 5, 6)
    reduced = aggregate(volume)
    torch.testing.assert_close(reduced[:, 0], volume.mean((2, 3, 4)))
    assert torch.equal(reduced[:, 1], volume.amax((2, 3, 4)))


def test_the_mean_of_low_precision_has_more_digits():
    maps = torch.full((1, 1, 3, 1), 256.0, dtype=torch.bfloat16)
    maps[0, 0, 0, 0] = 258
    assert aggregate(maps)[0, :, 0].tolist() == pytest.approx([256 + 2 / 3, 258])


def test_a_model_in_training_mode_is_refused():
    with pytest.raises(ValueError, match="training mode"):
        find_activations(Awkward().train(), torch.randn(EXAMPLE))


def test_a_model_without_units_is_refused():
    with pytest.raises(ValueError, match="Flatten: nothing in its forward pass has units"):
        find_activations(nn.Flatten().eval(), torch.randn(EXAMPLE))


def test_a_model_that_cannot_be_traced_is_seen_through_its_modules():
    torch.manual_seed(0)
    model = Deciding().eval()
    x = torch.rand(3, 2, 6, 6)
    activations = find_activations(model, torch.rand(EXAMPLE))
    assert activations.found_by == "module hooks"
    assert [(layer.name, layer.kind, layer.n_units) for layer in activations.layers] == [
        ("conv", "convolution", 4),
        ("bn", "normalisation", 4),
        ("conv2", "convolution", 4),
        ("conv2_2", "convolution", 4),
    ]
    functions, rnn = activations.not_seen
    assert "functions (F.relu, +, torch.cat)" in functions
    assert "control flow" in functions
    assert rnn == "rnn, which returns no batch of units"
    with torch.no_grad():
        conv = model.conv(x)
        conv2 = model.conv2(F.relu(model.bn(conv)))
        expected = [conv, model.bn(conv), conv2, model.conv2(conv2)]
    received = observe(activations, x)
    assert [layer for layer, _ in received] == [0, 1, 2, 3]
    for (_, values), activation in zip(received, expected, strict=True):
        torch.testing.assert_close(values, aggregate(activation))


def test_hooks_are_gone_after_each_pass():
    model = Deciding().eval()
    observe(find_activations(model, torch.rand(EXAMPLE)), torch.rand(EXAMPLE))
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.parametrize(("found_with", "then"), [(1, -1), (-1, 1)])
def test_modules_that_only_some_inputs_reach_stop_the_run(found_with, then):
    model = DecidingByModule().eval()
    activations = find_activations(model, torch.ones(EXAMPLE) * found_with)
    with pytest.raises(ValueError, match="depends on the values of its inputs"):
        observe(activations, torch.ones(EXAMPLE) * then)
