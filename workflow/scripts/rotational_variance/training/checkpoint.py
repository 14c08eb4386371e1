"""Checkpoints: a trained network's weights, and the arguments that build it again. Tensors and plain data only."""

from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from rotational_variance.storage.tensor_file import write_tensors

FORMAT = "rotational-variance checkpoint 1"


@dataclass(frozen=True)
class Checkpoint:
    """A trained network.

    run          its model, dataset, training and seed
    spec         all numbers that it was made with
    model        the arguments of `models.build`, name included
    computed_on  the device and the number of CPU threads, on which the last bits depend
    class_names  of its outputs, in their order
    state_dict   its weights and batch statistics, on the CPU
    """

    run: dict
    spec: dict
    model: dict
    computed_on: dict
    class_names: list[str]
    state_dict: dict[str, torch.Tensor]


def save_checkpoint(path: str | Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint that `torch.load(path, weights_only=True)` reads as a plain dict."""
    write_tensors(path, {"format": FORMAT, **asdict(checkpoint)})
