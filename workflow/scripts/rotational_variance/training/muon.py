"""The optimizer Muon: momentum whose step is made orthogonal, as a matrix, in each layer.

Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/. torch.optim.Muon is no choice here: it takes no
convolutions, and computes in bfloat16, which is very slow on CPUs without instructions for it.
"""

import math

import torch
from torch.optim import Optimizer

N_ITERATIONS = 5
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of Jordan et al.: the singular values of the result lie about 1
TINY = 1e-7  # in place of a gradient of 0


class Muon(Optimizer):
    """Nesterov momentum, made orthogonal, and as long as the learning rate.

    A convolution's weights [out, in, height, width] are a matrix [out, in x height x width]; parameters of one axis or
    none (biases, scales) are a matrix [out, 1], so that their step is the direction of their momentum. The weight decay
    is decoupled from the gradient. A rate that suits narrow networks suits wide ones, too.
    """

    def __init__(self, groups: list[dict], *, lr: float, momentum: float, weight_decay: float = 0.0) -> None:
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        """Take one step, from the gradients that are there."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    step = self._direction(parameter, group["momentum"])
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(step, alpha=-group["lr"])

    def _direction(self, parameter: torch.Tensor, momentum: float) -> torch.Tensor:
        """Update the parameter's mean gradient; return its step at a learning rate of 1."""
        state = self.state[parameter]
        if not state:
            state["mean_gradient"] = torch.zeros_like(parameter)
        mean = state["mean_gradient"].lerp_(parameter.grad, 1 - momentum)
        update = parameter.grad.lerp(mean, momentum)
        matrix = update.flatten(1) if update.dim() > 1 else update.reshape(-1, 1)
        n_out, n_in = matrix.shape
        return (orthogonalise(matrix) * math.sqrt(max(1, n_out / n_in))).view_as(parameter)


def orthogonalise(matrix: torch.Tensor) -> torch.Tensor:
    """Return about U V^T of a matrix U S V^T [row, column]: all its singular values moved to 0.7 to 1.2."""
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if is_tall else matrix) / (matrix.norm() + TINY)
    if len(x) > 1:  # else it is of length 1, and so orthogonal already
        a, b, c = COEFFICIENTS
        for _ in range(N_ITERATIONS):
            gram = x @ x.T
            x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if is_tall else x
