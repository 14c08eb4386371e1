"""Find out what a network returns: log-probabilities, or scores, and where they are in its output."""

from collections.abc import Iterator

import torch
from torch import nn

from rotational_variance.networks.classifier import OutputForm, Path
from rotational_variance.networks.user_code import UnfitModelError

_TOLERANCE = 1e-3  # of the sum of the probabilities of all classes; float16 rounds it by about that much
_NAMES = ("logits", "scores", "log_probs", "out")  # of several tensors of that shape in a dict or an object
_MAX_DEPTH = 4  # of nested containers: an object may hold itself
_EXPECTED = (
    "build has to return a torch.nn.Module that returns scores or log-probabilities [sample, class], "
    "alone or in a tuple, list, dict or dataclass"
)


def find_output_form(network: nn.Module, inputs: torch.Tensor, n_classes: int) -> OutputForm:
    """Run a network in training and in testing mode, and find out what it returns; it is left in testing mode.

    network  its batch normalisation changes, and it may draw random numbers: pass one that is not trained afterwards
    inputs   [sample, channel, height, width], two samples or more

    Log-probabilities are told from scores by their exponentials, which sum to 1 over the classes. Raises
    UnfitModelError for any other output, saying what it is.
    """
    _use_batch_statistics(network)
    in_training, scores_in_training = _look(network.train(), inputs, n_classes, "training")
    in_testing, are_scores = _look(network.eval(), inputs, n_classes, "testing")
    if are_scores != scores_in_training:
        one, other = ("scores", "log-probabilities") if are_scores else ("log-probabilities", "scores")
        raise UnfitModelError(
            f"its output is {one} in testing mode and {other} in training mode; {_EXPECTED}, the same in both"
        )
    return OutputForm(in_training, in_testing, are_scores)


def _use_batch_statistics(network: nn.Module) -> None:
    """Let a pass in training mode set the running statistics of batch normalisation: as training would, at once.

    A deep network without them may overflow before it is trained.
    """
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.track_running_stats:
            module.momentum = 1.0


def _look(network: nn.Module, inputs: torch.Tensor, n_classes: int, mode: str) -> tuple[Path, bool]:
    """Return the path to the scores in the output, and whether they are scores and no log-probabilities."""
    with torch.set_grad_enabled(network.training):
        output = network(inputs)
    tensors = list(_tensors(output, ()))
    shape = (len(inputs), n_classes)
    found = [(path, tensor) for path, tensor in tensors if tensor.shape == shape and tensor.is_floating_point()]
    if not found:
        got = ", ".join(_describe(tensor) for _, tensor in tensors) or "no tensor"
        raise UnfitModelError(
            f"it returns {type(output).__name__} ({got}) for {len(inputs)} samples in {mode} mode, where {list(shape)} "
            f"was expected: {n_classes} classes; {_EXPECTED}"
        )
    path, scores = next((one for one in found if one[0] and one[0][-1] in _NAMES), found[0])
    if not scores.isfinite().all():
        raise UnfitModelError(f"its output in {mode} mode is infinite or not a number")
    if network.training and not scores.requires_grad:
        raise UnfitModelError(
            "no parameter gets a gradient from its output, so it cannot be trained: it may call detach() or "
            "torch.no_grad(), or have no parameter that requires a gradient"
        )
    scores = scores.detach().double()
    if _is_one(scores.sum(1)) and (scores >= 0).all():
        raise UnfitModelError(
            f"its output in {mode} mode is probabilities; leave out the softmax, or take its logarithm"
        )
    return path, not (_is_one(scores.exp().sum(1)) and (scores <= _TOLERANCE).all())


def _is_one(sums: torch.Tensor) -> bool:
    return bool(((sums - 1).abs() < _TOLERANCE).all())


def _tensors(value: object, path: Path) -> Iterator[tuple[Path, torch.Tensor]]:
    """Yield (path, tensor) of the tensors in nested tuples, lists, dicts and other objects, in order."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif len(path) < _MAX_DEPTH:
        if not isinstance(value, dict):
            value = dict(enumerate(value)) if isinstance(value, tuple | list) else getattr(value, "__dict__", {})
        for key, part in value.items():
            yield from _tensors(part, (*path, key))


def _describe(tensor: torch.Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)}"
