"""Bad input and bad places end in one clear line, an exit status, and nothing left behind: one table a kind of file."""

import functools
import gzip
import io
import re
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest
import torch
from PIL import Image

from helpers.hostile_files import write_checkpoint_that_runs_code, write_pickle_that_runs_code
from helpers.one_run import RUN, STEM
from helpers.raw_files import write_idx, write_raw
from helpers.tiny_data import tiny_images, write_zip
from rotational_variance.storage.hdf5 import writing_hdf5
from rotational_variance.storage.history_layout import COLUMNS
from rotational_variance.storage.tensor_file import write_tensors
from rotational_variance.training.resume import ResumeFile


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


def test_a_sound_run_goes_through(one_run):
    for job in (
        one_run.make_dataset,
        one_run.train,
        one_run.measure,
        one_run.plot,
        one_run.plot_models,
        one_run.tabulate,
    ):
        job()
    assert one_run.digest.stat().st_size > 10_000
    assert "simple_conv" in one_run.global_csv.read_text()


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
def test_a_damaged_download(one_run, refused, damage):
    write_raw(one_run.folder, "MNIST")
    damage(one_run.folder / "MNIST/raw")
    source = {"source": "torchvision", "name": "MNIST", "root": str(one_run.folder)}
    line = refused(functools.partial(one_run.make_dataset, source), one_run.dataset)
    assert line.startswith(
        f"Error: dataset tiny: MNIST could not be read from {one_run.folder}, nor downloaded into it ("
    )
    assert "they are damaged: move them away" in line
    assert "delete" not in line


@pytest.mark.usefixtures("no_network")
def test_a_download_without_a_network(one_run, refused, tmp_path):
    source = {"source": "torchvision", "name": "CIFAR10", "root": str(tmp_path / "elsewhere")}
    line = refused(functools.partial(one_run.make_dataset, source), one_run.dataset)
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
    (some_images(**{"train/../../x.png": PNG}), "member train/../../x.png points outside it; such an archive is not read"),
    (some_images(**{"train/3/9.pgm": OTHER_SIZE}), "train/3/9.pgm has 7 x 9 pixels (width x height), expected a square;"),
    (some_images(**{"train/3/9.png": PNG[:60]}), "train/3/9.png cannot be read as an image"),
    (some_images(**{"train/3/9.png": b"<html>404</html>"}), "train/3/9.png cannot be read as an image"),
    (some_images(**{"test/extra/1.png": PNG, "test/extra/2.png": PNG}), "test/extra is a class that train/ lacks"),
    (no_test_images(), "no folder test/<class> in it"),
    ({}, "no folder train/<class> in it"),
])  # fmt: skip
def test_a_bad_zip_of_images(one_run, refused, files, message):
    write_zip(one_run.zip, files)
    line = refused(one_run.make_dataset, one_run.dataset)
    assert f"{one_run.zip}: {message}" in line
    assert not (one_run.folder.parent / "x.png").exists()


@pytest.mark.parametrize(
    "damage", [cut, lambda path: path.write_bytes(b""), lambda path: path.write_text("<html></html>")]
)
def test_a_zip_that_is_none(one_run, refused, damage):
    damage(one_run.zip)
    line = refused(one_run.make_dataset, one_run.dataset)
    assert f"{one_run.zip}: not a whole zip file" in line
    assert "copy or download it again" in line


@pytest.mark.usefixtures("no_network")
def test_files_of_an_old_torchvision_come_first(one_run, refused):
    write_raw(one_run.folder, "MNIST")
    former = one_run.folder / "MNIST/processed"
    former.mkdir()
    for name in ("training.pt", "test.pt"):
        (former / name).write_text("x")
    source = {"source": "torchvision", "name": "MNIST", "root": str(one_run.folder)}
    line = refused(functools.partial(one_run.make_dataset, source), one_run.dataset)
    assert line.endswith(
        f"{former} holds files of an old torchvision, which are read before all others, and are damaged; delete that folder"
    )


def test_what_was_converted_is_said(one_run, capfd):
    """On the terminal, in the log and in the file."""
    ink = io.BytesIO()
    Image.new("LA", (12, 12), (0, 100)).save(ink, "PNG")
    write_zip(one_run.zip, {**tiny_images(), "train/0/a.png": ink.getvalue(), "train/0/Thumbs.db": b"x"})
    one_run.make_dataset()
    said = "of 101 images: 1 transparent, laid on white"
    assert said in capfd.readouterr().err
    log = (one_run.folder / "job.log").read_text().splitlines()
    assert log[0].endswith("10 classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9")
    assert log[1:] == [said, "passed over: Thumbs.db"]
    with h5py.File(one_run.dataset) as file:
        assert file.attrs["conversions"] == '{"transparent, laid on white": 1}'


