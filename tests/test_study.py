"""A whole tiny study through Snakemake, in a folder whose path holds a space: what it leaves behind is checked."""

import io
import itertools
import re
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr
from PIL import Image

from helpers.one_run import TABLES
from helpers.projects import PROJECT, TINY
from helpers.tiny_data import tiny_images, write_zip
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.measuring.trained_network import build_network, load_checkpoint
from rotational_variance.samples.inputs import to_samples
from rotational_variance.statistics.averages import global_value, layer_values
from rotational_variance.statistics.layer_selection import SELECTIONS, select
from rotational_variance.statistics.units import unit_values
from rotational_variance.storage.dataset_reader import read_dataset
from rotational_variance.storage.history_reader import read_history
from rotational_variance.storage.measurement_reader import read_measurement
from rotational_variance.training.scores import evaluate
from rv_study.results import FOLDERS

BY_AGGREGATION = ["headline", "curves", "kinds", "curves_classes", "stds", "heatmaps", "heatmaps_classes"]
FIGURES = [f"{name}_{aggregation}" for name in BY_AGGREGATION for aggregation in ("mean", "max")]
FIGURES += ["outputs", "accuracy", "accuracy_by_angle", "history"]
OF_MODELS = ["answer_mean", "answer_max", "global", "depth_mean", "depth_max", "dead_units_mean", "dead_units_max"]
MODELS = {"simple_conv": 16, "all_convolutional": 29, "vgg16": 48, "resnet": 68}  # layers; 12 pixels pool three times
TRAININGS = ["unrotated", "rotated"]
RUNS = [(model, training) for model in MODELS for training in TRAININGS]


@pytest.fixture(scope="module")
def study(tiny_study):
    return tiny_study


def stem(model, training):
    return f"{model}_tiny_{training}_seed0"


KEPT = (("logs", "log"), ("benchmarks", "tsv"))  # of each job


def test_results_hold_what_was_asked_for_and_no_leftovers(study):
    files = {path.relative_to(study / "results").as_posix() for path in study.glob("results/[!.]*/**/*.*")}
    files |= {path.name for path in study.glob("results/*.*")}
    assert {path.name for path in study.glob("results/*")} == {*FOLDERS, "report.html", ".kept"} - {"layers"}
    files.discard(".kept")
    runs = [stem(*run) for run in RUNS]
    assert files == {
        "datasets/tiny.h5",
        "datasets/tiny.source.json",
        *(f"checkpoints/{run}.{suffix}" for run in runs for suffix in ("pt", "csv")),
        *(f"variance/{run}.h5" for run in runs),
        *(f"plots/{model}_tiny.png" for model in MODELS),
        *(f"plots/{model}_tiny/{name}.png" for model in MODELS for name in FIGURES),
        *(f"plots/models/tiny/{name}.png" for name in OF_MODELS),
        "plots/example.h5",
        "plots/example.png",
        *(f"tables/{name}" for name in TABLES),
        *(f"{folder}/dataset/tiny.{suffix}" for folder, suffix in KEPT),
        *(
            f"{folder}/{stage}/{run}.{suffix}"
            for stage in ("train", "measure")
            for run in runs
            for folder, suffix in KEPT
        ),
        *(f"{folder}/plot/{model}_tiny.{suffix}" for model in MODELS for folder, suffix in KEPT),
        *(f"{folder}/plot_models/tiny.{suffix}" for folder, suffix in KEPT),
        "report.html",
        *(
            f"{folder}/{rule}.{suffix}"
            for rule in ("example", "plot_example_png", "tables", "report")
            for folder, suffix in KEPT
        ),
    }


def test_dataset_holds_the_images_of_the_zip(study):
    dataset = read_dataset(study / "results/datasets/tiny.h5").dataset
    assert dataset.class_names == [str(digit) for digit in range(10)]
    assert dataset.train_images.shape == (60, 12, 12, 1)
    assert np.bincount(dataset.test_labels).tolist() == [4] * 10
    with zipfile.ZipFile(study / "tiny.zip") as archive:
        expected = np.asarray(Image.open(io.BytesIO(archive.read("test/7/6.png"))))
    np.testing.assert_array_equal(dataset.test_images[28, ..., 0], expected)


@pytest.mark.parametrize(("model", "training"), RUNS)
def test_the_checkpoint_scores_what_its_history_says(study, model, training):
    stored = read_dataset(study / "results/datasets/tiny.h5")
    path = study / f"results/checkpoints/{stem(model, training)}"
    checkpoint = load_checkpoint(f"{path}.pt")
    assert checkpoint.run == {"model": model, "dataset": "tiny", "training": training, "seed": 0}
    assert checkpoint.spec["training"]["rotate"] == (180 if training == "rotated" else 0)
    network = build_network(checkpoint)
    test = to_samples(
        stored.dataset.test_images, stored.dataset.test_labels, stored.mean, stored.std, torch.device("cpu")
    )
    history = read_history(f"{path}.csv")
    assert len(history) == 1
    score = evaluate(network, test, batch_size=16)
    assert score.accuracy == history[-1]["test_upright_accuracy"]
    assert score.loss == pytest.approx(history[-1]["test_upright_loss"], rel=1e-5)


