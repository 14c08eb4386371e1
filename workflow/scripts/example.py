"""Rule example: take down what two units of a network do while some test images are rotated."""

import torch

from rotational_variance import models
from rotational_variance.activations.description import Activations
from rotational_variance.activations.find import find_activations
from rotational_variance.measuring.batches import MEMORY_FORMATS, Passes
from rotational_variance.measuring.precision import DTYPES, set_precision
from rotational_variance.measuring.trained_network import build_network, load_checkpoint
from rotational_variance.networks.user_code import blaming
from rotational_variance.samples.examples import spread
from rotational_variance.samples.inputs import Samples, to_samples
from rotational_variance.samples.rotation import rotate
from rotational_variance.statistics.aggregations import AGGREGATIONS
from rotational_variance.statistics.example_units import choose_units
from rotational_variance.statistics.measurement import Layer, Measurement
from rotational_variance.storage.dataset_reader import read_dataset
from rotational_variance.storage.example_file import Example, write_example
from rotational_variance.storage.measurement_reader import read_measurement
from rotational_variance.torch_setup.device import set_up
from rv_study.around_jobs.own_gpu import own_gpu
from rv_study.job_log import job_log
from rv_study.run import Run

N_IMAGES = 60


def main(
    *,
    dataset: str,
    checkpoint: str,
    variance: str,
    output: str,
    run: Run,
    aggregation: str,
    device: str,
    threads: int,
) -> None:
    """Write what two units of the network of `run` do to `output`; `variance` tells which units.

    aggregation  of feature maps
    """
    torch_device = set_up(device, threads)
    measurement = read_measurement(variance, run.as_dict())
    number, units = choose_units(measurement, aggregation)
    layer, row = measurement.layers[number], AGGREGATIONS.index(aggregation)
    stored = read_dataset(dataset)
    samples = to_samples(stored.dataset.test_images, stored.dataset.test_labels, stored.mean, stored.std, torch_device)
    chosen = samples.subset(spread(samples, min(N_IMAGES, len(samples))))
    passes = passes_of(measurement)
    with blaming(models.file_of(run.model), always=True):
        network = build_network(load_checkpoint(checkpoint)).to(torch_device)
        set_precision(network, passes.dtype)
        activations = find_activations(network, chosen.inputs(slice(0, 2), dtype=passes.dtype))
        activations.to_memory_format(MEMORY_FORMATS[passes.memory_format])
        values, has_space = values_of(
            activations, layer.name, row, units, chosen, measurement.angles_degrees.tolist(), passes
        )
    shown = int(values[1].std(1).argmax())
    order = [shown, *(i for i in range(len(chosen)) if i != shown)]
    write_example(
        output,
        Example(
            images=_rotated(chosen, shown, measurement.angles_degrees.tolist()),
            values=values[:, order].cpu().numpy(),
            angles_degrees=measurement.angles_degrees,
            units=list(units),
            **_statistics(layer, row, list(units)),
            layer=layer.name,
            aggregation=aggregation if has_space else "",
        ),
    )


def passes_of(measurement: Measurement) -> Passes:
    """Return how a measurement was made: batch size, memory format and type of its forward passes."""
    how, precision = measurement.attributes["computed_on"]["measure"], measurement.attributes["spec"]["measurement"]
    return Passes(how["batch_size"], how["memory_format"], DTYPES[precision["precision"]])


def values_of(
    activations: Activations,
    name: str,
    row: int,
    units: tuple[int, int],
    samples: Samples,
    angles: list[float],
    passes: Passes,
) -> tuple[torch.Tensor, bool]:
    """Return the activations of units of a layer [unit, image, angle], and whether aggregations of feature maps differ.

    name  of the layer
    row   the number of the aggregation
    Raises ValueError for a layer that there is not.
    """
    names = [layer.name for layer in activations.layers]
    if name not in names:
        raise ValueError(f"layer {name}: was measured, but is not found again")
    number, found = names.index(name), []

    def receive(layer: int, values: torch.Tensor) -> None:
        if layer == number:  # [image, aggregation, unit]
            found.append(values[:, row if values.shape[1] > 1 else 0, list(units)].double())

    for degrees in angles:
        for first in range(0, len(samples), passes.batch_size):
            batch = slice(first, first + passes.batch_size)
            inputs = samples.inputs(
                batch, degrees, dtype=passes.dtype, memory_format=MEMORY_FORMATS[passes.memory_format]
            )
            activations.run(inputs, receive)
    values = torch.cat(found).view(len(angles), len(samples), len(units))  # [angle, image, unit]
    return values.permute(2, 1, 0), len(activations.layers[number].shape) > 1


def _rotated(samples: Samples, number: int, angles: list[float]) -> torch.Tensor:
    """Return an image at each angle, as it is before it is normalised: uint8 [angle, height, width, channel]."""
    image = samples.images[number : number + 1].float()
    turned = torch.cat([rotate(image, degrees) for degrees in angles])
    return turned.round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()


def _statistics(layer: Layer, row: int, units: list[int]) -> dict[str, object]:
    of_units = {name: layer.statistics[name][row, 0, units] for name in ("transformation_std", "sample_std")}
    return of_units | {"normalized_variance": layer.normalized_variance[row, 0, units]}


if __name__ == "__main__":
    with job_log(snakemake.log[0], "example") as log, own_gpu(log.warn):
        main(
            dataset=snakemake.input.dataset,
            checkpoint=snakemake.input.checkpoint,
            variance=snakemake.input.variance,
            output=snakemake.output[0],
            run=snakemake.params.run,
            aggregation=snakemake.params.aggregation,
            device=snakemake.params.device,
            threads=snakemake.threads,
        )
