"""Finished results are kept, and taken from there when the same comes back."""

import errno
import json
import os
import shutil
from dataclasses import replace

import pytest

from helpers.one_run import STEM, OneRun
from rv_study import before_run
from rv_study.errors import ConfigError
from rv_study.finished import Finished, unrecorded
from rv_study.forced import VARIABLE, force, is_forced
from rv_study.kept_list import list_kept
from rv_study.kept_store import RECORD, Result, Store
from rv_study.links import link
from rv_study.made_by import describe

RESULT = Result("train", "a_b_rotated_seed0", ("training.epochs: 3", "fit.py: 0a"), (("dataset", "d1"),))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "results/.kept")


@pytest.fixture
def files(tmp_path):
    """Two files of one result, in their places."""
    folder = tmp_path / "results/checkpoints"
    folder.mkdir(parents=True)
    paths = [folder / "a.pt", folder / "a.csv"]
    for path in paths:
        path.write_text(f"content of {path.name}\n")
    return paths


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "a.log"
    path.write_text("epoch 1\n")
    return path


@pytest.fixture
def without_links(monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", refuse)  # as between two disks


def no_part_of(folder):
    return not list(folder.rglob("*.part"))


# ---- links


def test_a_link_is_the_same_file_and_replaces_what_is_there(files, tmp_path):
    target = tmp_path / "new folder/b.pt"
    for _ in range(2):  # the second time, it is there already
        assert link(files[0], target)
        assert os.path.samefile(files[0], target)
    assert link(files[1], target)
    assert target.read_text() == "content of a.csv\n"
    assert no_part_of(tmp_path)


def test_a_copy_serves_where_there_are_no_links(files, tmp_path, without_links):
    target = tmp_path / "b.pt"
    assert not link(files[0], target)
    assert target.read_bytes() == files[0].read_bytes()
    assert not os.path.samefile(files[0], target)
    assert no_part_of(tmp_path)


def test_a_missing_file_is_not_hidden_by_a_copy(tmp_path):
    with pytest.raises(FileNotFoundError):
        link(tmp_path / "none", tmp_path / "b.pt")
    assert not (tmp_path / "b.pt").exists()


# ---- the store


@pytest.mark.parametrize("other", [
    {"stage": "measure"}, {"run": "a_b_rotated_seed1"}, {"made_by": ("training.epochs: 4", "fit.py: 0a")},
    {"made_by": ("training.epochs: 3", "fit.py: 0b")}, {"inputs": (("dataset", "d2"),)},
])  # fmt: skip
def test_all_that_makes_a_result_is_in_its_key(other):
    assert replace(RESULT, made_by=("fit.py: 0a", "training.epochs: 3", "fit.py: 0a")).key == RESULT.key
    assert replace(RESULT, **other).key != RESULT.key


def test_a_kept_result_takes_no_space_and_survives_what_replaces_it(store, files, log):
    assert store.find(RESULT.key) is None
    assert not store.holds(RESULT, files)
    assert store.keep(RESULT, files, log)
    entry = store.find(RESULT.key)
    assert replace(entry.result, made_by=RESULT.made_by) == RESULT
    assert set(entry.result.made_by) == set(RESULT.made_by)
    assert os.path.samefile(files[0], entry.folder / "a.pt")
    assert store.holds(RESULT, files)
    for path in files:
        path.unlink()
        path.write_text("of other numbers")
    assert entry.find_damage() == ""
    assert not store.holds(RESULT, files)
    assert [kept.result.key for kept in store.entries()] == [RESULT.key]


def test_a_kept_result_that_was_changed_in_place_is_damaged(store, files, log):
    store.keep(RESULT, files, log)
    with open(files[0], "a") as file:
        file.write("more")
    assert store.find(RESULT.key).find_damage() == "a.pt has changed since"
    (store.folder / RESULT.key / "a.pt").unlink()
    assert store.find(RESULT.key).find_damage() == "a.pt: No such file or directory"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": "rotational-variance kept 0"}', None])
def test_a_result_without_a_whole_record_is_not_there(store, files, log, content):
    store.keep(RESULT, files, log)
    path = store.folder / RESULT.key / RECORD
    path.unlink() if content is None else path.write_text(content)
    assert store.find(RESULT.key) is None
    assert list(store.entries()) == []
    store.keep(RESULT, files, log)  # as when it was stopped while keeping
    assert store.find(RESULT.key).find_damage() == ""


# ---- jobs


@pytest.fixture(scope="module")
def kept_once(finished_run, tmp_path_factory):
    run = OneRun(shutil.copytree(finished_run.folder, tmp_path_factory.mktemp("kept") / "run"))
    run.kept = run.folder / ".kept"
    run.train()
    run.measure()
    return run


@pytest.fixture
def kept_run(restore_torch, kept_once, tmp_path):
    """A copy of a run whose results are kept, by hard links."""
    run = OneRun(shutil.copytree(kept_once.folder, tmp_path / "one_run"))
    run.kept = run.folder / ".kept"
    for path in (run.checkpoint, run.history, run.variance):
        (kept,) = run.kept.glob(f"*/{path.name}")
        link(kept, path)
    return run


def results_of(run):
    return [path.read_bytes() for path in (run.checkpoint, run.history, run.variance)]


def test_jobs_take_what_the_same_numbers_made(kept_run, capfd):
    before, (said, _) = results_of(kept_run), ((kept_run.folder / "job.log").read_text(), capfd.readouterr())
    assert "samples a forward pass" in said
    for path in (kept_run.checkpoint, kept_run.history, kept_run.variance):
        path.unlink()
    kept_run.train()
    assert "epoch 3/3" in (kept_run.folder / "job.log").read_text()  # how it was trained
    kept_run.measure()
    assert results_of(kept_run) == before
    lines = capfd.readouterr().err.strip().splitlines()
    assert [line.partition(": ")[0] for line in lines if line] == [f"train {STEM}", f"measure {STEM}"]
    assert all(": taken from " in line for line in lines if line)


def test_jobs_of_other_numbers_leave_the_kept_results_alone(kept_run, capfd):
    before = results_of(kept_run)
    kept_run.train(learning_rate=0.02)
    kept_run.measure()
    assert "taken" not in capfd.readouterr().err
    assert results_of(kept_run)[0] != before[0]
    kept_run.train()
    kept_run.measure()
    assert capfd.readouterr().err.count("taken from") == 2
    assert results_of(kept_run) == before


def test_what_is_forced_is_made_again(kept_run, capfd, monkeypatch):
    monkeypatch.setenv(VARIABLE, "")
    before = results_of(kept_run)
    force([("train", STEM), ("measure", "another_run")])
    assert is_forced("train", STEM)
    kept_run.train()
    assert "taken" not in capfd.readouterr().err
    kept_run.measure()
    assert f"measure {STEM}: taken" in capfd.readouterr().err
    assert results_of(kept_run) == before


def test_other_bytes_of_the_same_numbers_are_kept_beside(kept_run, monkeypatch, restore_torch):
    before = results_of(kept_run)[0]
    monkeypatch.setenv(VARIABLE, f"train/{STEM}")
    for kept_run.threads in (2, 1, 2):
        kept_run.train()
    checkpoints = {path.read_bytes() for path in kept_run.kept.glob("*/*.pt")}
    assert checkpoints == {before, kept_run.checkpoint.read_bytes()}
    assert len(checkpoints) == 2


def test_studies_that_take_one_result_share_no_file(kept_run):
    """Snakemake touches what a job has made: it would take the other study's file for a new one."""
    (kept,) = kept_run.kept.glob("*/*.h5")
    assert os.path.samefile(kept, kept_run.variance)
    kept_run.variance = kept_run.variance.rename(kept_run.folder / "other.h5").with_name(kept_run.variance.name)
    kept_run.measure()
    assert not os.path.samefile(kept, kept_run.variance)
    assert kept.read_bytes() == kept_run.variance.read_bytes()
    (kept_run.folder / "other.h5").unlink()
    kept_run.measure()
    assert os.path.samefile(kept, kept_run.variance)  # which takes no space


def test_a_damaged_kept_result_is_not_used_and_is_kept_anew(kept_run, capfd):
    before = results_of(kept_run)
    (kept,) = kept_run.kept.glob("*/*.csv")
    kept_run.history.unlink()
    kept.write_text("something else\n")
    kept_run.train()
    assert f"{kept.parent}: not used ({kept.name} has changed since)" in capfd.readouterr().err
    assert results_of(kept_run) == before
    assert kept.read_bytes() == before[1]


def test_a_resume_file_of_other_numbers_stays(kept_run):
    kept_run.resume.write_text("unfinished, of other numbers")
    kept_run.train()
    assert kept_run.resume.exists()
    os.utime(kept_run.resume, (0, 0))  # left by the kept training itself, which was killed before it deleted this file
    kept_run.train()
    assert not kept_run.resume.exists()


def test_a_result_that_cannot_be_kept_is_finished_all_the_same(one_run, capfd):
    one_run.kept = one_run.folder / "taken/.kept"
    one_run.kept.parent.write_text("a file, where a folder should be")
    one_run.train()
    assert one_run.checkpoint.exists()
    assert not one_run.resume.exists()
    assert f"train {STEM}: finished, but not kept: " in capfd.readouterr().err


def test_a_good_kept_result_survives_a_failure_to_keep(store, files, log, monkeypatch):
    store.keep(RESULT, files, log)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OSError, match="No space left"):
        store.keep(RESULT, files, log)
    assert store.find(RESULT.key).find_damage() == ""


