"""Losses and accuracies over sets of samples."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from rotational_variance.samples.cuts import cut
from rotational_variance.samples.inputs import Samples


@dataclass(frozen=True)
class Score:
    """Mean negative log-likelihood (nats) and the share of right answers over a set of samples."""

    loss: float
    accuracy: float


NOT_TRAINED = Score(loss=math.nan, accuracy=math.nan)


class Tally:
    """Losses and right answers, added up on the device; only `score` waits for it."""

    def __init__(self, device: torch.device) -> None:
        self.n = 0
        self._sums = torch.zeros(2, dtype=torch.float64, device=device)

    def add(self, log_probabilities: torch.Tensor, labels: torch.Tensor) -> None:
        """Add a batch: log-probabilities [sample, class] and labels [sample]."""
        loss = F.nll_loss(log_probabilities, labels, reduction="sum")
        n_right = (log_probabilities.argmax(1) == labels).sum()
        self._sums += torch.stack((loss.double(), n_right.double()))
        self.n += len(labels)

    def score(self) -> Score:
        """Return the means so far."""
        return Score(*(self._sums / self.n).tolist())


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
    tally = Tally(samples.labels.device)
    for batch in cut(len(samples), batch_size):
        inputs = samples.inputs(batch, 0.0 if degrees is None else degrees[batch], memory_format=memory_format)
        tally.add(model(inputs), samples.labels[batch])
    return tally.score()
