import hashlib
import json
import math
import re
import time
from dataclasses import replace

import h5py
import numpy as np
import pytest
import xarray as xr

from helpers.drawn import make_results
from helpers.projects import PROJECT
from rotational_variance.figures.accuracy import accuracy
from rotational_variance.figures.parts.style import style
from rotational_variance.samples.channel_statistics import channel_statistics
from rotational_variance.samples.image_dataset import Dataset
from rotational_variance.statistics.measurement import Layer, Measurement
from rotational_variance.storage.dataset_reader import read_dataset
from rotational_variance.storage.dataset_writer import write_dataset
from rotational_variance.storage.figure_file import write_figure
from rotational_variance.storage.files import replacing, sha256
from rotational_variance.storage.history_layout import COLUMNS
from rotational_variance.storage.history_reader import read_history
from rotational_variance.storage.history_writer import write_history
from rotational_variance.storage.measurement_attributes import ATTRIBUTES
from rotational_variance.storage.measurement_layout import group_names
from rotational_variance.storage.measurement_reader import read_measurement
from rotational_variance.storage.measurement_writer import write_measurement
from rotational_variance.storage.published_file import published_of, read_published
from rv_study.published_datasets import find_published

RUN = {"model": "simple_conv", "dataset": "toy", "training": "rotated", "seed": 4}


@pytest.fixture
def dataset():
    random = np.random.default_rng(0)
    return Dataset(
        name="toy",
        class_names=["cat", "dog", "égret"],
        train_images=random.integers(0, 256, (6, 4, 4, 3), dtype=np.uint8),
        train_labels=np.array([0, 1, 2, 0, 1, 2]),
        test_images=random.integers(0, 256, (3, 4, 4, 3), dtype=np.uint8),
        test_labels=np.array([2, 1, 0]),
    )


def random_layer(name, n_units, shape=(2, 3)):
    transformation_std, sample_std = np.random.default_rng(n_units).random((2, *shape, n_units))
    statistics = {"transformation_std": transformation_std, "sample_std": sample_std}
    return Layer(name, "convolution", statistics, np.zeros((shape[0], n_units)), unit_axis=1)


@pytest.fixture
def measurement():
    """Two layers: random, and one with a plain, a dead, an infinite and an invariant unit, and one below precision."""
    transformation_std = np.broadcast_to([3.0, 0.0, 1.0, 0.0, 0.2], (2, 3, 5)).copy()
    sample_std = np.broadcast_to([2.0, 0.0, 0.0, 5.0, 0.1], (2, 3, 5)).copy()
    rounding_noise = np.repeat([[0.1], [0.15]], 5, axis=1)
    return Measurement(
        layers=[
            random_layer("stage.conv1", 5),
            Layer(
                "fc",
                "linear",
                {"transformation_std": transformation_std, "sample_std": sample_std},
                rounding_noise,
                unit_axis=2,
            ),
        ],
        angles_degrees=np.array([-180.0, -90.0, 0.0, 90.0]),
        aggregations=["mean", "max"],
        sample_sets=["all", "cat", "égret"],
        n_samples=np.array([7, 4, 3]),
        n_test=np.array([9, 5, 4]),
        accuracy=np.arange(12).reshape(3, 4) / 12,
        attributes={
            **RUN,
            "spec": {"measurement": {"angles": 4}, "model": {"width": 2}},
            "activations": {"found_by": "torch.fx"},
            "computed_on": {"threads": 2},
            "versions": {"numpy": "2"},
            "dataset_sha256": "cd34",
            "checkpoint_sha256": "ab12",
        },
    )


def history_row(epoch, **changes):
    return {**{name: 1 / (epoch + i) for i, name in enumerate(COLUMNS, start=1)}, "epoch": epoch, **changes}


def assert_refused(read, path, reason=""):
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}: not a whole file of this study .*{reason}"):
        read(path)


def test_replacing_replaces(tmp_path):
    target = tmp_path / "new" / "file.txt"
    for text in ("first", "second"):
        with replacing(target) as temporary:
            temporary.write_text(text)
        assert target.read_text() == text
    assert list(target.parent.iterdir()) == [target]


