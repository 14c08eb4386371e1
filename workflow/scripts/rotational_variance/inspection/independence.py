"""Check that a network gives each sample the same output every time, whatever other samples are in its batch.

Otherwise M depends on chance, or on how samples happen to be put into batches. Ours.
"""

from dataclasses import dataclass
from itertools import takewhile

import torch

from rotational_variance.activations.axes.layout import sample_axis
from rotational_variance.activations.axes.marks import mark_of
from rotational_variance.activations.axes.torch_call import tensors_in
from rotational_variance.activations.calls import CallReporter, ReportedCall
from rotational_variance.activations.watcher import Watcher
from rotational_variance.networks.classifier import Classifier
from rotational_variance.networks.user_code import UnfitModelError

# Of the largest value of a call's output. The same batch again gives the same bits on a CPU, and differs in the last
# few on a GPU; another batch may be added up in another order (1e-6 a layer, some more where many add up).
_SAME_BATCH, _OTHER_BATCH = 1e-5, 1e-4
_N_REPEATED, _N_REPEATS = 8, 20  # samples and runs of a model that draws random numbers
_N_COMPARED = 4096  # values of each output of a sample, evenly spread: all would be as large as a training step


@dataclass(frozen=True)
class _Output:
    """Some values of the output of a call.

    by_sample  whether the samples lie on axis 0, which is so if they have an axis of their own
    varies     whether it depends on the inputs
    """

    name: str
    values: torch.Tensor
    by_sample: bool
    varies: bool


def check_independent(model: Classifier, inputs: torch.Tensor) -> None:
    """Raise UnfitModelError, naming the first call that does it, if outputs are random or depend on other samples.

    inputs  [sample, channel, height, width], three samples or more, different ones
    """
    first, draws = _outputs(model, inputs, seed=0)
    kept = torch.arange(len(inputs) - 1, 0, -1)  # in another order, in larger company that no statistic overlooks
    other_batch = torch.cat([inputs[kept], 10 * inputs[:1], -10 * inputs[:1]])
    in_other_batch = next(
        (
            before.name
            for before, after in _pairs(first, _outputs(model, other_batch, seed=1)[0])
            if before.by_sample
            and after.by_sample
            and differ(before.values[kept], after.values[: len(kept)], _OTHER_BATCH)
        ),
        None,
    )
    if draws or in_other_batch:
        _check_repeats(model, inputs)
    if in_other_batch:
        raise UnfitModelError(
            f"the model's output for a sample depends on the other samples of its batch, from {in_other_batch} on; in "
            "eval mode nothing may be taken over the batch (batch normalisation needs its running statistics)"
        )


def _check_repeats(model: Classifier, inputs: torch.Tensor) -> None:
    """Run the model often: stochastic depth, for example, draws only once a sample, and rarely drops it."""
    inputs = inputs[torch.arange(_N_REPEATED) % len(inputs)]
    first = _outputs(model, inputs, seed=0)[0]
    for seed in range(1, _N_REPEATS):
        again = _pairs(first, _outputs(model, inputs, seed)[0])
        different = [before for before, after in again if differ(before.values, after.values, _SAME_BATCH)]
        if any(output.varies for output in different):  # random numbers that are drawn in vain do no harm
            names = [output.name for output in different if not output.name.endswith("empty")]  # memory as it was found
            raise UnfitModelError(
                f"the model gives different outputs for the same input in eval mode, from {names[0]} on; nothing may "
                "draw random numbers there (F.dropout needs training=self.training)"
            )


@torch.no_grad()
def _outputs(model: Classifier, inputs: torch.Tensor, seed: int) -> tuple[list[_Output], bool]:
    """Run the model; return the output of each function and each layer of torch.nn, and whether it drew numbers."""
    outputs = []
    watcher = Watcher(len(inputs))

    def note(call: ReportedCall, token: object, output: object) -> None:
        tensor = tensors_in(output)[0]
        if call.is_layer and tensor.is_floating_point():
            mark = mark_of(tensor)
            axis = sample_axis(mark.layout, len(inputs)) if mark and mark.layout is not None else None
            outputs.append(_Output(call.name, _some_values(tensor, axis), axis is not None, mark is not None))

    with torch.random.fork_rng([inputs.device] if inputs.is_cuda else []):
        torch.manual_seed(seed)
        before = _random_state(inputs.device)
        with watcher, CallReporter(model, note):
            output = model(watcher.mark_inputs(inputs.clone()))
        draws = not torch.equal(before, _random_state(inputs.device))
    return [*outputs, _Output("its output", output, True, True)], draws


def _random_state(device: torch.device) -> torch.Tensor:
    on_cpu = torch.get_rng_state()
    return torch.cat([on_cpu, torch.cuda.get_rng_state(device)]) if device.type == "cuda" else on_cpu


def _some_values(tensor: torch.Tensor, sample_axis: int | None) -> torch.Tensor:
    """Return values of each sample [sample, ...], or of the whole tensor [1, ...]."""
    values = tensor[None] if sample_axis is None else tensor.movedim(sample_axis, 0)
    while values[0].numel() > _N_COMPARED:
        longest = max(range(1, values.dim()), key=lambda axis: values.shape[axis])
        values = values[(slice(None),) * longest + (slice(None, None, 2),)]
    return values.clone()


def _pairs(before: list[_Output], after: list[_Output]) -> list[tuple[_Output, _Output]]:
    """Pair the outputs of the same calls, up to the first that differ; and the last of all, that of the model."""
    calls = zip(before[:-1], after[:-1], strict=False)
    return [*takewhile(lambda pair: pair[0].name == pair[1].name, calls), (before[-1], after[-1])]


def differ(before: torch.Tensor, after: torch.Tensor, tolerance: float) -> bool:
    """Say whether two outputs differ by more than `tolerance` times the largest finite value of the first."""
    if before.shape != after.shape:
        return True
    finite = before[before.isfinite()]
    scale = float(finite.abs().max()) if finite.numel() else 0.0
    return not torch.allclose(before, after, rtol=0, atol=tolerance * scale, equal_nan=True)
