"""The script that makes the tables, on the files of a made-up study: four trainings, two seeds."""

import numpy as np
import pandas as pd
import pytest

import tables
from helpers.one_run import PUBLISHED, TABLES
from helpers.tabulated import FOUR, measurement_of
from rotational_variance.page.markup import markdown_html
from rotational_variance.storage.history_layout import COLUMNS
from rotational_variance.storage.history_writer import write_history
from rotational_variance.storage.measurement_writer import write_measurement
from rv_study.run import Run

SPECS = {  # by the name of the training, which says nothing: degrees to either side, epochs
    "unrotated": (180, 3), "rotated": (0, 3), "within45": (45, 3), "untrained": (0, 0)
}  # fmt: skip
RUNS = [Run("simple_conv", "mnist", training, seed) for training in SPECS for seed in (0, 1)]


def write_run(folder, run):
    rotate, epochs = SPECS[run.training]
    random = np.random.default_rng(run.seed)
    measurement = measurement_of({"fc": ("linear", *random.uniform(0.1, 1, (2, 2, 3, 2)))}, n_test=(100, 50, 50))
    measurement.attributes.update(
        run.as_dict(), spec={"training": {"rotate": rotate, "epochs": epochs}}, activations={}, computed_on={},
        versions={}, dataset_sha256="", checkpoint_sha256="",
    )  # fmt: skip
    write_measurement(folder / f"{run.stem}.h5", measurement)
    of_training = [0.1, 0.9] if epochs else [np.nan, np.nan]
    rows = [[epoch, *of_training, 0.2, 0.9, 0.3, 0.5 + run.seed / 8] for epoch in range(1, epochs + 1) or [0]]
    write_history(folder / f"{run.stem}.csv", [dict(zip(COLUMNS, row, strict=True)) for row in rows])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The tables of the sample std of these runs, by name: CSV as pandas reads it, other files as text."""
    folder = tmp_path_factory.mktemp("tables")
    for run in RUNS:
        write_run(folder, run)
    tables.main(
        runs=RUNS,
        variances=[folder / f"{run.stem}.h5" for run in RUNS],
        histories=[folder / f"{run.stem}.csv" for run in RUNS],
        published=PUBLISHED,
        published_datasets=["mnist"],
        outputs={name: folder / name for name in (table.replace(".", "_") for table in TABLES)},
        trainings=list(FOUR.values()),
        measures=["sample_std"],
        all_measures=["normalized_variance", "sample_std", "transformation_std"],
        labels={"mnist": "MNIST"},
    )
    names = [table.replace(".", "_") for table in TABLES]
    return {name: pd.read_csv(folder / name) if "csv" in name else (folder / name).read_text() for name in names}


def test_global_values_are_those_of_the_measures_named(made):
    assert set(made["global_csv"]["measure"]) == {"sample_std"}
    assert made["global_md"].startswith("# Global sample std of every run\n")
    assert "Global sample std of each network" in made["global_tex"]


def test_layers_hold_all_measures(made):
    columns = ["normalized_variance", "normalized_variance_without_dead", "sample_std", "transformation_std"]
    assert list(made["layers_csv"])[-7:-3] == columns


def test_claims_are_about_m_whatever_else_is_shown(made):
    assert "**Rotated training: " in made["claims_md"]
    assert "**Untrained: no test of the claim" in made["claims_md"]
    assert "| simple_conv | mean " in made["claims_md"]


def test_findings_are_about_m_whatever_else_is_shown(made):
    accuracy, last_layers, claims = made["findings_txt"].splitlines()
    assert accuracy.startswith("Accuracy on upright and rotated test images: on MNIST (")
    assert "(unrotated training)" in accuracy
    assert last_layers.startswith("M in the last third")
    assert "training on rotated images lowers M, in " in claims


def test_published_values_and_cells_tell_of_what_a_training_does(made):
    rows = made["accuracy_csv"]
    of_training = rows[rows["seed"] == 0].set_index("training")
    assert of_training["rotate_degrees"].to_dict() == {name: rotate for name, (rotate, _) in SPECS.items()}
    assert of_training["n_epochs"].to_dict() == {name: epochs for name, (_, epochs) in SPECS.items()}
    published = of_training["published_accuracy_rotated"]
    assert published[["unrotated", "rotated"]].tolist() == [0.98, 0.437]
    assert published[["within45", "untrained"]].isna().all()


def test_an_untrained_network_has_test_accuracies_only(made):
    rows = made["accuracy_csv"]
    untrained = rows[rows["training"] == "untrained"]
    assert untrained["statistic"].tolist() == ["seed", "seed", "mean", "std"]
    assert untrained["accuracy_rotated"].tolist()[:3] == [0.5, 0.625, 0.5625]
    assert untrained[["accuracy_train", "loss_train"]].isna().all(axis=None)
    assert not rows["at_chance"].any()


@pytest.mark.parametrize("name", ["global_md", "accuracy_md", "claims_md"])
def test_the_page_folds_single_seeds(made, name):
    _, content = markdown_html(made[name], level=3)
    before, single = content.split("<summary>Single seeds")
    assert before.count("<details>") == before.count("<table>") + 1  # each table, and the single seeds with theirs
    assert "<details>" not in single
    assert "<table>" in single
    assert content.count("<details>") == content.count("</details>")
    assert "<ul>" not in content