def test_a_disk_that_fills_up_while_keeping_loses_nothing(kept_run, capfd, monkeypatch):
    before = results_of(kept_run)
    shutil.rmtree(kept_run.kept)
    real = os.link

    def full(source, target):
        if ".kept" in str(target) and str(target).endswith(".part") and "csv" in str(target):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    monkeypatch.setattr(os, "link", full)
    kept_run.train()
    assert "finished, but not kept: " in (said := capfd.readouterr().err)
    assert "No space left on device" in said
    assert results_of(kept_run) == before
    assert not any(kept_run.kept.rglob("*.pt"))


def test_copies_are_said_once(kept_run, capfd, without_links):
    shutil.rmtree(kept_run.kept)
    kept_run.train()
    kept_run.measure()
    assert capfd.readouterr().err.count("no hard links to there") == 1
    before = results_of(kept_run)
    kept_run.train()
    assert "taken from" in capfd.readouterr().err
    assert results_of(kept_run) == before


# ---- before a run


def finished(files, log, **changes):
    values = {"result": RESULT, "files": files, "log": log, "runs_again": True, "forced": False}
    return Finished(**(values | {"inputs_now": RESULT.inputs} | changes))


def now(epochs):
    return lambda stage, run: [f"training.epochs: {epochs}", "fit.py: 0a"]