def test_the_target_changes_only_at_the_end(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("before")
    with replacing(str(target)) as temporary:
        temporary.write_text("after")
        assert target.read_text() == "before"
        assert temporary.parent == target.parent  # the same file system: renaming is atomic


@pytest.mark.parametrize("exception", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("existing", [True, False])
def test_an_exception_leaves_everything_as_it_was(exception, existing, tmp_path):
    target = tmp_path / "file.txt"
    if existing:
        target.write_text("before")

    def fail():
        with replacing(target) as temporary:
            temporary.write_text("half")
            raise exception("stop")

    with pytest.raises(exception, match="stop"):
        fail()
    assert [(path, path.read_text()) for path in tmp_path.iterdir()] == [(target, "before")] * existing


def test_sha256_is_that_of_the_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"abc\r\n\0")
    assert sha256(tmp_path / "file") == hashlib.sha256(b"abc\r\n\0").hexdigest()


def test_dataset_round_trip(dataset, tmp_path):
    write_dataset(tmp_path / "a.h5", dataset)
    stored = read_dataset(tmp_path / "a.h5")
    assert stored.dataset.name == dataset.name
    assert stored.dataset.class_names == dataset.class_names
    for (_, *arrays), (_, *others) in zip(dataset.parts(), stored.dataset.parts(), strict=True):
        for array, other in zip(arrays, others, strict=True):
            assert array.dtype == other.dtype
            np.testing.assert_array_equal(array, other)
    np.testing.assert_array_equal((stored.mean, stored.std), channel_statistics(dataset.train_images))
    assert stored.mean.dtype == stored.std.dtype == np.float64


def test_dataset_axes_have_names(dataset, tmp_path):
    write_dataset(tmp_path / "a.h5", dataset)
    with h5py.File(tmp_path / "a.h5") as file:
        for part in ("train", "test"):
            labels = [dimension.label for dimension in file[f"{part}/images"].dims]
            assert labels == ["sample", "height", "width", "channel"]
            assert file[f"{part}/labels"].dims[0].label == "sample"
        assert file["mean"].dims[0].label == file["std"].dims[0].label == "channel"


def test_a_dataset_file_whose_parts_do_not_fit_is_refused(dataset, tmp_path):
    path = tmp_path / "a.h5"
    write_dataset(path, dataset)
    with h5py.File(path, "a") as file:
        file["test/labels"][0] = 3
    assert_refused(read_dataset, path, "test set: got labels from 0 to 3, expected 0 to 2")


def test_variance_round_trip(measurement, tmp_path):
    write_measurement(tmp_path / "a.h5", measurement)
    stored = read_measurement(tmp_path / "a.h5")
    assert [(layer.name, layer.kind) for layer in stored.layers] == [("stage.conv1", "convolution"), ("fc", "linear")]
    for layer, other in zip(measurement.layers, stored.layers, strict=True):
        np.testing.assert_array_equal(layer.transformation_std, other.transformation_std)
        np.testing.assert_array_equal(layer.sample_std, other.sample_std)
        np.testing.assert_array_equal(layer.rounding_noise, other.rounding_noise)
        np.testing.assert_array_equal(layer.normalized_variance, other.normalized_variance)
        assert layer.unit_axis == other.unit_axis
    assert stored.angles_degrees.tolist() == measurement.angles_degrees.tolist()
    assert stored.aggregations == measurement.aggregations
    assert stored.sample_sets == measurement.sample_sets
    assert stored.n_samples.tolist() == measurement.n_samples.tolist()
    assert stored.n_test.tolist() == measurement.n_test.tolist()
    assert stored.accuracy.tolist() == measurement.accuracy.tolist()


def test_variance_attributes_are_plain_or_json(measurement, tmp_path):
    write_measurement(tmp_path / "a.h5", measurement)
    assert read_measurement(tmp_path / "a.h5").attributes == measurement.attributes
    with h5py.File(tmp_path / "a.h5") as file:
        assert json.loads(file.attrs["spec"]) == measurement.attributes["spec"]
        assert file.attrs["training"] == "rotated"


def test_the_variance_file_holds_m_itself(measurement, tmp_path):
    write_measurement(tmp_path / "a.h5", measurement)
    with h5py.File(tmp_path / "a.h5") as file:
        values = file["layers/001_fc/normalized_variance"]
        assert values.dtype == np.float64
        assert values.shape == (2, 3, 5)
        assert values[1, 2, :4].tolist() == [1.5, 1, math.inf, 0]
        assert np.isnan(values[1, 2, 4])


def test_variance_axes_carry_scales(measurement, tmp_path):
    write_measurement(tmp_path / "a.h5", measurement)
    with h5py.File(tmp_path / "a.h5") as file:
        for name, n_units in (("000_stage.conv1", 5), ("001_fc", 5)):
            group = file["layers"][name]
            assert group["unit"][:].tolist() == list(range(n_units))
            for statistic in ("transformation_std", "sample_std", "normalized_variance"):
                dimensions = group[statistic].dims
                assert [dimension.label for dimension in dimensions] == ["aggregation", "sample_set", "unit"]
                scales = [dimension[0] for dimension in dimensions]
                assert scales == [file["aggregation"], file["sample_set"], group["unit"]]
            noise = group["rounding_noise"]
            assert [dimension.label for dimension in noise.dims] == ["aggregation", "unit"]
            assert [dimension[0] for dimension in noise.dims] == [file["aggregation"], group["unit"]]
        for name in ("n_samples", "n_test"):
            assert file[name].dims[0].label == "sample_set"
            assert file[name].dims[0][0] == file["sample_set"]
        assert [dimension[0] for dimension in file["accuracy"].dims] == [file["sample_set"], file["angle"]]
        for name in ("angle", "sample_set", "aggregation"):
            assert h5py.h5ds.get_scale_name(file[name].id) == name.encode()


def test_scales_know_all_that_they_are_attached_to(measurement, tmp_path):
    write_measurement(tmp_path / "a.h5", measurement)
    with h5py.File(tmp_path / "a.h5") as file:
        datasets = [file["n_samples"], file["accuracy"]]
        datasets += [values for group in file["layers"].values() for name, values in group.items() if name != "unit"]
        assert len(datasets) == 2 + 2 * 4
        for values in datasets:
            for axis, dimension in enumerate(values.dims):
                assert h5py.h5ds.is_attached(values.id, dimension[0].id, axis)
        assert not h5py.h5ds.is_attached(file["n_samples"].id, file["angle"].id, 0)


N_MANY = 1030  # too many for HDF5's own function, and for three digits


@pytest.fixture(scope="module")
def many_layers(tmp_path_factory):
    """Return a file of many small layers."""
    path = tmp_path_factory.mktemp("many") / "a.h5"
    n_samples = np.array([4, 2, 2])
    attributes = RUN | dict.fromkeys(ATTRIBUTES[4:], "{}")
    layers = [random_layer(f"layer{n}", 1 + n % 3) for n in range(N_MANY, 0, -1)]
    write_measurement(
        path, Measurement(layers, np.arange(2.0), ["mean", "max"], ["all", "a", "b"], n_samples, n_samples,
                          np.ones((3, 2)), attributes),
    )  # fmt: skip
    return path


def test_many_layers_stay_in_order(many_layers):
    stored = read_measurement(many_layers).layers
    assert [layer.name for layer in stored] == [f"layer{n}" for n in range(N_MANY, 0, -1)]
    assert [layer.n_units for layer in stored] == [1 + n % 3 for n in range(N_MANY, 0, -1)]
    with h5py.File(many_layers) as file:
        assert list(file["layers"]) == [f"{i:04d}_layer{N_MANY - i}" for i in range(N_MANY)]


def test_layers_among_many_open_in_xarray(many_layers):
    with xr.open_dataset(many_layers, group=f"layers/{N_MANY - 1}_layer1") as layer:
        assert layer.normalized_variance.dims == ("aggregation", "sample_set", "unit")
        assert layer.rounding_noise.dims == ("aggregation", "unit")
        assert layer.normalized_variance.shape == (2, 3, 2)


@pytest.mark.parametrize(("n_layers", "first", "last"), [
    (1, "000_x", "000_x"), (1000, "000_x", "999_x"), (1001, "0000_x", "1000_x"), (10_001, "00000_x", "10000_x"),
])  # fmt: skip
def test_numbers_in_groups_names_have_equally_many_digits(n_layers, first, last):
    names = group_names(["x"] * n_layers)
    assert (names[0], names[-1]) == (first, last)
    assert sorted(names) == names


AWKWARD_NAMES = [
    "", " ", "a/b", "/", "//a/", ".", "..", "../a", "a ", " a", "a\\b", "\\x00", "a\nb", "a\r", "\t", "\x1b[0m", "\x7f",
    "\0", "a\0b", "a\0", "\ud800", "\ud83d\ude00", "😀", "égret", "e\u0301", "日本" * 50, "\u2028", "\u202e", "x" * 300,
    "x" * 100_000, "unit", "name_escaped", "a\0/\ud800\\",
]  # fmt: skip


def test_layers_of_any_name_come_back(measurement, tmp_path):
    layers = [random_layer(name, 2) for name in [*AWKWARD_NAMES, *AWKWARD_NAMES]]
    write_measurement(tmp_path / "a.h5", replace(measurement, layers=layers))
    stored = read_measurement(tmp_path / "a.h5").layers
    assert [layer.name for layer in stored] == [*AWKWARD_NAMES, *AWKWARD_NAMES]


def test_layers_of_any_name_open_in_xarray(measurement, tmp_path):
    path = tmp_path / "a.h5"
    layers = [random_layer(name, 2) for name in AWKWARD_NAMES]
    write_measurement(path, replace(measurement, layers=layers))
    with xr.open_datatree(path) as tree:
        assert len(tree["layers"]) == len(AWKWARD_NAMES)
        for group, name in zip(tree["layers"].values(), AWKWARD_NAMES, strict=True):
            assert group.normalized_variance.shape == (2, 3, 2)
            assert group.attrs["name"] == re.sub("[\0\ud800-\udfff]", "?", name)


@pytest.mark.parametrize(("name", "group"), [
    ("conv1", "000_conv1"), ("layer1.0.conv1", "000_layer1.0.conv1"), ("a/b\0\n\ud800\x7f c  ", "000_a_b____ c"),
    ("", "000_"), ("égret", "000_égret"), ("x" * 300, "000_" + "x" * 200), ("é" * 300, "000_" + "é" * 100),
    ("日" * 300, "000_" + "日" * 66),
])  # fmt: skip
def test_groups_have_names_that_netcdf_takes(name, group):
    assert group_names([name]) == [group]


@pytest.mark.parametrize(("group", "reason"), [
    ("001_other", "layers: got 3 layers, but not numbers from 0 to 2"),
    ("003_other", "layers: got 3 layers, but not numbers from 0 to 2"), ("other", "other"),
])  # fmt: skip
def test_a_layer_too_many_is_refused(group, reason, measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, measurement)
    with h5py.File(path, "a") as file:
        file.copy("layers/001_fc", f"layers/{group}")
    assert_refused(read_measurement, path, reason)


def test_a_layer_that_is_missing_is_noticed(measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, measurement)
    with h5py.File(path, "a") as file:
        del file["layers/000_stage.conv1"]
    assert_refused(read_measurement, path, "layers: got 1 layers, but not numbers from 0 to 0")


@pytest.mark.parametrize("value", [-1, 1.0, "1", np.array([1, 2]), True])
def test_an_axis_of_units_that_is_none_is_refused(value, measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, measurement)
    with h5py.File(path, "a") as file:
        file["layers/001_fc"].attrs["unit_axis"] = value
    assert_refused(read_measurement, path, r"layers/001_fc: unit_axis: got .*, expected a whole number, 0 or more")


def test_rounding_noise_of_other_axes_is_refused(measurement, tmp_path):
    path = tmp_path / "a.h5"
    layer = replace(measurement.layers[1], rounding_noise=np.zeros((1, 5)))
    write_measurement(path, replace(measurement, layers=[layer]))
    reason = r"layers/000_fc/rounding_noise: got axes \['aggregation', 'unit'\] of \(1, 5\), expected .* of \(2, 5\)"
    assert_refused(read_measurement, path, reason)


@pytest.mark.parametrize("shape", [(1, 3), (2, 2), (3, 2)])
def test_variance_of_other_axes_is_refused(shape, measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, replace(measurement, layers=[random_layer("fc", 4, shape)]))
    found = ", ".join(map(str, (*shape, 4)))
    reason = rf"layers/000_fc/transformation_std: got axes \[.*\] of \({found}\), expected .* of \(2, 3, 4\)"
    assert_refused(read_measurement, path, reason)


def test_statistics_of_unequal_lengths_are_refused(measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, measurement)
    with h5py.File(path, "a") as file:
        values = file["layers/001_fc/sample_std"][..., 1:]
        del file["layers/001_fc/sample_std"]
        file["layers/001_fc/sample_std"] = values
    assert_refused(read_measurement, path, "layers/001_fc/sample_std: got axes")


def test_axes_in_another_order_are_refused(measurement, tmp_path):
    path = tmp_path / "a.h5"
    layer = random_layer("fc", 2)
    write_measurement(
        path, replace(measurement, layers=[layer], aggregations=["mean", "max"], sample_sets=["all", "cat", "x"])
    )
    with h5py.File(path, "a") as file:
        file["layers/000_fc/sample_std"].dims[0].label = "unit"
        file["layers/000_fc/sample_std"].dims[2].label = "aggregation"
    reason = r"layers/000_fc/sample_std: got axes \['unit', 'sample_set', 'aggregation'\] of \(2, 3, 2\), expected"
    assert_refused(read_measurement, path, reason)


@pytest.mark.parametrize("statistic", ["transformation_std", "sample_std", "rounding_noise"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -1e-9])
def test_numbers_that_no_measurement_gives_are_refused(statistic, value, measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, measurement)
    with h5py.File(path, "a") as file:
        file[f"layers/001_fc/{statistic}"][1, ..., 3] = value
    assert_refused(read_measurement, path, f"layers/001_fc/{statistic}: holds numbers that are not finite, or below 0")


@pytest.mark.parametrize(("name", "value", "reason"), [
    ("angles_degrees", np.array([0, np.nan, 1, 2]), "angle: got .*, expected finite numbers"),
    ("accuracy", np.ones((3, 3)), r"accuracy: got \(3, 3\) numbers, expected shares"),
    ("accuracy", np.full((3, 4), 1.5), "accuracy: got .* numbers, expected shares"),
    ("accuracy", np.full((3, 4), np.nan), "accuracy: got .* numbers, expected shares"),
    ("n_samples", np.array([7, 4]), r"n_samples: got \(2,\) numbers for 3 sample sets"),
    ("n_test", np.array([9, 5]), r"n_test: got \(2,\) numbers for 3 sample sets"),
    ("n_test", np.array([9, 3, 4]), r"n_test: got \[9 3 4\], expected at least n_samples, \[7 4 3\]"),
    ("n_test", np.array([9, np.nan, 4]), "n_test: got .*, expected at least n_samples"),
    ("layers", [], "'layers' doesn't exist"),
])  # fmt: skip
def test_a_variance_file_whose_parts_do_not_fit_is_refused(name, value, reason, measurement, tmp_path):
    write_measurement(tmp_path / "a.h5", replace(measurement, **{name: value}))
    assert_refused(read_measurement, tmp_path / "a.h5", reason)


@pytest.mark.parametrize("name", ["model", "seed", "spec", "checkpoint_sha256"])
def test_a_variance_file_with_an_attribute_missing_is_refused(name, measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, measurement)
    with h5py.File(path, "a") as file:
        del file.attrs[name]
    assert_refused(read_measurement, path, f"attribute {name} is missing")


def test_the_variance_file_of_another_run_is_refused(measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, measurement)
    assert read_measurement(path, RUN).attributes["seed"] == 4
    with pytest.raises(ValueError, match="training: got rotated, expected unrotated"):
        read_measurement(path, {**RUN, "training": "unrotated"})


@pytest.mark.parametrize("value", [np.array([0.1, 0.2]), np.array([0.1, np.nan, 0.2]), np.array([0.1, -0.1, 0.1])])
def test_a_dataset_file_without_sound_statistics_is_refused(value, dataset, tmp_path):
    path = tmp_path / "a.h5"
    write_dataset(path, dataset)
    with h5py.File(path, "a") as file:
        del file["std"]
        file["std"] = value
    assert_refused(read_dataset, path, "std: got .*, expected a number for each of 3 channels")


@pytest.mark.parametrize("part", [
    "layers", "sample_set", "n_samples", "n_test", "accuracy", "layers/001_fc/sample_std", "layers/001_fc/rounding_noise",
])  # fmt: skip
def test_a_variance_file_with_a_part_missing_is_refused(part, measurement, tmp_path):
    path = tmp_path / "a.h5"
    write_measurement(path, measurement)
    with h5py.File(path, "a") as file:
        del file[part]
    assert_refused(read_measurement, path, part.rpartition("/")[2])


def test_equal_content_makes_equal_bytes(dataset, measurement, tmp_path):
    for folder in ("first", "second"):
        write_dataset(tmp_path / folder / "dataset.h5", dataset)
        write_measurement(tmp_path / folder / "variance.h5", measurement)
        write_history(tmp_path / folder / "history.csv", [history_row(1)])
        if folder == "first":
            time.sleep(1.1)  # HDF5's own clock counts seconds
    for name in ("dataset.h5", "variance.h5", "history.csv"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


@pytest.fixture(params=["dataset", "variance"])
def hdf5_file(request, tmp_path):
    """Return a written file of either layout, what reads it, and what reads the other layout."""
    path = tmp_path / "a.h5"
    if request.param == "dataset":
        write_dataset(path, request.getfixturevalue("dataset"))
        return path, read_dataset, read_measurement
    write_measurement(path, request.getfixturevalue("measurement"))
    return path, read_measurement, read_dataset


@pytest.mark.parametrize("kept", [0, 0.02, 0.5, 0.999])
def test_truncated_files_are_refused(kept, hdf5_file):
    path, read, _ = hdf5_file
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert_refused(read, path)


def test_files_of_another_layout_are_refused(hdf5_file):
    path, _, read_other = hdf5_file
    assert_refused(
        read_other, path, "got 'rotational-variance [a-z]+ [14]', expected 'rotational-variance [a-z]+ [14]'"
    )


def test_files_of_others_are_refused(hdf5_file):
    path, read, _ = hdf5_file
    path.write_text("epoch,loss\n")
    assert_refused(read, path)
    with h5py.File(path, "w") as file:
        file["x"] = 1
    assert_refused(read, path, "got 'no format'")


def test_missing_files_are_said_to_be_missing(hdf5_file):
    path, read, _ = hdf5_file
    path.unlink()
    with pytest.raises(FileNotFoundError, match=re.escape(str(path))):
        read(path)


def test_history_keeps_floats_exactly(tmp_path):
    rows = [
        history_row(1, train_loss=0.1 + 0.2, test_upright_loss=1 / 3, test_rotated_loss=5e-324),
        history_row(2, train_loss=1.7976931348623157e308, test_upright_accuracy=1.0, test_rotated_accuracy=math.inf),
    ]
    write_history(tmp_path / "history.csv", rows)
    assert read_history(tmp_path / "history.csv") == rows
    assert (tmp_path / "history.csv").read_bytes().startswith(",".join(COLUMNS).encode() + b"\n1,")


@pytest.mark.parametrize(
    "header", ["", "epoch,loss", ",".join(COLUMNS[:-1]), ",".join(COLUMNS[::-1]), ",".join((*COLUMNS, "more"))]
)
def test_history_with_other_columns_is_refused(header, tmp_path):
    path = tmp_path / "history.csv"
    path.write_text(f"{header}\n1,1,1,1,1,1,1\n")
    with pytest.raises(
        ValueError,
        match=rf"^{re.escape(str(path))}: not a whole history \(got columns .*, expected {', '.join(COLUMNS)}",
    ):
        read_history(path)


def test_a_history_without_training_has_empty_cells(tmp_path):
    row = history_row(0, train_loss=math.nan, train_accuracy=math.nan, test_upright_loss=2.5)
    write_history(tmp_path / "history.csv", [row])
    assert (tmp_path / "history.csv").read_text().splitlines()[1].startswith("0,,,2.5,")
    (read,) = read_history(tmp_path / "history.csv")
    assert {name: value for name, value in read.items() if not name.startswith("train_")} == {
        name: value for name, value in row.items() if not name.startswith("train_")
    }
    assert math.isnan(read["train_loss"])
    assert math.isnan(read["train_accuracy"])


@pytest.mark.parametrize("line", [
    "2,0.5", "2,0.5,x,0,0,0,0", "2,0,0,0,0,0,0,0", "2,,,0,0,0,0", "2,nan,0,0,0,0,0", "0,,,,0,0,0", "0,,,0,0,0,nan",
    ",,,0,0,0,0", "nan,,,0,0,0,0",
])  # fmt: skip
def test_a_damaged_line_of_a_history_is_named(line, tmp_path):
    path = tmp_path / "history.csv"
    write_history(path, [history_row(1)])
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(ValueError, match=rf"^{re.escape(str(path))}: not a whole history \(line 3: "):
        read_history(path)


def test_history_without_epochs_is_refused(tmp_path):
    path = tmp_path / "history.csv"
    write_history(path, [])
    with pytest.raises(ValueError, match=rf"^{re.escape(str(path))}: not a whole history \(it holds no epochs"):
        read_history(path)


def test_a_history_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "history.csv"
    path.write_bytes(b"\x80\x02")
    with pytest.raises(ValueError, match=rf"^{re.escape(str(path))}: not a whole history"):
        read_history(path)


def test_a_row_of_unknown_columns_is_not_written(tmp_path):
    path = tmp_path / "history.csv"
    with pytest.raises(ValueError, match="loss"):
        write_history(path, [history_row(1), history_row(2, loss=0.5)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_figures_are_the_same_bytes_each_time(suffix, tmp_path):
    files = [tmp_path / f"{name}.{suffix}" for name in ("first", "second")]
    for file in files:
        with style():
            write_figure(file, accuracy("title", make_results()))
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert first.startswith({"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[suffix])


PUBLISHED = PROJECT / "workflow" / "resources" / "published.csv"


def training_spec(rotate, epochs=5):
    return {"training": {"rotate": rotate, "epochs": epochs}}


@pytest.fixture(scope="module")
def published():
    return read_published(PUBLISHED, ["mnist", "cifar10"])


def test_the_published_values_of_the_study_are_read(published):
    assert published["cifar10", "simple_conv", 180, "normalized_variance_mean_all"] == 0.544
    assert published["mnist", "resnet", 0, "accuracy_rotated"] == 0.418
    assert len(published) == 2 * 4 * 2 * 6  # datasets, models, trainings; 2 accuracies and 4 values of M


def test_nothing_was_published_of_other_images_of_the_same_name():
    """Only the dataset's source tells; a study may call its own images mnist."""
    sources = {
        "mnist": {"source": "torchvision", "name": "MNIST", "root": "x"}, "cifar10": {"source": "images", "path": "x"},
        "digits": {"source": "scikit-learn", "name": "digits"},
    }  # fmt: skip
    assert find_published(sources, ["mnist", "cifar10", "digits"]) == ["mnist"]
    assert find_published(sources | {"mnist": {"source": "torchvision", "name": "FashionMNIST"}}, ["mnist"]) == []
    assert {dataset for dataset, *_ in read_published(PUBLISHED, ["mnist"])} == {"mnist"}


def test_published_values_attach_by_what_a_training_does(published):
    rotated = published_of(published, "cifar10", "simple_conv", training_spec(180))
    assert rotated["normalized_variance_mean_all"] == 0.544
    assert len(rotated) == 6
    assert published_of(published, "cifar10", "simple_conv", training_spec(180.0)) == rotated
    assert published_of(published, "cifar10", "simple_conv", training_spec(0))["accuracy_rotated"] == 0.234
    for spec in (training_spec(45), training_spec(0, epochs=0), training_spec(180, epochs=0)):
        assert published_of(published, "cifar10", "simple_conv", spec) == {}
    assert published_of(published, "digits", "simple_conv", training_spec(0)) == {}
