"""A network and what it returns, as log-probabilities [sample, class].

The study trains, tests and measures log-probabilities. Most networks elsewhere return scores instead, of which they are
the log-softmax; some return a tuple or a dict around either.
"""

from dataclasses import asdict, dataclass
from typing import Self

import torch
from torch import nn

_CHILD = "network"
Path = tuple[int | str, ...]  # to a tensor in nested tuples, dicts and other objects


@dataclass(frozen=True)
class OutputForm:
    """Where a network's scores are in what it returns, and what they are.

    in_training, in_testing  the keys to the scores; () if the output is a tensor
    are_scores               whether the output is scores, and no log-probabilities yet
    """

    in_training: Path = ()
    in_testing: Path = ()
    are_scores: bool = False

    def as_dict(self) -> dict:
        """Return plain data, as files hold it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: dict) -> Self:
        """Return the form that `as_dict` wrote down."""
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()})

    def describe(self) -> str:
        """Say in words what the network returns."""
        what = "scores, of which the log-softmax is taken" if self.are_scores else "log-probabilities"
        training, testing = ("".join(f"[{key!r}]" for key in path) for path in (self.in_training, self.in_testing))
        if training == testing:
            return f"{what}, at {testing} of its output" if testing else what
        return f"{what}, in training at {training or 'all'}, in testing at {testing or 'all'} of its output"


AS_IS = OutputForm()


class Classifier(nn.Module):
    """A network from images [sample, channel, height, width] to log-probabilities [sample, class].

    With AS_IS, the output is that of the network, whatever it is.
    """

    def __init__(self, network: nn.Module, form: OutputForm = AS_IS) -> None:
        super().__init__()
        self.add_module(_CHILD, network)
        self.log_softmax = nn.LogSoftmax(dim=1)
        self.form = form
        self.train(network.training)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output = self.network(x)
        for key in self.form.in_training if self.training else self.form.in_testing:
            output = getattr(output, key) if isinstance(key, str) and not isinstance(output, dict) else output[key]
        return self.log_softmax(output) if self.form.are_scores else output


def layer_name(path: str) -> str:
    """Return the path of a module in the network, given that in its Classifier."""
    return path.removeprefix(_CHILD).removeprefix(".")