def test_what_is_about_to_be_replaced_is_kept_and_said(store, files, log):
    found = [finished(files, log)]
    assert before_run.keep_finished(store, found) == []
    assert store.holds(RESULT, files)
    assert before_run.announce(store, found, now(4)) == [
        "1 finished training is about to be run again:",
        "    training.epochs: 3 -> 4: a_b_rotated_seed0",
        f"Its results are kept in {store.folder}, and come back with the same numbers (make kept lists them).",
    ]
    assert before_run.announce(store, found, now(3)) == [
        f"1 training is taken from {store.folder}, where the same numbers made it before: a_b_rotated_seed0"
    ]


def test_what_hangs_on_the_images_is_said_to_be_open(store, files, log):
    lines = before_run.announce(store, [finished(files, log, inputs_now=None)], now(3))
    assert lines[:2] == [
        "1 finished training may be run again:",
        "    if the images of the dataset change: a_b_rotated_seed0",
    ]


def test_many_runs_are_counted_and_some_named(store, files, log):
    runs = [replace(RESULT, run=f"a_b_rotated_seed{seed}") for seed in range(5)]
    found = [finished(files, log, result=result) for result in runs]
    text = "\n".join(before_run.announce(store, found, now(4)))
    assert "5 finished trainings are about to be run again:" in text
    assert "training.epochs: 3 -> 4: a_b_rotated_seed0, a_b_rotated_seed1, a_b_rotated_seed2 and 2 more" in text


@pytest.mark.parametrize(("changes", "reason"), [
    ({"inputs_now": None}, "if the images of the dataset change"), ({"forced": True}, "asked for"),
    ({"inputs_now": (("dataset", "d2"),)}, "the images of the dataset have changed"),
])  # fmt: skip
def test_a_training_runs_again_for_other_reasons_than_numbers(store, files, log, changes, reason):
    found = [finished(files, log, **changes)]
    before_run.keep_finished(store, found)
    assert f"    {reason}: a_b_rotated_seed0" in before_run.announce(store, found, now(3))


def test_what_stays_is_kept_once_and_not_spoken_of(store, files, log):
    found = [finished(files, log, runs_again=False)]
    before_run.keep_finished(store, found)
    assert store.holds(RESULT, files)
    assert before_run.announce(store, found, now(4)) == []


