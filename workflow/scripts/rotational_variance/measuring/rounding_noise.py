"""How far rounding moves each activation, found on a few samples."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from rotational_variance.activations.description import Activations
from rotational_variance.statistics.aggregations import AGGREGATIONS


def measure_rounding_noise(
    activations: Activations, inputs: list[torch.Tensor], exact: Activations | None = None
) -> list[np.ndarray]:
    """Return, by layer, the root mean square of the rounding errors of each unit's values: [aggregation, unit].

    activations  of the model as it is measured
    inputs       batches [sample, channel, height, width], as they are measured
    exact        the same activations of the same model with the same weights in float64; None if it does not run so

    The larger of two findings counts. One is the difference from float64: the errors of all arithmetic up to and in the
    unit, at the scale of what was added up there; of a spatial mean that cancels to 0, those of the values that cancel.
    (Without float64, that of the last rounding alone.)
    The other is what moves if each input moves by its last digit, which holds also where a model computes in float32
    whatever its inputs are. Sources: ours, and for the latter stochastic arithmetic (Vignes 1993,
    doi 10.1016/0378-4754(93)90003-D). A unit that is 0 for all these inputs has no noise.
    """
    generator = torch.Generator().manual_seed(0)
    from_exact = [torch.zeros(())] * len(activations.layers)
    from_moved = [torch.zeros(())] * len(activations.layers)
    for batch in inputs:
        values = _values(activations, batch)
        moved = _values(activations, _move_last_digits(batch, generator))
        exact_values = _guess(values, batch.dtype) if exact is None else _values_in_float64(exact, batch)
        for layer, of_layer in enumerate(values):
            from_exact[layer] = from_exact[layer] + _sum_squares(of_layer, exact_values[layer])
            from_moved[layer] = from_moved[layer] + _sum_squares(of_layer, moved[layer])
    n_samples = sum(map(len, inputs))
    return [
        torch.maximum(one, other).div(n_samples).sqrt().expand(len(AGGREGATIONS), -1).numpy()
        for one, other in zip(from_exact, from_moved, strict=True)
    ]


def _move_last_digits(inputs: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Multiply each input by 1 plus or minus at most one unit in its last place."""
    steps = torch.rand(inputs.shape, generator=generator, dtype=torch.float64).mul_(2).sub_(1).to(inputs.device)
    return torch.empty_like(inputs).copy_(inputs * (1 + steps * torch.finfo(inputs.dtype).eps))  # in the same layout


def _sum_squares(values: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Sum the squares of the differences over the samples: [aggregation, unit], on the CPU."""
    return (values.double() - others).square().sum(0).cpu()


@contextmanager
def in_float64() -> Iterator[None]:
    """Let tensors that a model makes while it runs be float64, too."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _guess(values: list[torch.Tensor], dtype: torch.dtype) -> list[torch.Tensor]:
    """Return values off by what the last rounding alone is off by: a fourth of a unit in the last place, on average."""
    return [of_layer.double() * (1 + torch.finfo(dtype).eps / 4) for of_layer in values]


def _values_in_float64(exact: Activations, inputs: torch.Tensor) -> list[torch.Tensor]:
    with in_float64():
        return _values(exact, inputs.double())


def _values(activations: Activations, inputs: torch.Tensor) -> list[torch.Tensor]:
    """Return, by layer, the values [sample, aggregation, unit]."""
    values: list[torch.Tensor] = []
    activations.run(inputs, lambda layer, of_layer: values.append(of_layer.clone()))
    return values
