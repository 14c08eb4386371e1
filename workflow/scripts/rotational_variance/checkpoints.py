"""Checkpoints: a trained network's weights and what it takes to build it again. Tensors and plain data only."""

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from rotational_variance import models
from rotational_variance.storage.files import again
from rotational_variance.storage.tensors import read_tensors, write_tensors

FORMAT = "rotational-variance checkpoint 1"


@dataclass(frozen=True)
class Checkpoint:
    """A trained network.

    run          its model, dataset, training and seed
    spec         all the numbers it was made with
    model        the arguments of `models.build`, name included
    computed_on  the device and the number of CPU threads, on which the last bits depend
    class_names  of its outputs, in order
    state_dict   its weights and batch statistics, on the CPU
    """

    run: dict
    spec: dict
    model: dict
    computed_on: dict
    class_names: list[str]
    state_dict: dict[str, torch.Tensor]

    def build(self) -> nn.Module:
        """Build the network with its weights, in evaluation mode. Raises ValueError where the two do not fit."""
        try:
            model = models.build(**self.model)
            model.load_state_dict(self.state_dict)
        except (RuntimeError, TypeError) as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"its weights do not fit the model {self.model} ({reason[:300]})") from error
        return model.eval()


def save(path: str | Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint that `torch.load(path, weights_only=True)` reads as a plain dict."""
    write_tensors(path, {"format": FORMAT, **asdict(checkpoint)})


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint, running no code in it. Raises ValueError for a file that is broken, or none of ours."""
    try:
        return Checkpoint(**read_tensors(path, FORMAT))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: not a whole checkpoint of this study ({error}); {again('train')}") from error
