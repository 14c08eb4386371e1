"""The optimizer of a training, and the schedule of its learning rate."""

from torch import nn
from torch.optim import Adam, Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR

from rotational_variance.training.muon import Muon
from rotational_variance.training.recipe import Recipe

PEAK_AT = 0.23  # share of all steps, after which the learning rate falls
FIRST_SHARE = 0.2  # of the highest learning rate, at the first step
LAST_SHARE = 1e-3  # at the last step


def make_optimizer(model: nn.Module, recipe: Recipe) -> Optimizer:
    """Make the optimizer of all parameters; those of one axis or none (biases, normalisations) are not decayed."""
    parameters = list(model.parameters())
    groups = [
        {"params": [part for part in parameters if part.dim() > 1], "weight_decay": recipe.weight_decay},
        {"params": [part for part in parameters if part.dim() <= 1], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    if recipe.optimizer == "adam":
        return Adam(groups, lr=recipe.learning_rate, betas=(recipe.momentum, 0.999))
    return Muon(groups, lr=recipe.learning_rate, momentum=recipe.momentum)


def make_schedule(optimizer: Optimizer, recipe: Recipe, n_steps: int) -> LRScheduler | None:
    """Make the schedule of `n_steps` steps; None if the learning rate is constant, or if nothing is trained."""
    if recipe.schedule == "constant" or n_steps == 0:
        return None
    return OneCycleLR(
        optimizer,
        recipe.learning_rate,
        total_steps=n_steps,
        pct_start=PEAK_AT,
        anneal_strategy="linear",
        cycle_momentum=False,
        div_factor=1 / FIRST_SHARE,
        final_div_factor=FIRST_SHARE / LAST_SHARE,
    )
