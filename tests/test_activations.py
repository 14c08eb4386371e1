import pytest
import torch
from torch import nn

from rotational_variance.activations import Activations, aggregate


class Awkward(nn.Module):
    """Functions, in-place calls, a module called twice, a sum, a concatenation, dropout and reshaping."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.again = nn.Conv2d(4, 4, 1)
        self.dropout = nn.Dropout(0.5)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = self.relu(self.bn(self.conv(x)))
        y = self.again(torch.relu(self.again(x)))
        y += x
        z = torch.cat([x, y], dim=1)
        z = nn.functional.adaptive_avg_pool2d(z, 1).flatten(1)
        return nn.functional.log_softmax(self.fc(self.dropout(z)), dim=1)


def test_every_activation_in_order_with_its_kind_and_units():
    activations = Activations(Awkward().eval(), torch.randn(2, 2, 6, 6))
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
        ("fc", "linear", 3),
        ("log_softmax", "output", 3),
    ]
    assert activations.n_units == 50


def test_values_are_those_of_the_forward_pass_before_anything_overwrites_them():
    torch.manual_seed(0)
    model = Awkward().eval()
    x = torch.randn(3, 2, 6, 6)
    with torch.no_grad():
        conv = model.conv(x)
        bn = model.bn(conv)
        relu = bn.clamp(min=0)
        again = model.again(relu)
        second = model.again(again.clamp(min=0))
        both = second + relu
        cat = torch.cat([relu, both], dim=1)
        pooled = cat.mean((2, 3))
        fc = model.fc(pooled)
        maps = [conv, bn, relu, again, again.clamp(min=0), second, both, cat]
        vectors = [pooled, fc, fc.log_softmax(1)]
        expected_mean = torch.cat([m.mean((2, 3)) for m in maps] + vectors, dim=1)
        expected_max = torch.cat([m.amax((2, 3)) for m in maps] + vectors, dim=1)
    observed = Activations(model, x[:1]).observe(x)
    assert observed.shape == (3, 2, 50)
    torch.testing.assert_close(observed[:, 0], expected_mean, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(observed[:, 1], expected_max, rtol=1e-5, atol=1e-6)


def test_what_is_not_a_batch_of_units_is_passed_over():
    class Scaled(nn.Module):
        def __init__(self, n_classes):
            super().__init__()
            self.fc = nn.Linear(72, n_classes)

        def forward(self, x):
            weight = self.fc.weight * 2  # [class, 72]: no batch, whatever the number of classes
            return nn.functional.linear(nn.functional.pad(x, (0, 0)).flatten(1).detach(), weight)

    for n_classes in (2, 3, 4):
        activations = Activations(Scaled(n_classes).eval(), torch.randn(2, 2, 6, 6))
        assert [layer.name for layer in activations.layers] == ["linear"]
        assert activations.observe(torch.randn(5, 2, 6, 6)).shape == (5, 2, n_classes)


def test_aggregates_whatever_follows_the_unit():
    volume = torch.rand(2, 3, 4, 5, 6)
    reduced = aggregate(volume)
    torch.testing.assert_close(reduced[:, 0], volume.mean((2, 3, 4)))
    assert torch.equal(reduced[:, 1], volume.amax((2, 3, 4)))


def test_a_model_in_training_mode_is_refused():
    with pytest.raises(ValueError, match="training mode"):
        Activations(Awkward().train(), torch.randn(2, 2, 6, 6))


def test_a_model_that_cannot_be_traced_is_refused_by_name():
    class Deciding(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(ValueError, match="Deciding cannot be traced"):
        Activations(Deciding().eval(), torch.randn(2, 2, 6, 6))