def test_a_folder_that_is_not_there(one_run, refused):
    source = {"source": "images", "path": str(one_run.folder / "none")}
    line = refused(functools.partial(one_run.make_dataset, source), one_run.dataset)
    assert line.endswith("no such folder or archive; put it there, or correct `path` in the config")


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


FOREIGN = {another_file, write_something_else}  # perhaps the user's own


@pytest.mark.parametrize(("damage", "reason"), [
    (cut, ""), (empty, ""), (another_file, ""), (remove("test/images"), "test/images|images"), (remove("std"), "std"),
    (overwrite("train/labels", np.full(60, 11)), "got labels from 11 to 11, expected 0 to 9"),
    (overwrite("test/labels", np.zeros(3, int)), r"got \(3,\) labels for 40 images"),
    (overwrite("mean", np.array([np.nan])), "mean: got "),
    (write_something_else, "got 'something else', expected 'rotational-variance dataset 1'"),
])  # fmt: skip
def test_a_damaged_dataset_file(one_run, refused, damage, reason):
    damage(one_run.dataset)
    line = refused(one_run.train, one_run.checkpoint, one_run.history)
    expected = rf"Error: train {STEM}: {re.escape(str(one_run.dataset))}: not a whole file of this study \(.*({reason})"
    assert re.match(expected, line)
    assert line.endswith(f"{'move it away' if damage in FOREIGN else 'delete it'}, rule dataset makes it again")


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
    (cut, "not a whole checkpoint of this study"), (empty, "not a whole checkpoint"),
    (flip_a_bit, r"not a whole checkpoint of this study \(archive/data/\d+ is damaged\)"),
])  # fmt: skip
def test_a_damaged_checkpoint(one_run, refused, damage, reason):
    line = refused_checkpoint(one_run, refused, damage, reason)
    assert line.endswith("delete it, rule train makes it again")


