"""Which axes hold the samples (s), the units (u) and others (o) after functions of torch."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rotational_variance.activations.axes.layout import Factor, Kind, broadcast, reshape, resize, units_at
from rotational_variance.activations.axes.marks import mark_of
from rotational_variance.activations.axes.torch_call import function_name, tensors_in
from rotational_variance.activations.watcher import Watcher

S, U, T = Factor(Kind.SAMPLE, 2), Factor(Kind.UNIT, 6), Factor(Kind.OTHER, 4)


def said(output):
    """Write the layout of a tensor as `2s 6u 4o`, with `*` between the factors of one axis."""
    mark = mark_of(output)
    if mark is None or mark.layout is None:
        return "constant" if mark is None else f"lost after {mark.lost_after}"
    return " ".join("*".join(f"{f.size}{f.kind.value[0]}" for f in axis) or "1" for axis in mark.layout)


def after(function, *shape):
    """Return what is known after `function`, given images [2 samples, 6 channels, 4, 4] or of another shape."""
    torch.manual_seed(0)
    watcher = Watcher(2)
    x = watcher.mark_inputs(torch.rand(shape or (2, 6, 4, 4)))
    with torch.no_grad(), watcher:
        output = function(x)
    return said(tensors_in(output)[0])


def tokens(x):
    return x.flatten(2).transpose(1, 2)  # [sample, token, unit]


def heads(x):
    return tokens(x).unflatten(2, (3, 2)).transpose(1, 2)  # [sample, head, token, unit of the head]


def shuffle(x):
    return x.view(2, 3, 2, 4, 4).transpose(1, 2).reshape(2, 6, 4, 4)


def windows(x):
    return x.permute(0, 2, 3, 1).view(2, 2, 2, 2, 2, 6).transpose(2, 3).reshape(-1, 4, 6)


def whole(windows):
    return windows.view(2, 2, 2, 2, 2, -1).permute(0, 1, 3, 2, 4, 5).reshape(2, 4, 4, -1)


def written(index, value):
    def write(x):
        out = torch.zeros(2, 7, 4, 4)
        out[index] = value(x)
        return out

    return write


LAYERS = [
    (nn.Conv2d(6, 5, 3), "2s 5u 2o 2o"),
    (nn.ConvTranspose2d(6, 5, 2, 2), "2s 5u 8o 8o"),
    (nn.BatchNorm2d(6).eval(), "2s 6u 4o 4o"),
    (nn.GroupNorm(2, 6), "2s 6u 4o 4o"),
    (nn.InstanceNorm2d(6), "2s 6u 4o 4o"),
    (nn.LayerNorm((6, 4, 4)), "2s 6u 4o 4o"),
    (nn.LayerNorm((4, 4)), "2s 6u 4o 4o"),
    (lambda x: nn.LayerNorm(6)(x.permute(0, 2, 3, 1)), "2s 4o 4o 6u"),
    (lambda x: nn.LayerNorm(6)(tokens(x)), "2s 16o 6u"),
    (lambda x: nn.RMSNorm(6)(tokens(x)), "2s 16o 6u"),
    (lambda x: nn.Linear(6, 5)(tokens(x)), "2s 16o 5u"),
    (lambda x: nn.Linear(6, 5)(x.mean((2, 3))), "2s 5u"),
    (lambda x: nn.Linear(16, 5)(x.flatten(2)), "2s 6o 5u"),  # as a mixer mixes tokens
    (nn.MaxPool2d(2), "2s 6u 2o 2o"),
    (nn.MaxPool2d(2, return_indices=True), "2s 6u 2o 2o"),
    (nn.AdaptiveAvgPool2d(1), "2s 6u 1 1"),
    (lambda x: F.max_pool3d(x.unsqueeze(1), (2, 1, 1)), "2s 1 3u 4o 4o"),  # maxout
    (lambda x: F.avg_pool2d(x.mean(1), 2), "2s 2o 2o"),  # no axis of units is left
    (lambda x: F.interpolate(x, scale_factor=2), "2s 6u 8o 8o"),
    (lambda x: nn.Embedding(9, 5)((x * 8).long()), "2s 6o 4o 4o 5u"),
    (lambda x: nn.GRU(6, 5, batch_first=True)(tokens(x)), "2s 16o 5u"),
    (lambda x: nn.GRU(6, 5, batch_first=True)(tokens(x))[1], "1 2s 5u"),
    (lambda x: nn.LSTM(6, 5, num_layers=2, bidirectional=True)(x.flatten(2).permute(2, 0, 1)), "16o 2s 10u"),
    (lambda x: nn.LSTM(6, 5, num_layers=2)(x.flatten(2).permute(2, 0, 1))[1][0], "2o 2s 5u"),
    (lambda x: nn.LSTMCell(96, 5)(x.flatten(1)), "2s 5u"),
    (lambda x: nn.MultiheadAttention(6, 2, batch_first=True)(*[tokens(x)] * 3), "2s 16o 6u"),
    (lambda x: nn.MultiheadAttention(6, 2)(*[x.flatten(2).permute(2, 0, 1)] * 3), "16o 2s 6u"),
    (lambda x: nn.MultiheadAttention(6, 2, batch_first=True)(torch.ones(2, 3, 6), *[tokens(x)] * 2), "2s 3o 6u"),
    (lambda x: F.scaled_dot_product_attention(*[heads(x)] * 3), "2s 3u 16o 2u"),
    (lambda x: F.scaled_dot_product_attention(torch.ones(2, 3, 5, 2), *[heads(x)] * 2), "2s 3u 5o 2u"),
]  # fmt: skip
MOVES = [
    (lambda x: x.permute(0, 2, 3, 1), "2s 4o 4o 6u"),
    (lambda x: x.movedim(1, -1), "2s 4o 4o 6u"),
    (lambda x: x.flatten(2).mT, "2s 16o 6u"),
    (lambda x: x.flatten(1), "2s 6u*16o"),
    (lambda x: x.flatten(1).view(2, 6, 16), "2s 6u 16o"),
    (lambda x: x.flatten(1).view(2, 16, 6), "lost after view"),  # axes of 16 and 6 do not fit 6 x 16
    (heads, "2s 3u 16o 2u"),
    (lambda x: heads(x).transpose(1, 2).reshape(2, 16, 6), "2s 16o 6u"),
    (shuffle, "2s 6u 4o 4o"),
    (lambda x: F.channel_shuffle(x, 2), "2s 6u 4o 4o"),
    (lambda x: F.pixel_unshuffle(x, 2), "2s 24u 2o 2o"),
    (windows, "2s*4o 4o 6u"),
    (lambda x: whole(windows(x)), "2s 4o 4o 6u"),
    (lambda x: torch.cat([x, x], 1), "2s 12u 4o 4o"),
    (lambda x: torch.cat([x, x]), "2o*2s 6u 4o 4o"),
    (lambda x: torch.cat([x, x]).chunk(2), "2s 6u 4o 4o"),
    (lambda x: torch.cat([torch.ones(2, 1, 6), tokens(x)], 1), "2s 17o 6u"),
    (lambda x: torch.stack([x, x], 1), "2s 2o 6u 4o 4o"),
    (lambda x: x[:, 1:3, ..., None, 0], "2s 2u 4o 1"),
    (lambda x: x[:, torch.tensor([5, 0])], "2s 2u 4o 4o"),
    (lambda x: x[[1, 0]], "2o 6u 4o 4o"),  # other samples in these places
    (lambda x: x.flip(0), "2o 6u 4o 4o"),
    (lambda x: x.flip(2, 3), "2s 6u 4o 4o"),
    (lambda x: x.roll((1, 1), (2, 3)), "2s 6u 4o 4o"),
    (lambda x: torch.cat([x, x])[::2], "2o 6u 4o 4o"),
    (lambda x: x.mean(1, keepdim=True).expand(-1, 3, -1, -1), "2s 3u 4o 4o"),
    (lambda x: x.mean((2, 3), keepdim=True).expand_as(x), "2s 6u 4o 4o"),
    (lambda x: x.unbind(1), "2s 4o 4o"),
    (lambda x: x.rot90(1, (2, 3)), "2s 6u 4o 4o"),
    (lambda x: F.unfold(x, 2), "2s 24u 9o"),
    (lambda x: x.unfold(2, 2, 2), "2s 6u 2o 4o 2o"),
    (lambda x: torch.fft.fft2(x).real, "lost after fft_fft2"),
]  # fmt: skip
ARITHMETIC = [
    (lambda x: 1 / (1 + (-x).exp()) ** 2 % 1 // 1, "2s 6u 4o 4o"),
    (lambda x: x * x.mean((2, 3), keepdim=True).sigmoid(), "2s 6u 4o 4o"),
    (lambda x: (x > 0) & ~(x < 1), "2s 6u 4o 4o"),
    (lambda x: x + torch.ones(5, 1, 1, 1, 1), "5o 2s 6u 4o 4o"),
    (lambda x: tokens(x) + torch.ones(16, 6), "2s 16o 6u"),
    (lambda x: tokens(x) + nn.Linear(16, 16)(x.flatten(2)).mT, "lost after add"),  # units here, tokens there
    (lambda x: x.sum(1), "2s 4o 4o"),
    (lambda x: x.max(1, keepdim=True), "2s 1u 4o 4o"),
    (lambda x: x.norm(2, 1), "2s 4o 4o"),  # the 2 is no axis
    (lambda x: x.norm(dim=(2, 3)), "2s 6u"),
    (lambda x: x.quantile(0.5, 2), "2s 6u 4o"),
    (lambda x: x.mean(), ""),
    (lambda x: x.mean(0), "6u 4o 4o"),
    (lambda x: x.flatten(2) @ torch.ones(16, 5), "2s 6o 5u"),
    (lambda x: torch.ones(5, 6) @ x.flatten(2), "2s 5u 16o"),  # as a convolution
    (lambda x: torch.ones(9, 16) @ tokens(x), "2s 9o 6u"),  # as a graph mixes its nodes
    (lambda x: heads(x) @ heads(x).mT, "2s 3o 16o 16o"),
    (lambda x: (heads(x) @ heads(x).mT).softmax(-1) @ heads(x), "2s 3u 16o 2u"),
    (lambda x: torch.einsum("bhid,bhjd->bhij", heads(x), heads(x)), "2s 3o 16o 16o"),
    (lambda x: torch.einsum("kc,bcij->bkij", torch.ones(5, 6), x), "2s 5u 4o 4o"),
    (lambda x: torch.einsum("bnc,mn->bmc", tokens(x), torch.ones(9, 16)), "2s 9o 6u"),
    (lambda x: torch.einsum("bhid,hdk->bihk", heads(x), torch.ones(3, 2, 5)), "2s 16o 3u 5u"),
    (lambda x: torch.einsum("...c,ck->...k", tokens(x), torch.ones(6, 5)), "lost after einsum"),
    (lambda x: torch.cdist(x.flatten(1), torch.ones(7, 96)), "2s 7u"),  # a vector for each sample
]  # fmt: skip
WRITES = [
    (written((slice(None), slice(0, 6)), lambda x: x), "2s 7u 4o 4o"),
    (written((slice(None), 0), lambda x: x[:, 0]), "2s 7o 4o 4o"),
    (lambda x: torch.zeros_like(x).copy_(x), "2s 6u 4o 4o"),
    (lambda x: torch.mul(x, 2, out=torch.empty(2, 6, 4, 4)), "2s 6u 4o 4o"),
    (lambda x: x.relu_().data.view(2, 6, 16), "2s 6u 16o"),
]  # fmt: skip
CONSTANTS = [
    lambda x: torch.ones(1, 1, 6).expand(len(x), -1, -1) + 1,
    lambda x: x.new_zeros(x.shape) + 1,
    lambda x: torch.ones(1).to(x).expand_as(x) * 2,
    lambda x: torch.rand_like(x).floor() * torch.arange(x.shape[-1]),
]


@pytest.mark.parametrize(("function", "layout"), [*LAYERS, *MOVES, *ARITHMETIC, *WRITES])
def test_axes_after(function, layout):
    assert after(function) == layout


@pytest.mark.parametrize("function", CONSTANTS)
def test_what_does_not_depend_on_the_inputs_is_constant(function):
    assert after(function) == "constant"


scripted = torch.jit.CompilationUnit("def swish(x):\n    return x * torch.sigmoid(x)\n").swish


def part_written(x):
    out = torch.zeros_like(x)
    out[:, :3].copy_(x[:, 3:])
    return out


@pytest.mark.parametrize(("function", "layout"), [
    (scripted, "lost after a function that torch does not report"),
    (part_written, "lost after a write into a part of a tensor"),
])  # fmt: skip
def test_what_torch_does_not_report_is_no_constant(function, layout):
    assert after(function) == layout


def test_a_single_unit_stays_one():
    assert after(nn.Conv2d(1, 1, 3), 2, 1, 4, 4) == "2s 1u 2o 2o"
    assert after(lambda x: x.view(2, 1, 16), 2, 1, 4, 4) == "2s 1u 16o"
    assert after(lambda x: x * torch.ones(5, 1, 1), 2, 1, 4, 4) == "2s 5u 4o 4o"


def test_factors_stay_in_order_when_axes_are_split():
    assert reshape(((S,), (T,), (U,)), (8, 6)) == ((S, T), (U,))
    assert reshape(((S, T), (U,)), (2, 4, 2, 3)) == ((S,), (T,), (Factor(Kind.UNIT, 2),), (Factor(Kind.UNIT, 3),))
    assert reshape(((S,), (T,), (U,)), (2, 3, 8)) is None


def test_axes_of_two_kinds_do_not_add_up():
    assert broadcast([((S,), (U,)), ((S,), (Factor(Kind.OTHER, 6),))], (2, 6)) is None
    assert broadcast([((S,), (U,)), ((U,),)], (2, 6)) == ((S,), (U,))


def test_a_part_of_mixed_axes_holds_units_only_if_it_is_one_of_the_parts():
    assert resize((T, U), 6) == (U,)
    assert resize((U, T), 12) == (Factor(Kind.OTHER, 12),)
    assert resize((S,), 1) == ()


def test_units_lie_where_a_layer_puts_them_and_samples_where_they_were():
    assert units_at(((T,), (S,), (U,)), -1, (4, 2, 5)) == ((T,), (S,), (Factor(Kind.UNIT, 5),))


@pytest.mark.parametrize(("function", "name"), [
    (torch.Tensor.__iadd__, "add"), (torch.Tensor.__rsub__, "sub"), (torch.Tensor.add_, "add"), ("mul_", "mul"),
    (torch.Tensor.__rdiv__, "div"), (torch.Tensor.mT.__get__, "mT"), (torch.relu, "relu"),
])  # fmt: skip
def test_names_of_functions(function, name):
    assert function_name(function) == name


def test_tensors_are_found_in_objects_that_hold_each_other():
    class Holder:
        pass

    one, other = Holder(), Holder()
    one.other, other.tensor, other.one = other, torch.ones(1), one
    assert tensors_in([one])[0] is other.tensor
