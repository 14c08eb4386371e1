"""Rule plot_example: draw what M tells, by two units of a network."""

from rotational_variance.figures.catalogue import EXAMPLE
from rotational_variance.figures.parts.fonts import find_fonts
from rotational_variance.figures.parts.style import style
from rotational_variance.figures.two_units import two_units
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.example_file import read_example
from rotational_variance.storage.figure_file import write_figure
from rv_study.job_log import JobLog, job_log
from rv_study.run import Run


def main(*, example: str, output: str, run: Run, dataset: str, training: Training, log: JobLog) -> None:
    """Draw the file `example`, made of `run`.

    dataset  what titles call the dataset
    """
    read = read_example(example)
    network = f"{run.model} on {dataset}, {training.label}"
    fonts = find_fonts([network, read.layer])
    with log.taking_warnings(), style(fonts):
        write_figure(output, two_units(f"{EXAMPLE.title('')} of this study", network, read))


if __name__ == "__main__":
    with job_log(snakemake.log[0], "plot example") as log:
        main(
            example=snakemake.input.example,
            output=snakemake.output[0],
            run=snakemake.params.run,
            dataset=snakemake.params.dataset,
            training=snakemake.params.training,
            log=log,
        )
