"""What is found of models that are hard to see through: traced and watched alike, with the same values."""

from dataclasses import dataclass

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations
from torch.utils.checkpoint import checkpoint

from rotational_variance.activations.find import find_activations
from rotational_variance.activations.reduction import aggregate
from rotational_variance.activations.watching import WatchedActivations
from rotational_variance.networks.classifier import Classifier

scripted = torch.jit.CompilationUnit("def swish(x):\n    return x * torch.sigmoid(x)\n").swish


@dataclass
class Output:
    features: torch.Tensor
    scores: torch.Tensor


class Returning(nn.Module):
    """A block that returns a dataclass."""

    def forward(self, x):
        return Output(x, F.relu(x))


class Gating(nn.Module):
    """A block that does nothing at test time, as those of stochastic depth."""

    def forward(self, x):
        return x * torch.rand(len(x), 1, 1, 1) if self.training else x


class Reversing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, gradient):
        return -gradient


@torch.fx.wrap
def doubled(x):
    return F.relu(x) * 2


class Net(nn.Module):
    """Layers, and a forward pass that is given."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.conv = nn.Conv2d(3, 6, 3)
        self.same = nn.Conv2d(6, 6, 1)
        self.bn = nn.BatchNorm2d(6)
        self.relu = nn.ReLU()
        self.fc = nn.Linear(6, 5)
        self.attention = nn.MultiheadAttention(6, 2, batch_first=True)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, 8), 1, enable_nested_tensor=False)
        self.returning, self.gating, self.dropout, self.identity = Returning(), Gating(), nn.Dropout(), nn.Identity()
        self.token = nn.Parameter(torch.rand(1, 1, 6))
        self.register_buffer("mean", torch.rand(6))
        self.bn.running_mean.uniform_(-0.5, 0.5)

    def forward(self, x, mask=None, *args, as_map=False, **kwargs):
        return self.function(self, x)

    def end(self, y):
        return self.fc(y.mean((2, 3)))


def asserting(net, x):
    n, channels, height, width = x.shape
    assert x.shape[1] == channels == 3
    assert x.ndim == len(x.shape) == x.dim() == len(x.size()) == 4
    y = net.conv(x)
    assert y.shape[0] == n == x.size(0)
    assert height == width
    return net.end(y.reshape(n, -1, int(height // 2) + 2, width - 2))


def looping(net, x):
    y = net.conv(x)
    columns = [F.relu(y[..., i]) for i in range(y.shape[3] // 3)]
    for block in nn.ModuleList([net.relu, net.same]):
        y = block(y)
    return net.fc(torch.stack(columns, -1).mean((2, 3)) + y.mean((2, 3)))


def with_token(net, x):
    y = net.conv(x).flatten(2).transpose(1, 2)
    y = torch.cat([net.token.expand(x.shape[0], -1, -1), y], 1)
    return net.fc(net.attention(y, y, y)[0][:, 0])


def by_hand(net, x):
    y = net.conv(x).flatten(2).transpose(1, 2)
    q, k, v = F.linear(y, net.same.weight[:, :, 0, 0].repeat(3, 1)).unflatten(2, (3, 2, 3)).permute(2, 0, 3, 1, 4)
    y = ((q @ k.transpose(-2, -1)).softmax(-1) @ v).transpose(1, 2).flatten(2)
    return net.fc(y).mean(1)


def sequence_first(net, x):
    return net.fc(net.encoder(net.conv(x).flatten(2).permute(2, 0, 1)).mean(0))


def writing(net, x):
    y = net.conv(x)
    out = torch.zeros_like(y)
    out[:, :3] = y[:, 3:]
    out[:, 3:] = y[:, :3]
    return net.end(out.relu_())


def hiding(net, x):
    return net.end(scripted(net.conv(x)) + 1)


def functional(net, x):
    y = F.batch_norm(F.conv2d(x, net.conv.weight), net.mean, net.mean)
    y = F.layer_norm(F.max_pool2d(y, 2).permute(0, 2, 3, 1), (6,))
    return F.log_softmax(F.gelu(y).mean((1, 2)) @ net.fc.weight.t(), -1)


def caching(net, x):
    y = net.conv(x).flatten(2).transpose(1, 2)
    if not hasattr(net, "positions"):
        net.positions = torch.arange(36.0)[:, None].to(y) * 2
    return net.fc(F.gelu(y + net.positions).mean(1))


TOKENS, AXIS = "its samples do not lie on an axis of their own", "it is not known on which axis"
END = "mean 6, fc 5"
FOUND = [  # the layers with their numbers of units, and the axis of these if that is not 1; what is not seen
    (asserting, f"conv 6, {END}", []),
    (looping, "conv 6, relu 6, relu_2 6, relu_3 6, same 6, stack 6, mean 6, mean_2 6, add 6, fc 5", []),
    (with_token, "conv 6, cat 6@2, attention 6@2, fc 5", []),
    (by_hand, "conv 6, linear 18@2, fc 5@2, mean 5", [
        "matmul: none of its axes holds units", "softmax: none of its axes holds units",
        "matmul_2: its units lie on several axes"]),
    (sequence_first, "conv 6, encoder.layers.0.self_attn 6@2, encoder.layers.0.add 6@2, encoder.layers.0.norm1 6@2, "
     "encoder.layers.0.linear1 8@2, encoder.layers.0.relu 8@2, encoder.layers.0.linear2 6@2, "
     f"encoder.layers.0.add_2 6@2, encoder.layers.0.norm2 6@2, {END}", []),
    (writing, f"conv 6, relu 6, {END}", []),
    (caching, "conv 6, add 6@2, gelu 6@2, mean 6, fc 5", []),
    (lambda net, x: torch.addmm(net.fc.bias, net.conv(x).mean((2, 3)), net.fc.weight.t()), "conv 6, mean 6, addmm 5", []),
    (functional, "conv2d 6, batch_norm 6, max_pool2d 6, layer_norm 6@3, gelu 6@3, mean 6, matmul 5, log_softmax 5", []),
    (lambda net, x: net.end(net.returning(net.conv(x)).scores), f"conv 6, returning.relu 6, {END}", []),
    (lambda net, x: net.end(net.gating(net.identity(F.pad(net.dropout(net.conv(x)), (1, 1))))), f"conv 6, {END}", []),
    (lambda net, x: net.end(Reversing.apply(net.conv(x)).relu()), f"conv 6, relu 6, {END}", []),
    (lambda net, x: net.end(checkpoint(net.same, net.conv(x), use_reentrant=False)), f"conv 6, same 6, {END}", []),
    (lambda net, x: net.end(net.same(net.relu(net.same(net.conv(x))))), f"conv 6, same 6, relu 6, same_2 6, {END}", []),
    (lambda net, x: net.end(doubled(net.conv(x))), f"conv 6, relu 6, mul 6, {END}", []),
    (lambda net, x: net.end(torch.fft.fft2(net.conv(x)).abs()), f"conv 6, {END}", [
        "fft_fft2: it holds numbers of type complex64", f"abs: {AXIS} fft_fft2 leaves the units"]),
    (lambda net, x: net.end(net.conv(torch.cat([x, x])).relu().chunk(2)[0]), END, [
        f"cat: {TOKENS}", f"conv: {TOKENS}", f"relu: {TOKENS}"]),
    (lambda net, x: net.fc(net.conv(x).flatten(2).mT.reshape(-1, 6)).view(x.shape[0], -1, 5).mean(1), "conv 6, mean 5", [
        f"fc: {TOKENS}"]),
]  # fmt: skip


def layers_in_words(activations):
    return ", ".join(
        f"{layer.name} {layer.n_units}" + (f"@{layer.unit_axis}" if layer.unit_axis != 1 else "")
        for layer in activations.layers
    )


def values(activations, x):
    received = {}
    activations.run(x.clone(), received.__setitem__)
    return [received[i] for i in range(len(activations.layers))]


def find(function):
    torch.manual_seed(0)
    model, x = Net(function).eval(), torch.randn(4, 3, 8, 8)
    traced = find_activations(model, x)
    return model, x, WatchedActivations(Classifier(model), [x[:2], x[:3]]), traced


@pytest.mark.parametrize(("function", "layers", "not_seen"), FOUND)
def test_traced_and_watched_alike(function, layers, not_seen):
    model, x, watched, traced = find(function)
    assert (traced.found_by, watched.found_by) == ("torch.fx", "calls")
    assert layers_in_words(traced) == layers
    assert traced.not_seen == not_seen
    assert all(layer.kind == "linear" for layer in traced.layers if layer.name == "addmm")
    assert (watched.layers, watched.not_seen) == (traced.layers, traced.not_seen)
    for of_traced, of_watched in zip(values(traced, x), values(watched, x), strict=True):
        torch.testing.assert_close(of_traced, of_watched)
    with torch.no_grad():
        torch.testing.assert_close(values(watched, x)[-1][:, 0], model(x), rtol=1e-4, atol=1e-4)


def written_between(net, x):
    y = net.bn(net.conv(x))
    z = y.mul_(-2)
    y += 1
    return net.end(F.relu(z))


def steps_written_between(net, x):
    conv = net.conv(x)
    bn = net.bn(conv)
    return [conv, bn, -2 * bn, -2 * bn + 1, (-2 * bn + 1).clamp(min=0)]


def seen_through_views(net, x):
    y = net.conv(x)
    view = y.flatten(2)
    view -= 1
    z = F.relu(net.bn(y), inplace=True)
    y.data.mul_(3)
    return net.fc(z.mean((2, 3)) + view.mean(2))


def steps_seen_through_views(net, x):
    conv = net.conv(x)
    bn = net.bn(conv - 1)
    relu, last = bn.clamp(min=0), 3 * (conv - 1)
    return [conv, conv - 1, bn, relu, last, relu.mean((2, 3)), last.mean((2, 3))]


@pytest.mark.parametrize(("function", "steps"), [
    (written_between, steps_written_between), (seen_through_views, steps_seen_through_views),
])  # fmt: skip
def test_values_are_those_before_later_writes_in_place(function, steps):
    model, x, watched, traced = find(function)
    with torch.no_grad():
        expected = steps(model, x)
    assert traced.found_by == "torch.fx"
    for activations in (traced, watched):
        for layer, tensor in zip(values(activations, x), expected, strict=False):
            torch.testing.assert_close(layer, aggregate(tensor))


def test_layers_with_parametrized_weights_are_layers():
    parts = (
        parametrizations.weight_norm(nn.Conv2d(3, 6, 3)),
        nn.Flatten(),
        parametrizations.spectral_norm(nn.Linear(24, 5)),
    )
    model, x = nn.Sequential(*parts).eval(), torch.randn(3, 3, 4, 4)
    for activations in (find_activations(model, x), WatchedActivations(Classifier(model), [x[:2], x])):
        assert layers_in_words(activations) == "0 6, 2 5"


class Flattening(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.volume, self.fc = nn.Conv2d(3, 6, 3), nn.Conv3d(1, 2, 1), nn.Linear(432, 5)

    def forward(self, x):
        y = self.volume(self.conv(x).unsqueeze(1))
        return self.fc(y.squeeze(1).view(x.size(0), -1))


def test_channels_may_come_last_where_a_model_views_or_has_volumes():
    torch.manual_seed(0)
    model, x = Flattening().eval(), torch.randn(3, 3, 8, 8)
    expected = model(x).detach()
    for activations in (find_activations(model, x), WatchedActivations(Classifier(model), [x[:2], x])):
        activations.to_memory_format(torch.channels_last)
        last = values(activations, x.to(memory_format=torch.channels_last))[-1]
        torch.testing.assert_close(last[:, 0], expected)


def scaling(net, x):
    y = net.conv(x)
    return net.end(y / y.abs().max().item())


def through_numpy(net, x):
    return net.end(torch.from_numpy(net.conv(x).numpy() * 2).relu())


def a_few_by_number(net, x):
    return net.end(net.conv(x if x.shape[0] // 4 < 1 else x * 2))


def counting(net, x):
    return net.end(net.conv(x) * len(x))


@pytest.mark.parametrize(("function", "found_by", "layers", "gaps"), [
    (scaling, "module hooks", "conv 6, fc 5", ["functions (F.relu, +, torch.cat)"]),
    (through_numpy, "module hooks", "conv 6", [
        "functions (F.relu, +, torch.cat)", "fc: it may depend on values that the model asked for"]),
    (counting, "calls", f"conv 6, mul 6, {END}", []),
    (hiding, "calls", f"conv 6, {END}", ["torch does not report", f"add: {AXIS} a function that torch does not report"]),
])  # fmt: skip
def test_what_a_trace_would_bake_in_is_watched(function, found_by, layers, gaps):
    model, x, _, found = find(function)
    assert isinstance(found, WatchedActivations)
    assert found.found_by == found_by
    assert layers_in_words(found) == layers
    assert len(found.not_seen) == len(gaps)
    assert all(gap in said for gap, said in zip(gaps, found.not_seen, strict=True))
    for layer, of_layer in zip(found.layers, values(found, x), strict=True):
        if layer.name == "fc":
            torch.testing.assert_close(of_layer[:, 0], model(x).detach())


def test_a_number_of_samples_that_changes_the_calls_stops_the_run():
    _, x, _, found = find(a_few_by_number)
    with pytest.raises(ValueError, match="or on how many there are"):
        values(found, x)