@pytest.mark.parametrize(("model", "training"), RUNS)
def test_the_variance_tensor_is_whole(study, model, training):
    path = study / f"results/variance/{stem(model, training)}.h5"
    measurement = read_measurement(path)
    assert len(measurement.layers) == MODELS[model]
    assert measurement.angles_degrees.tolist() == [-180, -90, 0, 90]
    assert measurement.n_samples.tolist() == [40, *[4] * 10]
    assert measurement.attributes["training"] == training
    (last,) = read_history(study / f"results/checkpoints/{stem(model, training)}.csv")
    assert measurement.accuracy[0, 2] == pytest.approx(last["test_upright_accuracy"])  # at 0 degrees
    assert measurement.attributes["activations"] == {
        "found_by": "torch.fx", "not_seen": [], "output": "log-probabilities",
        "rounding_noise": "by moved inputs and beside float64",
    }  # fmt: skip
    asked = measurement.attributes["spec"]["measurement"]
    assert asked == {"angles": 4, "n_samples": "all", "precision": "float32"}
    used = measurement.attributes["computed_on"]["measure"]
    assert used == {"device": "cpu", "threads": 1, "batch_size": 8, "memory_format": "channels_last"}
    for layer in measurement.layers:
        assert layer.transformation_std.shape == (2, 11, layer.n_units)
        assert np.isfinite(layer.transformation_std).all()
        assert (layer.sample_std >= 0).all()
    assert 0.05 < global_value(measurement, M, "mean", "all").value < 3
    with h5py.File(path) as file:
        layer = file["layers"][f"000_{measurement.layers[0].name}"]
        assert [dim.label for dim in layer["normalized_variance"].dims] == ["aggregation", "sample_set", "unit"]
        np.testing.assert_array_equal(layer["normalized_variance"][:], measurement.layers[0].normalized_variance)


def test_the_variance_file_opens_in_xarray(study):
    path = study / f"results/variance/{stem('simple_conv', 'rotated')}.h5"
    layer = read_measurement(path).layers[0]
    with xr.open_datatree(path) as tree:
        m = tree["layers/000_conv1"].normalized_variance
        assert m.dims == ("aggregation", "sample_set", "unit")
        assert m.sel(aggregation="max", sample_set="7").values.tolist() == layer.normalized_variance[1, 8].tolist()
        assert tree.angle.values.tolist() == [-180, -90, 0, 90]
        assert tree.angle.attrs["units"] == "degrees"
        assert tree.accuracy.sel(sample_set="all", angle=0) == read_measurement(path).accuracy[0, 2]
        assert tree.n_samples.sel(sample_set="3") == 4
        assert tree["layers/000_conv1"].attrs["kind"] == "convolution"


@pytest.mark.parametrize("readme", ["README.md", "results/README.md"])
def test_the_lines_of_the_readme_load_the_variance_file(study, readme):
    path = study / f"results/variance/{stem('simple_conv', 'rotated')}.h5"
    (code,) = re.findall(r"```python\n(import xarray.*?)```", (PROJECT / readme).read_text(), re.DOTALL)
    code = code.replace("results/variance/simple_conv_mnist_rotated_seed0.h5", str(path))
    lines = code.strip().splitlines()
    names = {}
    exec("\n".join(lines[:3]), names)
    with names["tree"]:
        m = eval(lines[3], names)
        assert m.values.tolist() == read_measurement(path).layers[0].normalized_variance[0, 0].tolist()
        for line in lines[4:]:
            assert eval(line, names).dims == ("angle",)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["{}_tiny.png", "{}_tiny/headline_max.png"])
