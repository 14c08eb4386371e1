"""The figure that shows what M tells: which units it takes, what they do, and how it is drawn."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
import torch
from torch import nn

import example as job
from helpers.drawn import assert_readable, legend_texts
from helpers.tabulated import FOUR, measurement_of
from rotational_variance.activations.find import find_activations
from rotational_variance.figures.parts.style import style
from rotational_variance.figures.two_units import two_units as draw
from rotational_variance.measuring.batches import Passes
from rotational_variance.statistics.example_units import choose_units
from rotational_variance.storage.example_file import Example, read_example, write_example
from rotational_variance.storage.figure_file import lay_out
from rv_study.run import Run
from rv_study.runs import choose_example


def layer_of(values):
    """Make a layer whose units have these M, for all samples and aggregations; a string is a unit of that kind."""
    m = np.array([0 if isinstance(value, str) else value for value in values], dtype=float)
    transformation, sample = m.copy(), np.ones(len(m))
    noise = np.zeros(len(m))
    for i, value in enumerate(values):
        if value == "dead":
            transformation[i] = sample[i] = 0
        elif value == "infinite":
            transformation[i], sample[i] = 1, 0
        elif value == "faint":
            transformation[i], sample[i] = 0, 1e-3
        elif value == "below":
            transformation[i] = sample[i] = noise[i] = 1e-6
    shape = 2, 3, len(m)
    return (
        "linear",
        np.broadcast_to(transformation, shape),
        np.broadcast_to(sample, shape),
        np.broadcast_to(noise, shape[::2]),
    )


@pytest.mark.parametrize(("layers", "expected"), [
    ([[0.5, 0.6], [0.9, 0.1, 1.0]], (1, (1, 2))),
    ([[0.0, 0.9, 5.0], [0.2, 0.3]], (0, (0, 1))),  # what changes far more than 1 is rare
    ([[0.3, 5.0], [0.2, 0.3]], (0, (0, 1))),  # but better than two units that do the same
    ([["dead", 0.5, 0.6], [0.5, 0.5]], (0, (1, 2))),  # a dead unit has M = 1 and shows nothing
    ([["faint", 0.3, 0.6], [0.5, 0.5]], (0, (1, 2))),  # which varies too little to be seen
    ([["infinite", "below", 0.5, 0.6], [0.5, 0.5]], (0, (2, 3))),
    ([["dead"], ["dead", "dead", "dead"], ["below", 0.5]], (1, (0, 2))),  # nothing to choose from
])  # fmt: skip
def test_the_units_of_a_layer_that_differ_most_are_chosen(layers, expected):
    measurement = measurement_of({f"fc{i}": layer_of(values) for i, values in enumerate(layers)})
    assert choose_units(measurement, "mean") == expected


@pytest.mark.parametrize(
    "passes", [Passes(4, "channels_last", torch.float32), Passes(100, "contiguous", torch.float64)]
)
def test_what_units_do_is_what_the_network_computes(make_samples, passes):
    network = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 3)
    ).eval()
    network.to(passes.dtype)
    samples, angles = make_samples(6), [-180.0, 0.0, 33.0]
    activations = find_activations(network, samples.inputs(slice(0, 2), dtype=passes.dtype))
    names = [layer.name for layer in activations.layers]
    for row, reduce in enumerate((lambda maps: maps.mean((2, 3)), lambda maps: maps.amax((2, 3)))):
        values, has_space = job.values_of(activations, names[1], row, (2, 0), samples, angles, passes)
        with torch.inference_mode():
            inputs = [samples.inputs(slice(None), angle, dtype=passes.dtype) for angle in angles]
            expected = [reduce(network[:2](of_angle))[:, [2, 0]].T for of_angle in inputs]
        torch.testing.assert_close(values, torch.stack(expected, 2).double())  # [unit, image, angle]
        assert has_space
    values, has_space = job.values_of(activations, names[-1], 1, (0, 1), samples, angles, passes)
    assert values.shape == (2, 6, 3)
    assert not has_space
    with pytest.raises(ValueError, match="layer other: was measured, but is not found again"):
        job.values_of(activations, "other", 0, (0, 1), samples, angles, passes)


def make_example(angles=(-180.0, -90.0, 0.0, 90.0), aggregation="mean"):
    random = np.random.default_rng(0)
    return Example(
        images=random.integers(0, 256, (len(angles), 6, 6, 1), dtype=np.uint8),
        values=random.random((2, 5, len(angles))),
        angles_degrees=np.array(angles),
        units=np.array([7, 3]),
        transformation_std=np.array([0.1, 0.9]),
        sample_std=np.array([1.0, 0.75]),
        normalized_variance=np.array([0.1, 1.2]),
        layer="conv_π",
        aggregation=aggregation,
    )


def test_the_file_comes_back(tmp_path):
    written = make_example()
    write_example(tmp_path / "x.h5", written)
    write_example(tmp_path / "y" / "x.h5", written)
    read = read_example(tmp_path / "x.h5")
    for name, value in vars(written).items():
        np.testing.assert_array_equal(getattr(read, name), value)
    assert (tmp_path / "x.h5").read_bytes() == (tmp_path / "y" / "x.h5").read_bytes()


@pytest.mark.parametrize("damage", ["cut", "foreign", "angles"])
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "x.h5"
    write_example(path, make_example())
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:500])
    elif damage == "foreign":
        with h5py.File(path, "w") as file:
            file.attrs["format"] = "another"
    else:
        with h5py.File(path, "a") as file:
            del file["angles_degrees"]
            file["angles_degrees"] = [0.0]
    with pytest.raises(ValueError, match=f"{path}: not a whole file of this study"):
        read_example(path)


@pytest.mark.parametrize("angles", [(-180.0, -90.0, 0.0, 90.0), (30.0, -30.0), (0.0, 7.0, 14.0)])
def test_the_figure_shows_what_the_units_did(angles):
    example = make_example(angles)
    with style():
        figure = draw("title", FOUR["rotated"], example)
        lay_out(figure)
    axes = [one for one in figure.get_axes() if one.get_title(loc="left")]
    titles = [one.get_title(loc="left") for one in axes]
    assert titles[0] == "The most invariant unit (number 7): M = 0.1 / 1 = 0.10"
    assert titles[2] == "A more variant unit (number 3): M = 0.9 / 0.75 = 1.20"
    order = np.argsort(angles)
    for i, one in enumerate((axes[0], axes[2])):
        shown = [line.get_ydata() for line in one.get_lines() if line.get_marker() == "o"]
        np.testing.assert_allclose(shown, [example.values[i, 0][order]])
    upright = int(np.abs(angles).argmin())
    (dots,) = [line.get_ydata() for line in axes[1].get_lines() if line.get_marker() == "o"]
    np.testing.assert_allclose(dots, np.sort(example.values[0][:, upright]))
    assert "layer conv_π, mean of each feature map" in " ".join(text.get_text() for text in figure.texts)
    assert legend_texts(figure) == ["the image above", "other images", "mean, and one std to either side"]
    assert [one.images[0].get_array().shape for one in figure.get_axes() if one.images] == [(6, 6)] * len(angles)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_the_figure_is_readable(scale, monkeypatch):
    example = make_example(np.arange(16) * 22.5 - 180)
    named = {"layer": f"backbone.stages.3.{'x' * 60}", "units": np.array([1234, 5678])}
    stds = {name: getattr(example, name) * scale for name in ("values", "transformation_std", "sample_std")}
    title = "all_convolutional on CIFAR-10 (JPEG copies): What M tells, by two units"
    training = replace(FOUR["rotated"], label="trained within 45 degrees to either side")
    with style():
        figure = draw(title, training, replace(example, **named, **stds))
        assert_readable(figure, monkeypatch)


def test_a_layer_without_space_has_no_aggregation():
    with style():
        figure = draw("title", FOUR["rotated"], make_example(aggregation=""))
    assert not any("feature map" in text.get_text() for text in figure.texts)


@pytest.mark.parametrize(("epochs", "expected"), [
    ({"a": 3, "b": 3, "c": 3}, "b"), ({"a": 3, "b": 0, "c": 3}, "a"), ({"a": 0, "b": 0, "c": 3}, "c"),
    ({"a": 3}, "a"), ({"a": 0}, "a"), ({"a": 0, "b": 0}, "a"),
])  # fmt: skip
def test_the_example_is_of_the_second_training_if_it_is_one(epochs, expected):
    runs = [Run(model, "mnist", training, seed) for model in ("x", "y") for training in epochs for seed in (4, 5)]
    specs = {run.stem: {"training": {"epochs": epochs[run.training]}} for run in runs}
    assert choose_example(runs, specs) == Run("x", "mnist", expected, 4)
