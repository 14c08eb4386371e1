"""Bad input and bad places end in one clear line, an exit status, and nothing left behind: one table a kind of file."""

import functools
import gzip
import re
import shutil

import h5py
import numpy as np
import pytest
import torch

from jobs import SCRIPTS, run_job
from rotational_variance import resume
from rotational_variance.storage.files import writing_hdf5
from rotational_variance.storage.tensors import write_tensors
from test_checkpoints import write_checkpoint_that_runs_code, write_pickle_that_runs_code
from test_sources import no_network, write_idx, write_raw  # noqa: F401 (a fixture)
from tiny_data import tiny_images, write_zip

RUN = {"model": "simple_conv", "dataset": "tiny", "training": "rotated", "seed": 0}
STEM = "simple_conv_tiny_rotated_seed0"
SPEC = {
    "model": {"width": 2, "hidden": 4},
    "training": {
        "epochs": 3, "batch_size": 16, "learning_rate": 0.01, "weight_decay": 0, "schedule": "one_cycle",
        "test_rotation_seed": 0, "rotate": True,
    },
}  # fmt: skip
MEASUREMENT = {"angles": 3, "n_samples": "all", "precision": "float32"}


@pytest.fixture(autouse=True)
def restore():
    n_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(n_threads)
    torch.use_deterministic_algorithms(False)


class Place:
    """A folder with the files of one run, and the four jobs that make them."""

    def __init__(self, folder):
        self.folder = folder
        self.zip, self.dataset = folder / "tiny.zip", folder / "tiny.h5"
        self.checkpoint, self.history = folder / f"{STEM}.pt", folder / f"{STEM}.csv"
        self.variance, self.figure = folder / f"{STEM}.h5", folder / "figure.png"
        self.table = folder / "table.csv"

    def make_dataset(self, source=None):
        run_job(
            "dataset", self.folder, reads={}, writes={"only": self.dataset}, dataset="tiny",
            params={"source": source or {"source": "images", "path": str(self.zip)}},
        )  # fmt: skip

    def train(self, **changes):
        spec = {**SPEC, "training": {**SPEC["training"], **changes}}
        run_job(
            "train", self.folder, reads={"dataset": self.dataset}, run=STEM,
            writes={"checkpoint": self.checkpoint, "history": self.history},
            params={"0": f"training: {changes}", "run": RUN, "spec": spec, "device": "cpu"},
        )  # fmt: skip

    def measure(self):
        passes = {"batch_size": "auto", "memory_format": "auto"}
        run_job(
            "measure", self.folder, reads={"dataset": self.dataset, "checkpoint": self.checkpoint}, run=STEM,
            writes={"only": self.variance},
            params={"run": RUN, "measurement": MEASUREMENT, "device": "cpu", "passes": passes},
        )  # fmt: skip

    def plot(self):
        folder = self.figure.parent
        run_job(
            "plot", self.folder, reads={"variances": [self.variance], "histories": [self.history]}, pair="x",
            writes={"headline": self.figure, "mean": folder / "mean.png", "max": folder / "max.png"},
            params={"runs": [RUN], "aggregation": "mean"},
        )  # fmt: skip

    def tabulate(self):
        published = SCRIPTS.parent / "resources/published.csv"
        run_job(
            "tables", self.folder, reads={"variances": [self.variance], "histories": [self.history], "published": published},
            writes={"csv": self.table, "md": self.table.with_suffix(".md")}, params={"runs": [RUN]},
        )  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("finished"))
    write_zip(place.zip, tiny_images())
    for job in (place.make_dataset, place.train, place.measure):
        job()
    return place


@pytest.fixture
def place(finished, tmp_path):
    """A copy of a finished run that may be changed."""
    return Place(shutil.copytree(finished.folder, tmp_path / "place"))


@pytest.fixture
def refused(capfd):
    """Return a function that runs a job, and checks that it ends as it should; it returns the one line."""

    def run(job, *outputs):
        for output in outputs:
            output.unlink(missing_ok=True)
        folder = outputs[0].parent
        before = {path.name for path in folder.iterdir()} | {"job.log"}
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            job()
        assert caught.value.code == 1
        (line,) = capfd.readouterr().err.strip().splitlines()
        assert line.startswith("Error: ")
        assert {path.name for path in folder.iterdir()} <= before
        return line

    return run