def test_what_nobody_knows_the_numbers_of_is_kept_by_its_bytes(store, files, log):
    found = [finished(files, log, result=unrecorded("train", RESULT.run, files))]
    before_run.keep_finished(store, found)
    assert store.holds(found[0].result, files)
    assert "    made by numbers that are not recorded: a_b_rotated_seed0" in before_run.announce(store, found, now(3))
    assert "| not recorded " in list_kept(store, {("train", RESULT.run): ["a: 1"]}, {})


def test_a_file_that_was_changed_in_its_place_replaces_no_kept_result(store, files, log):
    store.keep(RESULT, files, log)
    files[0].unlink()
    files[0].write_text("put here by a user")
    before_run.keep_finished(store, [finished(files, log)])
    assert store.find(RESULT.key).find_damage() == ""
    assert len(list(store.entries())) == 2


def test_bytes_that_are_kept_are_not_kept_under_other_numbers(store, files, log):
    """As after --touch, where Snakemake records today's numbers for yesterday's files."""
    store.keep(RESULT, files, log)
    touched = replace(RESULT, made_by=("training.epochs: 4", "fit.py: 0a"))
    before_run.keep_finished(store, [finished(files, log, result=touched)])
    assert [entry.result.key for entry in store.entries()] == [RESULT.key]


def test_a_run_that_would_lose_a_result_does_not_begin(tmp_path, files, log):
    (tmp_path / "a file").touch()
    store = Store(tmp_path / "a file/.kept")
    assert before_run.keep_finished(store, [finished(files, log, runs_again=False)]) == []
    with pytest.raises(ConfigError, match=rf"{files[0]} is finished, is about to be made again, and cannot be kept; "):
        before_run.keep_finished(store, [finished(files, log)])
    assert files[0].exists()


# ---- the list


@pytest.mark.parametrize(("before", "after", "words"), [
    (["a: 1"], ["a: 1"], ""),
    (["a: 1", "b: x: y"], ["a: 2", "b: x: y"], "a: 1 -> 2"),
    (["a: 1"], ["c: 1"], "a: 1 -> none; c: none -> 1"),
    (["m/fit.py: 1", "t.yaml: 1", "a: 1"], ["m/fit.py: 2", "t.yaml: 2", "a: 3"], "a: 1 -> 3; code of fit.py, t.yaml"),
    ([f"{x}.py: 1" for x in "abcd"], [f"{x}.py: 2" for x in "abcd"], "code of a.py, b.py, 2 more files"),
])  # fmt: skip
def test_differences_in_words(before, after, words):
    assert describe(before, after) == words


def test_the_list_names_runs_numbers_and_sizes(store, files, log, tmp_path):
    assert list_kept(store, {}, {}) == f"{store.folder}: nothing is kept"
    store.keep(RESULT, files, log)
    digest = json.loads((store.folder / RESULT.key / RECORD).read_text())["files"]["a.pt"]
    variance = tmp_path / "a.h5"
    variance.write_bytes(b"x" * 20_000)
    measured = Result("measure", RESULT.run, ("measurement.angles: 16",), (("checkpoint", digest), ("dataset", "d1")))
    store.keep(measured, [variance], log)
    variance.unlink()
    other = replace(RESULT, run="c_d_rotated_seed0")
    store.keep(other, files, log)
    today = {
        ("train", RESULT.run): ["training.epochs: 4", "fit.py: 0a"],
        ("measure", RESULT.run): list(measured.made_by),
    }
    dataset = tmp_path / "d.h5"
    dataset.write_text("other images")
    _, _, *rows, _, total = list_kept(store, today, {RESULT.run: str(dataset)}).splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row.pop(3) for row in cells] == [RESULT.key, measured.key, other.key]
    assert cells == [
        [RESULT.run, "network", "training.epochs: 3, today 4; other images", "0.00"],
        [RESULT.run, "measurement", "training.epochs: 3, today 4; other images", "0.02"],
        [other.run, "network", "not a run of this study", "0.00"],
    ]
    assert total == f"{store.folder}: 3 results, 0.02 MB, of which 0.02 MB lie nowhere else"
    dataset.unlink()
    now = today | {("train", RESULT.run): list(RESULT.made_by)}
    assert list_kept(store, now, {RESULT.run: str(dataset)}).count("| nothing ") == 2
