"""The accuracies and losses of each run after its last epoch, beside the published accuracies."""

from collections.abc import Mapping, Sequence

from rotational_variance.statistics.trainings import Training
from rotational_variance.tables.run_cells import Trainings, chance_note, count_left_out, seeds_cells, seeds_note
from rotational_variance.tables.seeds import Seeds, group_seeds, has_several_seeds
from rotational_variance.tables.text import (
    beside_published,
    format_number,
    markdown,
    markdown_table,
    paragraph,
    published_note,
    sections,
)
from rotational_variance.tables.training_comparison import (
    compare_trainings,
    comparison_cells,
    each_comparison,
    of_trainings,
)

ACCURACIES = ("accuracy_upright", "accuracy_rotated")
VALUES = (*ACCURACIES, "accuracy_train", "loss_upright", "loss_rotated", "loss_train")


def accuracy_row(run: dict, history: Sequence[dict[str, float]], published: Mapping[str, float]) -> dict:
    """Return a run's row from the last epoch of its history: accuracies are shares, losses are in nats.

    published  the published values of the run, {quantity: value}
    An untrained network has neither accuracy nor loss on training images: NaN.
    """
    last = history[-1]
    row = run | {
        "accuracy_upright": last["test_upright_accuracy"],
        "accuracy_rotated": last["test_rotated_accuracy"],
        "accuracy_train": last["train_accuracy"],
        "loss_upright": last["test_upright_loss"],
        "loss_rotated": last["test_rotated_loss"],
        "loss_train": last["train_loss"],
    }
    return row | {f"published_{name}": published.get(name) for name in ACCURACIES}


def accuracy_markdown(rows: Sequence[dict], trainings: Trainings) -> str:
    """Write the accuracies and losses, and what each other training gains over the first one on rotated images."""
    several = has_several_seeds(rows)
    of_cells = group_seeds(rows)
    untrained = "An untrained network has none." if any(row["n_epochs"] == 0 for row in rows) else ""
    parts = [
        "# Accuracy of every run",
        paragraph(f"""
            Accuracies and losses after the last epoch. Upright: the test set as it is. Rotated: the test set, each
            image turned by an angle of its own. Training images: those that the network was trained on, turned as they
            were for it, measured during the last epoch, while the network still changed. {untrained}
            {published_note(rows)}
        """),
        seeds_note(rows) if several else "",
        chance_note(rows),
        "## Accuracy",
        _accuracy_table(of_cells, trainings),
        "## Loss",
        "The mean negative log-likelihood, in nats. Lower is better.",
        _loss_table(of_cells, trainings),
        _gains(rows, trainings),
    ]
    if several:
        single = [Seeds([row]) for row in rows]
        parts += ["## Single seeds", "### Accuracy of single seeds", _accuracy_table(single, trainings)]
        parts += ["### Loss of single seeds", _loss_table(single, trainings)]
    return sections(*parts)


def _accuracy_table(of_cells: Sequence[Seeds], trainings: Trainings) -> str:
    lines = [
        [
            *seeds_cells(seeds, trainings),
            ("epochs", str(seeds.first["n_epochs"])),
            ("training images", seeds.text("accuracy_train", "{:.1%}")),
            ("upright", seeds.text("accuracy_upright", "{:.1%}")),
            ("rotated", seeds.text("accuracy_rotated", "{:.1%}")),
        ]
        for seeds in of_cells
    ]
    return markdown_table(lines, n_text=3)


def _loss_table(of_cells: Sequence[Seeds], trainings: Trainings) -> str:
    columns = {"training images": "loss_train", "upright": "loss_upright", "rotated": "loss_rotated"}
    lines = [
        [*seeds_cells(seeds, trainings), *((heading, seeds.text(name)) for heading, name in columns.items())]
        for seeds in of_cells
    ]
    return markdown_table(lines, n_text=3)


def _gains(rows: Sequence[dict], trainings: Trainings) -> str:
    def compare(first: Training, other: Training) -> str:
        left_out = count_left_out(of_trainings(rows, first, other))
        return sections(
            paragraph(f"""
                The accuracy on the rotated test set, means over seeds{left_out}: {markdown(first.label)} beside
                {markdown(other.label)}, and the gain of the latter in percentage points.
            """),
            _gain_table(rows, first, other),
        )

    return sections("## Gains on rotated images", each_comparison(trainings, compare))


def _gain_table(rows: Sequence[dict], first: Training, other: Training) -> str:
    lines = [
        [
            ("dataset", markdown(gain["dataset"])),
            ("model", markdown(gain["model"])),
            *comparison_cells(gain, first, other, "{:.1%}"),
            ("gain", _points(gain["difference"], gain["published_difference"])),
        ]
        for gain in compare_trainings(rows, "accuracy_rotated", first, other)
    ]
    return markdown_table(lines, n_text=2)


def _points(difference: float, published: float) -> str:
    """Write a difference of shares in percentage points, the published one beside it."""
    return beside_published(format_number(100 * difference, "{:+.1f}"), 100 * published, "{:+.1f}")
