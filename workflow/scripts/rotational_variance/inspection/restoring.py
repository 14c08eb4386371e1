"""Check that a network's state_dict holds all that its output depends on: what it does not hold is not saved."""

import torch
from torch import nn

from rotational_variance.inspection.independence import differ
from rotational_variance.networks.classifier import Classifier
from rotational_variance.networks.user_code import UnfitModelError

_TOLERANCE = 1e-4  # of the largest output


@torch.no_grad()
def check_restores(model: Classifier, again: Classifier, inputs: torch.Tensor) -> None:
    """Raise UnfitModelError if `again`, built anew, gives other outputs than `model` once it has its state_dict.

    again  the same model, built with other random numbers
    """
    again.load_state_dict(model.state_dict())
    expected, found = (one.eval()(inputs[:2].clone()) for one in (model, again))
    if differ(expected, found, _TOLERANCE):
        places = ", ".join(_find_unsaved(model.network, again.network)) or "a place that is not known"
        raise UnfitModelError(
            f"its output depends on numbers that its state_dict does not hold, and so no checkpoint ({places}); make "
            "tensors parameters or persistent buffers, and put modules into an nn.ModuleList or nn.ModuleDict"
        )


def _find_unsaved(network: nn.Module, again: nn.Module) -> list[str]:
    """Name what differs between two networks of the same state_dict, as attributes of their modules."""
    others = dict(again.named_modules())
    found = []
    for path, module in network.named_modules():
        for name, value in {**vars(module), **dict(module.named_buffers(recurse=False))}.items():
            other = getattr(others[path], name, None)
            if not name.startswith("_") and _hold_other_values(value, other):
                found.append(f"{path}.{name}".removeprefix("."))
    return found


def _hold_other_values(value: object, other: object) -> bool:
    if type(value) is not type(other):
        return True
    if isinstance(value, nn.Module):
        return any(map(_hold_other_values, value.state_dict().values(), other.state_dict().values()))
    if isinstance(value, torch.Tensor):
        return not torch.equal(value, other)
    if isinstance(value, list | tuple):
        return any(map(_hold_other_values, value, other))
    if isinstance(value, dict):
        return any(map(_hold_other_values, value.values(), other.values()))
    return False
