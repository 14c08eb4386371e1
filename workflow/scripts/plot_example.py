"""Rule plot_example: draw what M tells, by two units of a network."""

from rotational_variance.figures.catalogue import EXAMPLE
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.example_file import read_example
from rv_study.draw_figures import draw_figures
from rv_study.job_log import JobLog, job_log
from rv_study.run import Run


def main(*, example: str, output: str, run: Run, dataset: str, training: Training, log: JobLog) -> None:
    """Draw the file `example`, made of `run`.

    dataset  what titles call the dataset
    """
    read, subject = read_example(example), f"{run.model} on {dataset}"
    words = [training.label, read.layer]
    draw_figures([EXAMPLE], [output], subject, words=words, log=log, training=training, example=read)


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