def test_a_sound_run_goes_through(place):
    for job in (place.make_dataset, place.train, place.measure, place.plot, place.tabulate):
        job()
    assert place.figure.stat().st_size > 10_000
    assert "simple_conv" in place.table.read_text()


# ---- where datasets come from


def cut(path, share=0.5):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def truncated_gzip(raw):
    images = raw / "train-images-idx3-ubyte"
    (raw / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(images.read_bytes())[:200])
    images.unlink()


def html_as_gzip(raw):
    (raw / "t10k-labels-idx1-ubyte").unlink()
    (raw / "t10k-labels-idx1-ubyte.gz").write_text("<html><body>404 Not Found</body></html>")


def wrong_magic_number(raw):
    path = raw / "train-images-idx3-ubyte"
    path.write_bytes(b"\x13\x37\x00\x07" + path.read_bytes()[4:])


def labels_out_of_range(raw):
    write_idx(raw / "train-labels-idx1-ubyte", np.array([0, 1, 2, 3, 4, 5, 200]))


def empty_split(raw):
    write_idx(raw / "t10k-images-idx3-ubyte", np.zeros((0, 6, 6)))
    write_idx(raw / "t10k-labels-idx1-ubyte", np.zeros(0))


def fewer_labels(raw):
    write_idx(raw / "train-labels-idx1-ubyte", np.arange(5))


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("damage", [
    truncated_gzip, html_as_gzip, wrong_magic_number, lambda raw: cut(raw / "train-images-idx3-ubyte"),
    labels_out_of_range, empty_split, fewer_labels,
])  # fmt: skip
def test_a_damaged_download(place, refused, damage):
    write_raw(place.folder, "MNIST")
    damage(place.folder / "MNIST/raw")
    source = {"source": "torchvision", "name": "MNIST", "root": str(place.folder)}
    line = refused(functools.partial(place.make_dataset, source), place.dataset)
    assert line.startswith(
        f"Error: dataset tiny: MNIST could not be read from {place.folder}, nor downloaded into it ("
    )
    assert "they are damaged: delete them" in line


@pytest.mark.usefixtures("no_network")
def test_a_download_without_a_network(place, refused, tmp_path):
    source = {"source": "torchvision", "name": "CIFAR10", "root": str(tmp_path / "elsewhere")}
    line = refused(functools.partial(place.make_dataset, source), place.dataset)
    assert "no network here" in line
    assert "Put it there by hand: cifar-10-python.tar.gz" in line


def some_images(**changes):
    return {**tiny_images(2, 2), **changes}


def no_test_images():
    return {name: content for name, content in tiny_images().items() if name.startswith("train")}


PNG = tiny_images(1, 1)["train/0/0.png"]
LARGE = some_images()
OTHER_SIZE = b"P5 7 9 255\n" + bytes(63)


@pytest.mark.parametrize(("files", "message"), [
    (some_images(**{"train/../../x.png": PNG}), "member train/../../x.png points outside the zip; such a zip is not read"),
    (some_images(**{"train/3/9.pgm": OTHER_SIZE}), "train/3/9.pgm has 7 x 9 pixels, the first image 12 x 12; make them equal"),
    (some_images(**{"train/3/9.png": PNG[:60]}), "train/3/9.png cannot be read as an image"),
    (some_images(**{"train/3/9.png": b"<html>404</html>"}), "train/3/9.png cannot be read as an image"),
    (some_images(**{"test/extra/1.png": PNG, "test/extra/2.png": PNG}), "test/extra is a class that train/ lacks"),
    (no_test_images(), "no folder test/<class> in it"),
    ({}, "no folder train/<class> in it"),
])  # fmt: skip
def test_a_bad_zip_of_images(place, refused, files, message):
    write_zip(place.zip, files)
    line = refused(place.make_dataset, place.dataset)
    assert f"{place.zip}: {message}" in line
    assert not (place.folder.parent / "x.png").exists()


@pytest.mark.parametrize(
    "damage", [cut, lambda path: path.write_bytes(b""), lambda path: path.write_text("<html></html>")]
)
def test_a_zip_that_is_none(place, refused, damage):
    damage(place.zip)
    line = refused(place.make_dataset, place.dataset)
    assert f"{place.zip}: not a whole zip file" in line
    assert "copy or download it again" in line


