"""The accuracies and losses of each run after its last epoch, beside the published accuracies."""

from collections.abc import Sequence

from rotational_variance.storage.published_file import Published
from rotational_variance.tables.published_values import with_published
from rotational_variance.tables.text import (
    beside_published,
    chance_note,
    count_left_out,
    format_number,
    markdown_table,
    run_cells,
)
from rotational_variance.tables.training_comparison import TRAININGS, compare_trainings

ACCURACIES = ("accuracy_upright", "accuracy_rotated")


def accuracy_row(run: dict, history: Sequence[dict[str, float]], published: Published) -> dict:
    """Return a run's row from the last epoch of its history: accuracies are shares, losses are in nats."""
    last = history[-1]
    row = run | {
        "n_epochs": int(last["epoch"]),
        "accuracy_upright": last["test_upright_accuracy"],
        "accuracy_rotated": last["test_rotated_accuracy"],
        "accuracy_train": last["train_accuracy"],
        "loss_upright": last["test_upright_loss"],
        "loss_rotated": last["test_rotated_loss"],
        "loss_train": last["train_loss"],
    }
    return with_published(row, published, ACCURACIES)


def accuracy_markdown(rows: Sequence[dict]) -> str:
    """Write all runs' accuracies and losses, and the gain of rotated training on rotated images."""
    left_out = count_left_out(rows)
    return f"""# Accuracy of every run

Accuracies and losses after the last epoch. Upright: the test set as it is. Rotated: the test set, each image turned by
an angle of its own. Training images: those that the network was trained on, turned as they were for it, measured during
the last epoch, while the network still changed.
{chance_note(rows)}
## Accuracy

Published values (Quiroga et al. 2019) stand in brackets where there are some.

{_accuracy_table(rows)}
## Loss

The mean negative log-likelihood, in nats. Lower is better.

{_loss_table(rows)}
## What rotated training gains

The accuracy on the rotated test set after unrotated and after rotated training, means over seeds{left_out}, and the
gain in percentage points. Published values stand in brackets where there are some.

{_gain_table(rows)}"""


def _accuracy_table(rows: Sequence[dict]) -> str:
    lines = [
        {
            **run_cells(row),
            "epochs": str(row["n_epochs"]),
            "upright": beside_published(row, "accuracy_upright", "{:.1%}"),
            "rotated": beside_published(row, "accuracy_rotated", "{:.1%}"),
            "training images": format_number(row["accuracy_train"], "{:.1%}"),
        }
        for row in rows
    ]
    return markdown_table(lines, n_text=3)


def _loss_table(rows: Sequence[dict]) -> str:
    columns = {"upright": "loss_upright", "rotated": "loss_rotated", "training images": "loss_train"}
    lines = [run_cells(row) | {label: format_number(row[name]) for label, name in columns.items()} for row in rows]
    return markdown_table(lines, n_text=3)


def _gain_table(rows: Sequence[dict]) -> str:
    gains = compare_trainings(rows, "accuracy_rotated")
    if not gains:
        return "Not known: it needs both trainings of a model on a dataset.\n"
    lines = [
        {
            "dataset": gain["dataset"],
            "model": gain["model"],
            **{training: beside_published(gain, training, "{:.1%}") for training in TRAININGS},
            "gain": beside_published(_in_points(gain), "difference", "{:+.1f}"),
        }
        for gain in gains
    ]
    return markdown_table(lines, n_text=2)


def _in_points(gain: dict) -> dict:
    return {name: 100 * gain[name] for name in ("difference", "published_difference")}
