"""Train a network on upright or on randomly rotated samples, or not at all, and test it on both kinds.

Source: Quiroga et al. 2019 (Adam, negative log-likelihood, rotations by U(-180, 180) degrees). Smaller rotations, and
networks without training, are ours, for comparison. Unlike the published code, batch normalisation stays in training
mode for all of the training, and no sample is left out.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

from rotational_variance.samples.cuts import count_batches, cut
from rotational_variance.samples.inputs import Samples

SCHEDULES = ("constant", "one_cycle")
HALF_TURN_DEGREES = 180.0


class DivergedError(ValueError):
    """The loss is infinite or not a number: the learning rate is too high."""


@dataclass(frozen=True)
class Score:
    """Mean negative log-likelihood (nats) and the share of right answers over a set of samples."""

    loss: float
    accuracy: float


NOT_TRAINED = Score(loss=math.nan, accuracy=math.nan)


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
    *,
    rotate: float,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    weight_decay: float,
    schedule: str,
    test_rotation_seed: int,
    seed: int,
    memory_format: torch.memory_format = torch.channels_last,
    resume: dict | None = None,
    on_batch: Callable[[float], None] = lambda loss: None,
) -> Iterator[Epoch]:
    """Train `model` in place, and yield after each epoch; without epochs, test it as it is, and yield once.

    rotate              degrees to either side, 0 to 180: turn each training sample by its own angle from
                        U(-rotate, rotate), drawn again for each epoch; 0 turns none
    epochs              passes over the training set; 0 trains nothing
    batch_size          samples per batch: an epoch is cut into nearly equal batches of at most as many (one more where
                        a sample would be alone), and no sample is left out
    schedule            "constant", or "one_cycle": up to `learning_rate` and down to 0 (Smith and Topin 2019, with
                        torch's settings)
    test_rotation_seed  draws the one angle of each test sample; the same for all runs, so that runs are comparable
    seed                draws the order of the samples and their angles; the weights are drawn before, by `models.build`
    memory_format       of the inputs; the same as that of the model's weights
    resume              the state of an earlier epoch of the same training: go on from there, with the same bits
    on_batch            called with the epoch's mean loss so far, after each of its `count_batches` batches

    The optimizer is Adam with L2 regularisation `weight_decay`. The same numbers, seed and thread count on a CPU give
    the same weights, bit for bit. Raises DivergedError, a ValueError, for a loss that is not finite, and ValueError for
    one that is not finite without any training, and for another `rotate` or `schedule`.
    """
    if isinstance(rotate, bool) or not 0 <= rotate <= HALF_TURN_DEGREES:  # True would be one degree
        raise ValueError(f"rotate: got {rotate}, expected degrees to either side, 0 to {HALF_TURN_DEGREES:g}")
    if schedule not in SCHEDULES:
        raise ValueError(f"schedule: got {schedule!r}, expected one of {', '.join(SCHEDULES)}")
    generator = torch.Generator().manual_seed(seed)
    n_batches = count_batches(len(train), batch_size)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, weight_decay=weight_decay)
    scheduler = None
    if schedule == "one_cycle" and epochs > 0:  # it refuses to be of 0 steps
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=epochs * n_batches)
    test_degrees = random_degrees(len(test), HALF_TURN_DEGREES, torch.Generator().manual_seed(test_rotation_seed))
    stateful = {"model": model, "optimizer": optimizer} | ({"scheduler": scheduler} if scheduler else {})
    if resume is not None:
        _restore(resume, stateful, generator)

    for number in range(min(1, epochs) if resume is None else resume["epoch"] + 1, epochs + 1):
        train_score = NOT_TRAINED
        if number > 0:
            batches = _shuffled_batches(train, n_batches, rotate, generator, memory_format)
            train_score = _train_epoch(model, batches, len(train), optimizer, scheduler, on_batch)
        upright = evaluate(model, test, batch_size, memory_format=memory_format)
        rotated = evaluate(model, test, batch_size, test_degrees, memory_format=memory_format)
        _check_finite(number, upright, rotated)
        yield Epoch(number, train_score, upright, rotated, state=_state(number, stateful, generator))


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


def _shuffled_batches(
    train: Samples, n_batches: int, rotate: float, generator: torch.Generator, memory_format: torch.memory_format
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield (inputs, labels) of all samples in a new order, each turned by a new angle of at most `rotate` degrees."""
    order = torch.randperm(len(train), generator=generator)
    degrees = random_degrees(len(train), rotate, generator) if rotate > 0 else None  # no draws for upright samples
    start = 0
    for part in order.tensor_split(n_batches):
        index = part.to(train.labels.device)
        yield (
            train.inputs(
                index,
                0.0 if degrees is None else degrees[start : start + len(part)],
                memory_format=memory_format,
            ),
            train.labels[index],
        )
        start += len(part)


def _train_epoch(
    model: nn.Module,
    batches: Iterator[tuple[torch.Tensor, torch.Tensor]],
    n_samples: int,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None,
    on_batch: Callable[[float], None],
) -> Score:
    model.train()
    total = torch.zeros(2, dtype=torch.float64)
    n_seen = 0
    for inputs, labels in batches:
        optimizer.zero_grad()
        output = model(inputs)
        loss = F.nll_loss(output, labels)
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        n_seen += len(labels)
        total += _sums(output.detach(), labels)
        if not torch.isfinite(total[0]):
            raise DivergedError(
                f"training stopped: the loss became {loss.item()} after {n_seen} of {n_samples} samples of an epoch, "
                "as at too high a learning_rate"
            )
        on_batch(total[0].item() / n_seen)
    return Score(loss=total[0].item() / n_samples, accuracy=total[1].item() / n_samples)


@torch.inference_mode()
def evaluate(
    model: nn.Module,
    samples: Samples,
    batch_size: int,
    degrees: torch.Tensor | None = None,
    *,
    memory_format: torch.memory_format = torch.channels_last,
) -> Score:
    """Test `model`; `degrees` [sample] turns each sample first (None: upright). The model stays in evaluation mode."""
    model.eval()
    total = torch.zeros(2, dtype=torch.float64)
    for batch in cut(len(samples), batch_size):
        output = model(samples.inputs(batch, 0.0 if degrees is None else degrees[batch], memory_format=memory_format))
        total += _sums(output, samples.labels[batch])
    loss, accuracy = (total / len(samples)).tolist()
    return Score(loss, accuracy)


def _sums(output: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Sum the losses and count the right answers of a batch: float64 [2]."""
    loss = F.nll_loss(output, labels, reduction="sum")
    n_right = (output.argmax(1) == labels).sum()
    return torch.stack((loss.double(), n_right.double())).cpu()


def random_degrees(n: int, limit: float, generator: torch.Generator) -> torch.Tensor:
    """Draw `n` angles from U(-limit, limit) degrees: float64 [n], on the CPU (the same on every device)."""
    return torch.rand(n, generator=generator, dtype=torch.float64) * (2 * limit) - limit