def test_a_folder_that_is_not_there(place, refused):
    source = {"source": "images", "path": str(place.folder / "none")}
    line = refused(functools.partial(place.make_dataset, source), place.dataset)
    assert line.endswith("no such folder or zip; put it there, or correct `path` in the config")


# ---- the files between the stages


def overwrite(name, value):
    def change(path):
        with h5py.File(path, "a") as file:
            del file[name]
            file[name] = value

    return change


def remove(name):
    def change(path):
        with h5py.File(path, "a") as file:
            del file[name]

    return change


def remove_attribute(name):
    def change(path):
        with h5py.File(path, "a") as file:
            del file.attrs[name]

    return change


def write_something_else(path):
    with writing_hdf5(path) as file:
        file.attrs["format"] = "something else"


def empty(path):
    path.write_bytes(b"")


def another_file(path):
    path.write_text("epoch,loss\n1,0.5\n")


@pytest.mark.parametrize(("damage", "reason"), [
    (cut, ""), (empty, ""), (another_file, ""), (remove("test/images"), "test/images|images"), (remove("std"), "std"),
    (overwrite("train/labels", np.full(60, 11)), "got labels from 11 to 11, expected 0 to 9"),
    (overwrite("test/labels", np.zeros(3, int)), r"got \(3,\) labels for 40 images"),
    (overwrite("mean", np.array([np.nan])), "mean: got "),
    (write_something_else, "got 'something else', expected 'rotational-variance dataset 1'"),
])  # fmt: skip
def test_a_damaged_dataset_file(place, refused, damage, reason):
    damage(place.dataset)
    line = refused(place.train, place.checkpoint, place.history)
    expected = rf"Error: train {STEM}: {re.escape(str(place.dataset))}: not a whole file of this study \(.*({reason})"
    assert re.match(expected, line)
    assert line.endswith("delete it, rule dataset makes it again")


def changed_checkpoint(**changes):
    def change(path):
        content = torch.load(path, weights_only=True)
        write_tensors(path, {**content, **changes})

    return change


def without_a_weight(path):
    content = torch.load(path, weights_only=True)
    content["state_dict"].popitem()
    write_tensors(path, content)


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    weights = torch.load(path, weights_only=True)["state_dict"]
    largest = max(weights.values(), key=torch.numel)
    content[content.index(largest.numpy().tobytes())] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(("damage", "reason"), [
    (cut, "not a whole checkpoint of this study"), (empty, "not a whole checkpoint"), (another_file, "not a whole checkpoint"),
    (flip_a_bit, r"not a whole checkpoint of this study \(archive/data/\d+ is damaged\)"),
    (changed_checkpoint(format="x"), "its format is not 'rotational-variance checkpoint 1'"),
    (changed_checkpoint(run={**RUN, "model": "resnet"}), "is the checkpoint of .*'resnet'.*, expected .*'simple_conv'"),
    (changed_checkpoint(run={**RUN, "training": "unrotated"}), "is the checkpoint of .*'unrotated'.*, expected .*'rotated'"),
    (changed_checkpoint(class_names=["cat", "dog"]), r"trained on 2 classes \(cat, dog\), .* has 10 \(0, 1, 2,"),
    (changed_checkpoint(model={"name": "vgg16", "n_channels": 1, "image_size": 12, "n_classes": 10, "width": 2}),
     "its weights do not fit the model .*vgg16"),
    (changed_checkpoint(model={"name": "simple_conv", "n_channels": 1, "image_size": 12, "n_classes": 7, "width": 2, "hidden": 4}),
     "its weights do not fit the model .*size mismatch"),
    (changed_checkpoint(model={"name": "unheard_of", "n_channels": 1, "image_size": 12, "n_classes": 7}), "got 'unheard_of'"),
    (without_a_weight, "its weights do not fit the model .*Missing key"),
])  # fmt: skip
def test_a_damaged_checkpoint(place, refused, damage, reason):
    damage(place.checkpoint)
    line = refused(place.measure, place.variance)
    assert re.match(rf"Error: measure {STEM}: {re.escape(str(place.checkpoint))}: .*{reason}", line)
    assert line.endswith("delete it, rule train makes it again")


