"""The optimizer Muon, against torch's, which takes matrices only and computes in bfloat16."""

import pytest
import torch
from torch import nn

from rotational_variance.training.muon import Muon, orthogonalise


@pytest.mark.parametrize("shape", [(4, 9), (9, 4), (6, 6), (1, 5), (5, 1)])
def test_singular_values_become_about_one_and_directions_stay(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    u, s, v = torch.linalg.svd(orthogonalise(matrix).double(), full_matrices=False)
    assert s.min() > 0.6
    assert s.max() < 1.3
    expected = torch.linalg.svd(matrix.double(), full_matrices=False)
    exact = expected.U @ expected.Vh
    assert torch.cosine_similarity((u * s @ v).flatten(), exact.flatten(), dim=0) > 0.97


def test_no_gradient_makes_no_step():
    assert torch.equal(orthogonalise(torch.zeros(3, 4)), torch.zeros(3, 4))


@pytest.mark.parametrize("shape", [(6, 8), (8, 6)])
def test_matrices_take_the_steps_of_torch(shape):
    """Within the precision of bfloat16, in which torch's Muon computes."""
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(shape, generator=generator)
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    optimizers = [
        Muon([{"params": [ours]}], lr=0.1, momentum=0.9, weight_decay=0.05),
        torch.optim.Muon([theirs], lr=0.1, momentum=0.9, weight_decay=0.05),
    ]
    for _ in range(5):
        gradient = torch.randn(shape, generator=generator)
        for parameter, optimizer in zip((ours, theirs), optimizers, strict=True):
            parameter.grad = gradient.clone()
            optimizer.step()
    moved = (theirs - start).detach()
    assert (ours - theirs).detach().norm() < 0.02 * moved.norm()


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_a_convolution_is_a_matrix_in_any_memory_format(memory_format):
    generator = torch.Generator().manual_seed(0)
    start, gradient = (torch.randn(4, 3, 2, 2, generator=generator) for _ in range(2))
    weights = nn.Parameter(start.clone(memory_format=torch.contiguous_format).contiguous(memory_format=memory_format))
    weights.grad = gradient.contiguous(memory_format=memory_format)
    Muon([{"params": [weights]}], lr=1.0, momentum=0.0).step()
    expected = orthogonalise(gradient.reshape(4, 12)).reshape(4, 3, 2, 2)
    assert torch.allclose(start - weights.detach(), expected, atol=1e-5)


def test_a_single_number_moves_by_the_learning_rate_against_its_gradient():
    number = nn.Parameter(torch.tensor(1.0))
    number.grad = torch.tensor(-7.0)
    Muon([{"params": [number]}], lr=0.1, momentum=0.0).step()
    assert number.item() == pytest.approx(1.1)


def test_a_bias_moves_in_the_direction_of_its_gradient():
    bias = nn.Parameter(torch.zeros(4))
    bias.grad = torch.tensor([3.0, 0.0, -4.0, 0.0])
    Muon([{"params": [bias]}], lr=0.1, momentum=0.0).step()
    assert torch.allclose(bias.detach(), -0.1 * 2 * torch.tensor([0.6, 0.0, -0.8, 0.0]))
    assert bias.detach().square().mean().sqrt() == pytest.approx(0.1)


def test_decay_shrinks_weights_by_the_learning_rate_and_unused_parameters_stay():
    used, unused = nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.ones(2, 2))
    used.grad = torch.zeros(2, 2)
    Muon([{"params": [used, unused], "weight_decay": 0.5}], lr=0.1, momentum=0.9).step()
    assert torch.allclose(used.detach(), torch.full((2, 2), 0.95))
    assert torch.equal(unused.detach(), torch.ones(2, 2))