def test_figures_are_drawn(study, model, name):
    with Image.open(study / "results/plots" / name.format(model)) as image:
        pixels = np.asarray(image.convert("RGB"))
    height, width, _ = pixels.shape
    assert width == round(7.1 * 220)
    assert height > 1000
    heatmaps = pixels[height // 2 : 4 * height // 5, width // 5 : width // 2].reshape(-1, 3)
    assert len(np.unique(heatmaps, axis=0)) > 20


def test_the_tables_say_what_the_files_say(study):
    table, layers, accuracy = (
        pd.read_csv(study / f"results/tables/{name}.csv") for name in ("global", "layers", "accuracy")
    )
    by_run = ["model", "training"]
    assert list(table.groupby([*by_run, "layers"], sort=False).groups) == [
        (*run, s) for run in RUNS for s in SELECTIONS
    ]
    assert list(accuracy.groupby(by_run, sort=False).groups) == RUNS
    for run in RUNS:
        measurement = read_measurement(study / f"results/variance/{stem(*run)}.h5")
        (last,) = read_history(study / f"results/checkpoints/{stem(*run)}.csv")
        of_run = table.set_index(by_run).loc[run].set_index("layers")
        for selection in SELECTIONS:
            shown = select(measurement, selection)
            assert of_run.loc[selection, "n_layers"] == len(shown.layers)
            for aggregation, sample_set in itertools.product(["mean", "max"], ["all", "stratified"]):
                value = global_value(shown, M, aggregation, sample_set)
                assert of_run.loc[selection, f"{aggregation}_{sample_set}"] == value.value
                assert of_run.loc[selection, f"n_dead_{aggregation}_{sample_set}"] == value.n_dead
        part = layers.set_index(by_run).loc[run]
        assert len(part) == MODELS[run[0]] * 2 * 12
        for sample_set in ("all", "stratified", "7"):
            chosen = part[(part["sample_set"] == sample_set) & (part["aggregation"] == "max")]
            expected = layer_values(unit_values(measurement, M, "max", sample_set))
            np.testing.assert_allclose(chosen["normalized_variance"], expected)
        (accuracies,) = accuracy.set_index(by_run).loc[[run]].itertuples()
        assert accuracies.accuracy_rotated == last["test_rotated_accuracy"]
        assert accuracies.loss_upright == last["test_upright_loss"]


def test_the_tables_to_read_hold_every_run_and_each_claim_is_judged(study):
    for name in ("global.md", "accuracy.md", "claims.md"):
        text = (study / "results/tables" / name).read_text()
        for model, training in RUNS:
            assert re.search(rf"^\| tiny +\| {model} +\| {training} ", text, re.MULTILINE)
    verdicts = re.findall(r"(?im)^\*\*.*(?:supported|refuted|undecided|not tested).*\*\*$", text)
    assert len(verdicts) == 5
    assert re.search(r"\d runs at chance left out", verdicts[0])  # one epoch on 60 images teaches nothing


def test_logs_say_how_training_went(study):
    text = (study / f"results/logs/train/{stem('resnet', 'rotated')}.log").read_text()
    assert "epoch 1/1: loss" in text
    assert "tested upright" in text


def test_plots_and_tables_need_no_torch(study):
    for script in ("plot", "plot_models", "tables"):
        check = f"import sys; sys.path.insert(0, 'workflow/scripts'); import {script}; sys.exit('torch' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", check], cwd=study).returncode == 0


UNTRACEABLE = """
from torch import nn


class Deciding(nn.Module):
    def __init__(self, n_channels, n_classes):
        super().__init__()
        self.conv = nn.Conv2d(n_channels, 4, 3)
        self.fc = nn.Linear(4, n_classes)

    def forward(self, x):
        x = self.conv(x).relu()
        if x.max() > 0:
            x = x / x.amax((1, 2, 3), keepdim=True).clamp(min=1e-6)
        return self.fc(x.mean((2, 3))).log_softmax(1)


def build(*, n_channels, image_size, n_classes):
    return Deciding(n_channels, n_classes)
"""


@pytest.mark.long
def test_a_model_of_ones_own_that_cannot_be_traced_on_a_subset_at_a_list_of_angles(tmp_path, make_project):
    project = make_project(tmp_path)
    write_zip(tmp_path / "tiny.zip", tiny_images())
    (tmp_path / "workflow/scripts/rotational_variance/models/deciding.py").write_text(UNTRACEABLE)
    run = "results/variance/deciding_tiny_rotated_seed0.h5"
    layers = "results/layers/deciding_tiny.md"
    done = project.snakemake(
        run, layers, "--cores", "2", "--configfile", str(TINY), "--config", "study={models: [deciding], datasets: [tiny], seeds: [0]}",
        "runs={datasets: {tiny: {measurement: {angles: [0, 90, 45.5], n_samples: 33}}}}",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    gap = "what functions (F.relu, +, torch.cat) compute between modules"
    assert f"train deciding_tiny_rotated_seed0: not measured: {gap}" in done.stdout
    assert f"measure deciding_tiny_rotated_seed0: not seen by module hooks: {gap}" in done.stdout
    assert "| fc    | linear      | n x 10          |    10 |         1 |    80 |" in (tmp_path / layers).read_text()
    assert f"## Not measured\n\n- {gap}" in (tmp_path / layers).read_text()
    assert gap in (tmp_path / "results/logs/measure/deciding_tiny_rotated_seed0.log").read_text()
    measurement = read_measurement(tmp_path / run)
    assert [layer.name for layer in measurement.layers] == ["conv", "fc"]
    found = measurement.attributes["activations"]
    assert found["found_by"] == "module hooks"
    assert gap in found["not_seen"][0]
    assert measurement.angles_degrees.tolist() == [0, 90, 45.5]
    assert sorted(measurement.n_samples.tolist()) == [*[3] * 7, *[4] * 3, 33]
    asked = measurement.attributes["spec"]["measurement"]
    assert asked == {"angles": [0, 90, 45.5], "n_samples": 33, "precision": "float32"}
