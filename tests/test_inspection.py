"""What is found out about a network before it is trained, and which networks are refused."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rotational_variance.activations.find import find_activations
from rotational_variance.inspection.independence import check_independent, differ
from rotational_variance.inspection.layer_list import list_layers
from rotational_variance.inspection.look import count_flops, look
from rotational_variance.networks.classifier import AS_IS, Classifier
from rotational_variance.networks.user_code import UnfitModelError
from rotational_variance.torch_setup.torchvision_import import torchvision


class Doing(nn.Module):
    """A network that does something with its feature maps, [sample, 4, 6, 6]."""

    def __init__(self, what):
        super().__init__()
        self.what = what
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.unfit_norm = nn.BatchNorm2d(4, track_running_stats=False)
        self.norm = nn.BatchNorm2d(4)
        self.group_norm = nn.GroupNorm(2, 4)
        self.instance_norm = nn.InstanceNorm2d(4)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(4, 3)
        self.n_calls = 0

    def forward(self, x):
        return self.fc(F.relu(self.what(self, self.conv(x))).mean((2, 3))).log_softmax(1)


def model_of(what):
    torch.manual_seed(0)
    return Classifier(Doing(what)).eval()


@pytest.fixture
def inputs():
    return torch.randn(3, 1, 6, 6, generator=torch.Generator().manual_seed(0))


def count(net, x):
    net.n_calls += 1
    return x * net.n_calls


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1.0, float("nan")], [1.0, float("nan")], False),
        ([1.0, float("inf")], [2.0, float("inf")], True),
        ([1.0, float("nan")], [1.0, 2.0], True),
        ([float("nan")] * 2, [float("nan")] * 2, False),
        ([float("nan")] * 2, [0.0, 1.0], True),
        ([], [], False),
    ],
)
def test_values_that_are_not_finite_differ_only_from_others(before, after, expected):
    """Memory that was never written, as an operation may return, holds any value."""
    assert differ(torch.tensor(before), torch.tensor(after), 0.01) is expected


@pytest.mark.parametrize(
    ("what", "layer"),
    [
        (lambda net, x: F.dropout(x), "dropout"),
        (lambda net, x: F.dropout(net.norm(x), 0.1), "dropout"),
        (lambda net, x: x + 1e-3 * torch.randn_like(x), "randn_like"),
        (lambda net, x: net.dropout.train()(net.norm(x)), "dropout"),
        (lambda net, x: torchvision.ops.stochastic_depth(x, 0.1, "row"), "bernoulli"),
        (count, "mul"),
    ],
)
def test_a_network_that_is_different_every_time_is_refused(inputs, what, layer):
    with pytest.raises(UnfitModelError, match=f"different outputs for the same input in eval mode, from {layer} on"):
        check_independent(model_of(what), inputs)


@pytest.mark.parametrize(
    ("what", "layer"),
    [
        (lambda net, x: net.unfit_norm(x), "unfit_norm"),
        (lambda net, x: net.norm.train()(x), "norm"),
        (lambda net, x: F.batch_norm(x, None, None, training=True), "batch_norm"),
        (lambda net, x: x - 0.01 * x.mean(0, keepdim=True), "sub"),
        (lambda net, x: x * torch.arange(len(x)).view(-1, 1, 1, 1), "mul"),
        (lambda net, x: x.sort(0)[0], "mean"),
        (lambda net, x: x / len(x), "div"),
        (lambda net, x: x / x.abs().max(), "div"),
        (lambda net, x: x / x[-1:].abs().max(), "div"),
        (lambda net, x: x / x.detach().abs().max().item(), "div"),
        (lambda net, x: x - x.amin(0), "sub"),
    ],
)
def test_a_network_that_mixes_samples_is_refused(inputs, what, layer):
    with pytest.raises(UnfitModelError, match=f"depends on the other samples of its batch, from {layer} on"):
        check_independent(model_of(what), inputs)


@pytest.mark.parametrize(
    "what",
    [
        lambda net, x: net.dropout(net.norm(x)),
        lambda net, x: net.group_norm(x),
        lambda net, x: net.instance_norm(x),
        lambda net, x: torch.stack([image * 2 for image in x]),
        lambda net, x: (x, torch.rand(3))[0],  # drawn, but not used
    ],
)
def test_other_networks_pass_and_draw_none_of_the_random_numbers_of_others(inputs, what):
    model = model_of(what)
    before = torch.get_rng_state()
    check_independent(model, inputs)
    assert torch.equal(torch.get_rng_state(), before)


def look_at(what, inputs):
    return look(model_of(what), model_of(what), inputs)


class Forgetting(nn.Module):
    """A network with numbers that its state_dict does not hold."""

    def __init__(self, keep):
        super().__init__()
        self.table = torch.ones(1, 16)  # the same whenever the network is built: no harm
        self.fc = nn.Linear(16, 3)
        keep(self)

    def forward(self, x):
        for layer in getattr(self, "layers", []):
            x = layer(x)
        x = F.adaptive_avg_pool2d(x, 4).mean(1).flatten(1)
        return self.fc(x @ self.projection if hasattr(self, "projection") else x * self.table)


def keep_layers(net):
    net.layers = [nn.Conv2d(1, 2, 3)]


def keep_in_a_dict(net):
    net.layers = {"first": nn.Conv2d(1, 2, 3)}.values()
    net.named = {"first": next(iter(net.layers))}


@pytest.mark.parametrize(
    ("keep", "place"),
    [
        (lambda net: setattr(net, "projection", torch.randn(16, 16)), "projection"),
        (lambda net: net.register_buffer("projection", torch.randn(16, 16), persistent=False), "projection"),
        (keep_layers, "layers"),
        (keep_in_a_dict, "named"),
    ],
)
def test_a_network_that_no_checkpoint_restores_is_refused(inputs, keep, place):
    torch.manual_seed(0)
    model, again = (Classifier(Forgetting(keep)).eval() for _ in range(2))
    with pytest.raises(UnfitModelError, match=rf"its state_dict does not hold, and so no checkpoint \({place}\)"):
        look(model, again, inputs)


@pytest.mark.parametrize(
    "keep",
    [
        lambda net: None,
        lambda net: net.register_buffer("projection", torch.randn(16, 16)),
        lambda net: setattr(net, "layers", nn.ModuleList([nn.Conv2d(1, 2, 3)])),
    ],
)
def test_a_network_that_a_checkpoint_restores_passes(inputs, keep):
    torch.manual_seed(0)
    model, again = (Classifier(Forgetting(keep)).eval() for _ in range(2))
    assert look(model, again, inputs).layers


def test_operations_inside_attention_and_recurrent_layers_are_counted():
    attention = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
    network = nn.Sequential(nn.Conv2d(1, 4, 1), nn.Flatten(2), nn.LSTM(36, 5)).eval()
    x = torch.randn(3, 1, 6, 6)
    assert count_flops(find_activations(network, x), x) == [2 * 4 * 36, 2 * 4 * 4 * 5 * (36 + 5)]
    tokens = nn.Sequential(nn.Flatten(1, 2), nn.Linear(6, 4), attention).eval()
    found = find_activations(tokens, x)
    flops = dict(zip([layer.name for layer in found.layers], count_flops(found, x), strict=True))
    assert flops["2.self_attn"] == 2 * 6 * 4 * 16 + 2 * 2 * 6 * 6 * 4  # four projections, two products over 6 tokens


def test_lists_each_layer_with_its_axes_and_operations(inputs):
    found = look_at(lambda net, x: net.norm(x), inputs)
    text = list_layers("mine on digits", AS_IS, found, count_flops(found, inputs))
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert [row for row in rows if row.startswith(("| conv", "| mean", "| fc"))] == [
        "| conv | convolution | n x 4 x 6 x 6 | 4 | 1 | 2,592 |",  # 2 x 9 x 4 x 36
        "| mean | pooling | n x 4 | 4 | 1 | 0 |",
        "| fc | linear | n x 3 | 3 | 1 | 24 |",
    ]
    assert "returns log-probabilities" in text
    assert "2,616 FLOPs" in text
    assert text.endswith("Nothing.\n")


def test_lists_what_cannot_be_measured(inputs):
    found = look_at(lambda net, x: torch.fft.fft2(x).real, inputs)
    assert "\n- fft_fft2: it holds numbers of type complex64\n" in list_layers(
        "mine on digits", AS_IS, found, [0] * len(found.layers)
    )
