"""Checkpoints: a trained network's weights, and the arguments that build it again. Tensors and plain data only."""

from dataclasses import asdict, dataclass, field
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
    output       what it returns, as `OutputForm.as_dict` writes it; empty for log-probabilities
    """

    run: dict
    spec: dict
    model: dict
    computed_on: dict
    class_names: list[str]
    state_dict: dict[str, torch.Tensor]
    output: dict = field(default_factory=dict)


def save_checkpoint(path: str | Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint that `torch.load(path, weights_only=True)` reads as a plain dict."""
    content = asdict(checkpoint)
    if not checkpoint.output:  # as in checkpoints from before networks could return anything else
        del content["output"]
    write_tensors(path, {"format": FORMAT, **content})
