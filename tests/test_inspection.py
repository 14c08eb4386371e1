"""What is found out about a network before it is trained, and which networks are refused."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rotational_variance.inspection.independence import check_independent
from rotational_variance.inspection.layer_list import list_layers
from rotational_variance.inspection.look import count_flops, look
from rotational_variance.networks.classifier import AS_IS, Classifier
from rotational_variance.networks.user_code import UnfitModelError


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
    ("what", "layer"),
    [
        (lambda net, x: F.dropout(x), "dropout"),
        (lambda net, x: F.dropout(net.norm(x), 0.1), "dropout"),
        (lambda net, x: x + 1e-3 * torch.randn_like(x), "randn_like"),
        (lambda net, x: net.dropout.train()(net.norm(x)), "dropout"),
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


def test_lists_each_layer_with_its_axes_and_operations(inputs):
    found = look(model_of(lambda net, x: net.norm(x)), inputs)
    text = list_layers("mine on digits", AS_IS, found, count_flops(found, inputs))
    assert [line.split() for line in text.splitlines() if line.startswith(("| conv", "| mean", "| fc"))] == [
        [
            "|",
            "conv",
            "|",
            "convolution",
            "|",
            "n",
            "x",
            "4",
            "x",
            "6",
            "x",
            "6",
            "|",
            "4",
            "|",
            "1",
            "|",
            "2,592",
            "|",
        ],  # 2 x 9 x 4 x 36
        ["|", "mean", "|", "pooling", "|", "n", "x", "4", "|", "4", "|", "1", "|", "0", "|"],
        ["|", "fc", "|", "linear", "|", "n", "x", "3", "|", "3", "|", "1", "|", "24", "|"],
    ]
    assert "returns log-probabilities" in text
    assert "2,616 FLOPs" in text
    assert text.endswith("Nothing.\n")


def test_lists_what_cannot_be_measured(inputs):
    found = look(model_of(lambda net, x: torch.fft.fft2(x).real), inputs)
    assert "\n- fft_fft2: it holds numbers of type complex64\n" in list_layers(
        "mine on digits", AS_IS, found, [0] * len(found.layers)
    )
