"""What networks cost: operations of a forward pass, by torch's counter, memory, and seconds here, by a short trial.

A process of its own, so that a Snakefile needs no torch: reads {"networks": [arguments of models.build, ...],
"recipes": [the numbers of a training, ...] or null, "device": ..., "threads": ...} from the standard input, writes a
list of costs to the standard output. With a recipe for each network, these are tried, and cost {"flops": ...,
"step_s": ..., "pass_s": ..., "measured_s": ..., "on_gpu": ...}: the seconds of one sample in a large batch, as it takes
a training step, passes forward, and is measured at one angle. Without recipes, they cost {"flops": ...,
"parameter_bytes": ..., "sample_bytes": ..., "n_units": ...}: what a training step keeps of one sample, and how many
units are measured.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn

from rotational_variance import models
from rotational_variance.activations.find import find_activations
from rotational_variance.inspection.look import count_model_flops
from rotational_variance.measuring.batches import choose_passes
from rotational_variance.measuring.one_pass import measure
from rotational_variance.networks.classifier import Classifier
from rotational_variance.networks.memory_format import find_memory_format
from rotational_variance.networks.output_form import find_output_form
from rotational_variance.samples.inputs import Samples
from rotational_variance.torch_setup.device import set_up
from rotational_variance.training.fit import loss_of
from rotational_variance.training.optimizer import make_optimizer
from rotational_variance.training.recipe import Recipe
from rv_study.costs import PASSES_PER_STEP

TRIAL_FLOPS = 2e10  # of a trial's training steps: some tenths of a second on a core
MAX_SAMPLES = 256  # that are measured at once, at most
TRIAL_RATE = 1e-3  # the weights hardly change
MAX_ANGLES = 16
N_RUNS = 3


def cost_of(arguments: dict, recipe: Recipe | None, device: torch.device) -> dict[str, float]:
    """Return the operations of one sample's forward pass and, with a recipe, the seconds of its step and its pass."""
    network = models.build(**arguments).to(device)
    shape = arguments["n_channels"], arguments["image_size"], arguments["image_size"]
    inputs = torch.rand(3, *shape, device=device)
    flops = count_model_flops(network, inputs[:1])
    form = find_output_form(network, inputs, arguments["n_classes"])
    if recipe is None:
        n_units = find_activations(Classifier(network, form).eval(), inputs[:2]).n_units
        of_step = _count_bytes(network.train(), torch.cat([inputs, inputs[:1]]))
        return {"flops": flops, **of_step, "n_units": n_units}
    n_samples = max(8, min(MAX_SAMPLES, int(TRIAL_FLOPS / (PASSES_PER_STEP * max(flops, 1)))))
    memory_format = find_memory_format(network, inputs)
    many = torch.rand(n_samples, *shape, device=device).contiguous(memory_format=memory_format)
    model = Classifier(network, form)
    seconds = _try(model, many[: recipe.batch_size], arguments["n_classes"], recipe)
    return {"flops": flops, **seconds, "measured_s": _try_measuring(model, many, flops)}


def _count_bytes(network: nn.Module, inputs: torch.Tensor) -> dict[str, int]:
    """Count the bytes of a network's parameters, and of what it keeps of a sample until the backward pass."""
    few, many = (_kept_bytes(network, inputs[:n]) for n in (len(inputs) // 2, len(inputs)))
    parameters = sum(parameter.numel() * parameter.element_size() for parameter in network.parameters())
    return {"parameter_bytes": parameters, "sample_bytes": (many - few) // (len(inputs) - len(inputs) // 2)}


def _kept_bytes(network: nn.Module, inputs: torch.Tensor) -> int:
    kept = []  # all of them, as memory that is given back would be counted again
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: kept.append(tensor) or tensor, lambda tensor: tensor):
        network(inputs)
    storages = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in kept}
    return sum(storages.values())


def _try_measuring(model: Classifier, inputs: torch.Tensor, flops: int) -> float:
    """Return the seconds of one sample at one angle in a measurement, by measuring made-up images of one class.

    Not those of its forward pass: of a narrow network with many layers, the statistics take longer.
    """
    n_channels, device = inputs.shape[1], inputs.device
    samples = Samples(
        images=inputs.mul(255).to(torch.uint8),
        labels=torch.zeros(len(inputs), dtype=torch.int64, device=device),
        mean=torch.full((n_channels, 1, 1), 0.5, device=device),
        std=torch.full((n_channels, 1, 1), 0.3, device=device),
    )
    activations = find_activations(model, samples.inputs(slice(0, 2)))
    memory_format = "channels_last" if inputs.is_contiguous(memory_format=torch.channels_last) else "contiguous"
    passes = choose_passes(activations, samples, batch_size="auto", memory_format=memory_format, dtype=torch.float32)
    samples = samples.subset(torch.arange(passes.batch_size, device=device))
    n_angles = max(2, min(MAX_ANGLES, int(TRIAL_FLOPS / (max(flops, 1) * len(samples)))))
    angles = [360 * i / n_angles for i in range(n_angles)]

    def measured() -> None:
        measure(activations, samples, ["all"], angles_degrees=angles, passes=passes)

    return _shortest(measured, device) / (len(samples) * n_angles)


def _try(model: nn.Module, inputs: torch.Tensor, n_classes: int, recipe: Recipe) -> dict[str, float | bool]:
    labels = torch.arange(len(inputs), device=inputs.device) % n_classes
    optimizer = make_optimizer(model, replace(recipe, learning_rate=TRIAL_RATE))

    def backward() -> None:
        optimizer.zero_grad()
        loss_of(model(inputs), labels, recipe.label_smoothing).backward()

    def forward() -> None:
        with torch.inference_mode():
            model(inputs)

    model.train()
    backward_s, step_s = _shortest(backward, inputs.device), _shortest(optimizer.step, inputs.device)
    model.eval()
    return {
        "step_s": backward_s / len(inputs) + step_s / recipe.batch_size,
        "pass_s": _shortest(forward, inputs.device) / len(inputs),
        "on_gpu": inputs.device.type == "cuda",
    }


def _shortest(function: Callable[[], None], device: torch.device) -> float:
    """Return the shortest time of some runs, in seconds; the first one warms up."""
    times = []
    for _ in range(1 + N_RUNS):
        began = time.perf_counter()
        function()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - began)
    return min(times[1:])


def main(asked: dict) -> list[dict[str, float]]:
    """Return the costs of all networks that are asked for."""
    device = set_up(asked["device"], asked["threads"])
    networks, recipes = asked["networks"], asked["recipes"] or [None] * len(asked["networks"])
    return [
        cost_of(network, recipe and Recipe(**recipe), device) for network, recipe in zip(networks, recipes, strict=True)
    ]


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
