"""Which activations are found, under which names, and with which values."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers.awkward import Awkward, Deciding, DecidingByModule, Recurrent
from rotational_variance.activations.description import number_repeats
from rotational_variance.activations.find import find_activations
from rotational_variance.activations.reduction import aggregate
from rotational_variance.measuring.precision import set_precision

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


class Discarding(nn.Module):
    """A sum in place whose result is not used by name, as in `y.add_(x); return relu(y)`."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 1)
        self.bn = nn.BatchNorm2d(2)

    def forward(self, x):
        y = self.bn(self.conv(x))
        y.add_(5 * x)
        return F.relu(y)


def test_what_is_changed_in_place_before_a_relu_is_seen_changed():
    torch.manual_seed(0)
    model, x = Discarding().eval(), torch.randn(3, 2, 4, 4)
    received = observe(find_activations(model, x), x)
    with torch.no_grad():
        torch.testing.assert_close(received[-1][1], aggregate(model(x)))


class Normalised(nn.Module):
    """Batch normalisations with positive, and with some negative weights, each before a ReLU; and one of a vector."""

    def __init__(self):
        super().__init__()
        self.steps = nn.Sequential(
            nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3), nn.ReLU(),
            nn.Flatten(), nn.Linear(48, 4), nn.BatchNorm1d(4), nn.ReLU(),
        )  # fmt: skip
        for norm, lowest in ((self.steps[1], 0.5), (self.steps[4], -1), (self.steps[8], -1)):
            nn.init.uniform_(norm.weight, lowest, 1)
            nn.init.uniform_(norm.bias, -0.5, 0.5)
            norm.running_mean.uniform_(-0.5, 0.5)

    def forward(self, x):
        return self.steps(x)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5), (torch.bfloat16, 0)])
def test_normalisations_and_relus_give_what_they_give_by_themselves(dtype, tolerance):
    torch.manual_seed(0)
    model = Normalised().eval()
    set_precision(model, dtype)
    x = torch.randn(5, 2, 6, 6).to(dtype)
    expected = []
    with torch.no_grad():
        y = x
        for step in model.steps:
            y = step(y)
            if not isinstance(step, nn.Flatten):
                expected.append(aggregate(y.clone()))
    received = observe(find_activations(model, x), x)
    for (_, values), activation in zip(received, expected, strict=True):
        torch.testing.assert_close(values, activation, rtol=tolerance, atol=tolerance)


def test_what_a_trace_would_lose_is_seen_while_the_model_runs():
    class Asking(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(2, 2, 1)

        def forward(self, x):
            if isinstance(x, torch.Tensor):  # what torch.fx puts in its place is none
                x = x * 3
            return self.conv(x)

    activations = find_activations(Asking().eval(), torch.randn(EXAMPLE))
    assert activations.found_by == "calls"
    assert [layer.name for layer in activations.layers] == ["mul", "conv"]
    assert activations.not_seen == []


def test_outputs_whose_first_axis_is_not_the_samples_are_named_as_not_seen():
    class Doubling(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(2, 4, 1)

        def forward(self, x):
            left, right = self.conv(torch.cat([x, x])).chunk(2)
            return torch.max(left + right, 2)[0]

    activations = find_activations(Doubling().eval(), torch.randn(EXAMPLE))
    assert [layer.name for layer in activations.layers] == ["add", "max"]
    assert activations.not_seen == [
        "cat: its samples do not lie on an axis of their own",
        "conv: its samples do not lie on an axis of their own",
    ]


def test_names_that_number_themselves_stay_apart():
    assert number_repeats(["relu", "relu", "relu_2", "relu"]) == ["relu", "relu_3", "relu_2", "relu_4"]


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


def test_a_module_that_returns_several_tensors_counts_by_its_first():
    torch.manual_seed(0)
    model, x = Recurrent().eval(), torch.randn(EXAMPLE)
    activations = find_activations(model, x)
    assert [(layer.name, layer.n_units, layer.unit_axis) for layer in activations.layers] == [
        ("conv", 4, 1), ("rnn", 5, 2), ("fc", 3, 1),
    ]  # fmt: skip
    assert activations.not_seen == []
    with torch.no_grad():
        expected = model.rnn(model.conv(x).flatten(2))[0]  # [sample, step, unit]
    values = observe(activations, x)[1][1]
    torch.testing.assert_close(values, torch.stack([expected.mean(1), expected.amax(1)], 1))


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


def test_a_module_in_training_mode_is_refused():
    model = Awkward().eval()
    model.bn.train()
    with pytest.raises(ValueError, match="training mode"):
        find_activations(model, torch.randn(EXAMPLE))


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
        ("rnn", "activation", 5),
    ]
    (functions,) = activations.not_seen
    assert "functions (F.relu, +, torch.cat)" in functions
    assert "control flow" in functions
    with torch.no_grad():
        conv = model.conv(x)
        conv2 = model.conv2(F.relu(model.bn(conv)))
        last = model.conv2(conv2)
        steps = model.rnn(last.flatten(2))[0]  # [sample, step, unit]
        expected = [conv, model.bn(conv), conv2, last, steps.transpose(1, 2)]
    received = observe(activations, x)
    assert [layer for layer, _ in received] == [0, 1, 2, 3, 4]
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


def test_weights_of_one_input_channel_take_the_layout_of_the_inputs_too():
    """Both layouts fit them, but a convolution is computed otherwise in each, and so its last digits differ."""
    model = nn.Sequential(nn.Conv2d(1, 4, 3)).eval()
    activations = find_activations(model, torch.randn(2, 1, 6, 6))
    activations.to_memory_format(torch.channels_last)
    assert model[0].weight.stride() == (9, 1, 3, 1)
