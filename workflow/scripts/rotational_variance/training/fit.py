"""Train a network on upright or on randomly rotated samples, or not at all, and test it on both kinds.

Source: Quiroga et al. 2019 (negative log-likelihood, rotations by U(-180, 180) degrees). Smaller rotations, networks
without training, and what `Recipe` adds, are ours. Unlike the published code, batch normalisation stays in training
mode for all of the training, and no sample is left out.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

from rotational_variance.samples.cuts import count_batches
from rotational_variance.samples.inputs import Samples
from rotational_variance.samples.subset import balanced_subset
from rotational_variance.training.optimizer import make_optimizer, make_schedule
from rotational_variance.training.recipe import HALF_TURN_DEGREES, Recipe
from rotational_variance.training.scores import NOT_TRAINED, Score, Tally, evaluate
from rotational_variance.training.training_batches import random_degrees, shuffled_batches

N_BATCHES_UNSEEN = 50  # a GPU runs ahead; to look at its losses is to wait for it


class DivergedError(ValueError):
    """The loss is infinite or not a number: the learning rate is too high."""


@dataclass(frozen=True)
class Epoch:
    """Scores after one epoch. `train` is measured during the epoch, while the network changes; the others after it.

    number  from 1 on; 0 is a network without training, whose `train` is NOT_TRAINED
    state   all that later epochs depend on, for `fit(resume=state)`; valid until the next epoch begins
    """

    number: int
    train: Score
    test_upright: Score
    test_rotated: Score
    state: dict = field(compare=False, repr=False)


def fit(
    model: nn.Module,
    train: Samples,
    test: Samples,
    recipe: Recipe,
    *,
    seed: int,
    memory_format: torch.memory_format = torch.channels_last,
    resume: dict | None = None,
    on_batches: Callable[[int, float], None] = lambda n, loss: None,
) -> Iterator[Epoch]:
    """Train `model` in place, and yield after each epoch; without epochs, test it as it is, and yield once.

    seed           draws the order of the samples and their changes; the weights are drawn before, by `models.build`
    memory_format  of the inputs; the same as that of the model's weights
    resume         the state of an earlier epoch of the same training: go on from there, with the same bits
    on_batches     called with the number of batches since the last call, and the epoch's mean loss so far: after each
                   batch on a CPU, after some on a GPU

    The same recipe, seed and thread count on a CPU give the same weights, bit for bit. Raises DivergedError, a
    ValueError, for a loss that is not finite, and ValueError for one that is not finite without any training.
    """
    generator = _seeded(seed)
    n_batches = count_batches(len(train), recipe.batch_size)
    optimizer = make_optimizer(model, recipe)
    scheduler = make_schedule(optimizer, recipe, recipe.epochs * n_batches)
    stateful = {"model": model, "optimizer": optimizer} | ({"scheduler": scheduler} if scheduler else {})
    if resume is not None:
        _restore(resume, stateful, generator)
    last_test = (test, random_degrees(len(test), HALF_TURN_DEGREES, _seeded(recipe.test_rotation_seed)))
    other_test = _choose(*last_test, recipe)

    for number in range(min(1, recipe.epochs) if resume is None else resume["epoch"] + 1, recipe.epochs + 1):
        train_score = NOT_TRAINED
        if number > 0:
            batches = shuffled_batches(train, n_batches, recipe, generator, memory_format)
            train_score = train_epoch(model, batches, len(train), recipe, optimizer, scheduler, on_batches)
        samples, degrees = last_test if number == recipe.epochs else other_test
        upright, rotated = (
            evaluate(model, samples, recipe.batch_size, angles, memory_format=memory_format)
            for angles in (None, degrees)
        )
        _check_finite(number, upright, rotated)
        yield Epoch(number, train_score, upright, rotated, state=_state(number, stateful, generator))


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _choose(test: Samples, degrees: torch.Tensor, recipe: Recipe) -> tuple[Samples, torch.Tensor]:
    """Return `recipe.history_samples` of the test samples, as many of each class, and their angles."""
    if recipe.history_samples == "all" or recipe.history_samples >= len(test):
        return test, degrees
    labels = test.labels.cpu().numpy()
    index = torch.from_numpy(balanced_subset(labels, recipe.history_samples, recipe.test_rotation_seed))
    return test.subset(index.to(test.labels.device)), degrees[index]


def _check_finite(epoch: int, upright: Score, rotated: Score) -> None:
    """Raise an error for test losses after an epoch that are not finite: DivergedError if it is any but epoch 0."""
    if math.isfinite(upright.loss + rotated.loss):
        return
    losses = f"{upright.loss} upright and {rotated.loss} rotated"
    if epoch == 0:
        raise ValueError(f"the test losses without training are {losses}, expected finite numbers")
    raise DivergedError(
        f"training stopped: the test losses after epoch {epoch} are {losses}, as at too high a learning_rate"
    )


def _state(epoch: int, stateful: dict, generator: torch.Generator) -> dict:
    # Beside our own generator, those of torch's devices, as dropout draws from them.
    random = {"order": generator.get_state(), "cpu": torch.get_rng_state()}
    if next(stateful["model"].parameters()).is_cuda:
        random["cuda"] = torch.cuda.get_rng_state()
    return {"epoch": epoch, "random": random} | {name: part.state_dict() for name, part in stateful.items()}


def _restore(state: dict, stateful: dict, generator: torch.Generator) -> None:
    for name, part in stateful.items():
        part.load_state_dict(state[name])
    generator.set_state(state["random"]["order"])
    torch.set_rng_state(state["random"]["cpu"])
    if "cuda" in state["random"]:
        torch.cuda.set_rng_state(state["random"]["cuda"])


def train_epoch(
    model: nn.Module,
    batches: Iterator[tuple[torch.Tensor, torch.Tensor]],
    n_samples: int,
    recipe: Recipe,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None,
    on_batches: Callable[[int, float], None],
) -> Score:
    """Take one step for each batch (inputs, labels); return the mean loss and accuracy, measured on the way.

    n_samples   of all batches
    on_batches  as `fit` says
    """
    model.train()
    tally = None
    n_unseen = 0
    for inputs, labels in batches:
        tally = tally or Tally(labels.device)
        optimizer.zero_grad()
        log_probabilities = model(inputs)
        loss_of(log_probabilities, labels, recipe.label_smoothing).backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        tally.add(log_probabilities.detach(), labels)
        n_unseen += 1
        if n_unseen == N_BATCHES_UNSEEN or not labels.is_cuda or tally.n == n_samples:
            loss = tally.score().loss
            if not math.isfinite(loss):
                raise DivergedError(
                    f"training stopped: the loss became {loss} within {tally.n} of {n_samples} samples of an epoch, "
                    "as at too high a learning_rate"
                )
            on_batches(n_unseen, loss)
            n_unseen = 0
    return tally.score()


def loss_of(log_probabilities: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Return the mean cross-entropy (nats) with targets of which the share `smoothing` is spread over all classes."""
    loss = F.nll_loss(log_probabilities, labels)
    return (1 - smoothing) * loss - smoothing * log_probabilities.mean() if smoothing > 0 else loss