@pytest.mark.parametrize(("damage", "reason"), [
    (another_file, "not a whole checkpoint"),
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
def test_a_checkpoint_that_is_another_one(one_run, refused, damage, reason):
    line = refused_checkpoint(one_run, refused, damage, reason)
    assert line.endswith("move it away, rule train makes it again")


def refused_checkpoint(one_run, refused, damage, reason):
    damage(one_run.checkpoint)
    line = refused(one_run.measure, one_run.variance)
    assert re.match(rf"Error: measure {STEM}: {re.escape(str(one_run.checkpoint))}: .*{reason}", line)
    return line


@pytest.mark.parametrize("write", [write_pickle_that_runs_code, write_checkpoint_that_runs_code])
def test_a_checkpoint_that_would_run_code(one_run, refused, write):
    marker = one_run.folder / "code_was_run"
    write(one_run.checkpoint, marker)
    line = refused(one_run.measure, one_run.variance)
    assert f"{one_run.checkpoint}: not a whole checkpoint of this study" in line
    assert line.endswith("move it away, rule train makes it again")
    assert not marker.exists()


def saved_network(path):
    torch.save(torch.nn.Linear(2, 2), path)


@pytest.mark.parametrize("write", [saved_network, lambda path: write_zip(path, {"thesis.txt": b"all of it"})])
def test_somebody_elses_file_in_place_of_a_checkpoint(one_run, refused, write):
    write(one_run.checkpoint)
    line = refused(one_run.measure, one_run.variance)
    assert line.endswith("move it away, rule train makes it again")


def test_a_training_that_diverges(one_run, refused):
    job = functools.partial(one_run.train, learning_rate=1e30)
    line = refused(job, one_run.checkpoint, one_run.history)
    assert line.startswith(f"Error: train {STEM}: training stopped: the loss became ")
    assert line.endswith("; lower training.learning_rate")


LAYER = "layers/000_conv1"


@pytest.mark.parametrize("job", ["plot", "plot_models", "tabulate"])
@pytest.mark.parametrize(("damage", "reason"), [
    (cut, ""), (empty, ""), (another_file, ""), (remove("angle"), "angle"),
    (remove(f"{LAYER}/sample_std"), "sample_std"), (remove_attribute("spec"), "attribute spec is missing"),
    (remove_attribute("format"), "got 'no format'"),
    (overwrite("n_samples", np.arange(3)), r"n_samples: got \(3,\) numbers for 11 sample sets"),
    (overwrite(f"{LAYER}/sample_std", np.zeros((11, 2, 2))), f"{LAYER}/sample_std: got axes"),
    (lambda path: set_value(path, np.nan), "holds numbers that are not finite, or below 0"),
    (lambda path: set_attribute(path, "training", "unrotated"), "training: got unrotated, expected rotated"),
])  # fmt: skip
def test_a_damaged_variance_file(one_run, refused, damage, reason, job):
    damage(one_run.variance)
    outputs = {
        "plot": [one_run.digest, one_run.headline],
        "plot_models": [one_run.models_figure],
        "tabulate": one_run.tables.values(),
    }[job]
    line = refused(getattr(one_run, job), *outputs)
    assert re.search(rf"{re.escape(str(one_run.variance))}: not a whole file of this study \(.*{reason}", line)
    is_sound = any(part in reason for part in ("no format", "expected rotated")) or damage is another_file
    assert line.endswith(f"{'move it away' if is_sound else 'delete it'}, rule measure makes it again")


def test_a_variance_file_that_another_program_holds(one_run, refused):
    before = one_run.variance.read_bytes()
    holding = "import h5py, sys; file = h5py.File(sys.argv[1], 'r+'); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, one_run.variance], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        program.stdout.readline()
        line = refused(one_run.tabulate, *one_run.tables.values())
        program.communicate(b"\n")
    why = "is locked by another program; close that program, then run the same command again"
    assert line == f"Error: tables: {one_run.variance}: {why}"
    assert one_run.variance.read_bytes() == before
    one_run.tabulate()


def test_a_file_that_cannot_be_opened(one_run, refused):
    one_run.variance.unlink()
    one_run.variance.mkdir()
    line = refused(one_run.tabulate, *one_run.tables.values())
    assert f"{one_run.variance}: cannot be opened (" in line
    assert "delete" not in line


def set_value(path, value):
    with h5py.File(path, "a") as file:
        file[f"{LAYER}/transformation_std"][0, 0, 0] = value


def set_attribute(path, name, value):
    with h5py.File(path, "a") as file:
        file.attrs[name] = value


@pytest.mark.parametrize(("content", "advice"), [
    ("", "delete it"), (f"{','.join(COLUMNS)}\n1,2\n", "delete it"), ("epoch,train_lo", "delete it"),
    ("epoch,train_loss,lr\n1,2,3\n", "move it away"), ("epoch\n1\n", "move it away"), ("<html></html>", "move it away"),
])  # fmt: skip
def test_a_damaged_history(one_run, refused, content, advice):
    one_run.history.write_text(content)
    line = refused(one_run.tabulate, *one_run.tables.values())
    assert f"{one_run.history}: " in line
    assert line.endswith(f"{advice}, rule train makes it again")


# ---- resume files


def unfinished(one_run, **changes):
    """Leave a training as it is after its first epoch."""
    save = ResumeFile.save

    def save_and_stop(*arguments):
        save(*arguments)
        raise OSError("stopped here")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResumeFile, "save", save_and_stop)
        with pytest.raises(SystemExit):
            one_run.train(**changes)
    return one_run.resume


def test_a_training_goes_on_where_it_stopped(one_run, capfd):
    before = one_run.checkpoint.read_bytes(), one_run.history.read_bytes()
    file = unfinished(one_run)
    one_run.train()
    assert f"train {STEM}: going on after epoch 1, from {file}" in capfd.readouterr().err
    assert (one_run.checkpoint.read_bytes(), one_run.history.read_bytes()) == before
    assert not file.exists()


@pytest.mark.parametrize(("damage", "reason"), [
    (cut, "not a whole resume file"), (empty, "not a whole resume file"), (another_file, "not a whole resume file"),
    (lambda path: shutil.copy(path.with_name(f"{STEM}.pt"), path), "its format is not 'rotational-variance resume 1'"),
])  # fmt: skip
def test_a_damaged_resume_file_is_not_used(one_run, capfd, damage, reason):
    before = one_run.checkpoint.read_bytes(), one_run.history.read_bytes()
    file = unfinished(one_run)
    damage(file)
    capfd.readouterr()
    one_run.train()
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert re.fullmatch(
        rf"train {STEM}: {re.escape(str(file))}: .*{reason}.*; not used, the training begins anew", line
    )
    assert (one_run.checkpoint.read_bytes(), one_run.history.read_bytes()) == before
    assert not file.exists()


def test_the_resume_file_of_another_training_is_not_used(one_run, capfd):
    before = one_run.checkpoint.read_bytes(), one_run.history.read_bytes()
    file = unfinished(one_run, learning_rate=0.02)
    capfd.readouterr()
    one_run.train()
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert line == (
        f"train {STEM}: {file}: belongs to another training (training.learning_rate: 0.02; now "
        "training.learning_rate: 0.01); not used, the training begins anew"
    )
    assert (one_run.checkpoint.read_bytes(), one_run.history.read_bytes()) == before


def test_the_resume_file_of_other_data_or_threads_is_not_used(one_run, capfd):
    unfinished(one_run)
    capfd.readouterr()
    one_run.threads = 2
    unfinished(one_run)
    assert "belongs to another training (threads: 1; now threads: 2); not used" in capfd.readouterr().err
    write_zip(one_run.zip, tiny_images(6, 5))
    one_run.make_dataset()
    one_run.train()
    assert re.search(
        r"belongs to another training \(dataset: \w{64}; now dataset: \w{64}\); not used", capfd.readouterr().err
    )