@pytest.mark.parametrize("write", [write_pickle_that_runs_code, write_checkpoint_that_runs_code])
def test_a_checkpoint_that_would_run_code(place, refused, write):
    marker = place.folder / "code_was_run"
    write(place.checkpoint, marker)
    line = refused(place.measure, place.variance)
    assert f"{place.checkpoint}: not a whole checkpoint of this study" in line
    assert not marker.exists()


LAYER = "layers/000_conv1"


@pytest.mark.parametrize("job", ["plot", "tabulate"])
@pytest.mark.parametrize(("damage", "reason"), [
    (cut, ""), (empty, ""), (another_file, ""), (remove("angles_degrees"), "angles_degrees"),
    (remove(f"{LAYER}/sample_std"), "sample_std"), (remove_attribute("spec"), "attribute spec is missing"),
    (remove_attribute("format"), "got 'no format'"),
    (overwrite("n_samples", np.arange(3)), r"n_samples: got \(3,\) numbers for 11 sample sets"),
    (overwrite(f"{LAYER}/sample_std", np.zeros((11, 2, 2))), f"{LAYER}/sample_std: got axes"),
    (lambda path: set_value(path, np.nan), "holds numbers that are not finite, or below 0"),
    (lambda path: set_attribute(path, "training", "unrotated"), "training: got unrotated, expected rotated"),
])  # fmt: skip
def test_a_damaged_variance_file(place, refused, damage, reason, job):
    damage(place.variance)
    outputs = [place.figure] if job == "plot" else [place.table, place.table.with_suffix(".md")]
    line = refused(getattr(place, job), *outputs)
    assert re.search(rf"{re.escape(str(place.variance))}: not a whole file of this study \(.*{reason}", line)
    assert line.endswith("delete it, rule measure makes it again")


def set_value(path, value):
    with h5py.File(path, "a") as file:
        file[f"{LAYER}/transformation_std"][0, 0, 0] = value


def set_attribute(path, name, value):
    with h5py.File(path, "a") as file:
        file.attrs[name] = value


@pytest.mark.parametrize("content", ["", "epoch\n1\n", "<html></html>"])
def test_a_damaged_history(place, refused, content):
    place.history.write_text(content)
    line = refused(place.tabulate, place.table)
    assert f"{place.history}: " in line
    assert line.endswith("delete it, rule train makes it again")


# ---- resume files


def unfinished(place, **changes):
    """Leave a training as it is after its first epoch."""
    saved = resume.save

    def save_and_stop(*arguments):
        saved(*arguments)
        raise OSError("stopped here")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resume, "save", save_and_stop)
        with pytest.raises(SystemExit):
            place.train(**changes)
    return place.checkpoint.with_suffix(".resume.pt")


def test_a_training_goes_on_where_it_stopped(place, capfd):
    before = place.checkpoint.read_bytes(), place.history.read_bytes()
    file = unfinished(place)
    place.train()
    assert f"train {STEM}: going on after epoch 1, from {file}" in capfd.readouterr().err
    assert (place.checkpoint.read_bytes(), place.history.read_bytes()) == before
    assert not file.exists()


@pytest.mark.parametrize(("damage", "reason"), [
    (cut, "not a whole resume file"), (empty, "not a whole resume file"), (another_file, "not a whole resume file"),
    (lambda path: shutil.copy(path.with_name(f"{STEM}.pt"), path), "its format is not 'rotational-variance resume 1'"),
])  # fmt: skip
def test_a_damaged_resume_file_is_not_used(place, capfd, damage, reason):
    before = place.checkpoint.read_bytes(), place.history.read_bytes()
    file = unfinished(place)
    damage(file)
    capfd.readouterr()
    place.train()
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert re.fullmatch(
        rf"train {STEM}: {re.escape(str(file))}: .*{reason}.*; not used, the training begins anew", line
    )
    assert (place.checkpoint.read_bytes(), place.history.read_bytes()) == before
    assert not file.exists()


def test_the_resume_file_of_another_spec_is_not_used(place, capfd):
    before = place.checkpoint.read_bytes(), place.history.read_bytes()
    file = unfinished(place, learning_rate=0.02)
    capfd.readouterr()
    place.train()
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert line == (
        f"train {STEM}: {file}: belongs to another training (training: {{'learning_rate': 0.02}}); "
        "not used, the training begins anew"
    )
    assert (place.checkpoint.read_bytes(), place.history.read_bytes()) == before
