"""Rule layers: list the layers of a network that can be measured, before anything is trained."""

import torch

from rotational_variance import models
from rotational_variance.inspection.layer_list import list_layers
from rotational_variance.inspection.look import count_flops, look
from rotational_variance.networks.classifier import Classifier
from rotational_variance.networks.output_form import find_output_form
from rotational_variance.networks.user_code import blaming
from rotational_variance.samples.examples import choose_examples
from rotational_variance.samples.inputs import to_samples
from rotational_variance.storage.dataset_reader import read_dataset
from rotational_variance.storage.files import replacing
from rv_study.job_log import job_log
from rv_study.run import Run


def main(*, dataset: str, output: str, run: Run, options: dict[str, object]) -> None:
    """Write a list of the layers of the model of `run`, built with `options` for the file `dataset`, to `output`."""
    stored = read_dataset(dataset)
    images, labels = stored.dataset.train_images, stored.dataset.train_labels
    arguments = {
        "name": run.model,
        "n_channels": stored.dataset.n_channels,
        "image_size": stored.dataset.image_size,
        "n_classes": len(stored.dataset.class_names),
        **options,
    }
    network, again = (models.build(**arguments) for _ in range(2))
    examples = choose_examples(to_samples(images, labels, stored.mean, stored.std, torch.device("cpu")))
    with blaming(models.file_of(run.model), always=True):
        form = find_output_form(network, examples, arguments["n_classes"])
        found = look(Classifier(network, form).eval(), Classifier(again, form), examples)
        text = list_layers(f"{run.model} on {run.dataset}", form, found, count_flops(found, examples))
    with replacing(output) as temporary:
        temporary.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with job_log(snakemake.log[0], f"layers {snakemake.wildcards.pair}"):
        main(
            dataset=snakemake.input.dataset,
            output=snakemake.output[0],
            run=snakemake.params.run,
            options=snakemake.params.options,
        )
