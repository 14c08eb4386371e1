"""Where the study runs may be full, closed to it, or taken by another Snakemake: it says so, and nothing is lost."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import h5py
import pytest

from helpers import dry_runs
from helpers.one_run import STEM
from helpers.projects import TINY, files_of, snakemake
from helpers.tiny_data import tiny_images, write_zip
from rv_study.errors import ConfigError
from rv_study.places import check_keys, check_name, check_not_held, check_source

CHECKPOINT, VARIANCE = f"results/checkpoints/{STEM}.pt", f"results/variance/{STEM}.h5"


SNAKEMAKE = [sys.executable, "-m", "snakemake"]


def arguments_for(target):
    return [target, "--cores", "2", "--configfile", str(TINY)]


def run(folder, *further, before=()):
    """Run Snakemake in `folder`, under the commands `before`: its exit status, and what it says."""
    done = snakemake(folder, *arguments_for(CHECKPOINT), *further, before=before)
    return done.returncode, done.stdout


@contextmanager
def closed(folder):
    """Take the right to write away from a folder, for a while."""
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(0o755)


@pytest.fixture
def folder(project):
    write_zip(project.folder / "tiny.zip", tiny_images())
    return project.folder


# ---- a disk that is full


WRITERS = {  # job: what it writes
    "make_dataset": ["dataset"], "train": ["resume", "history", "checkpoint"], "measure": ["variance"],
    "plot": ["digest", "headline", "history_figure"], "plot_models": ["models_figure"],
    "tabulate": ["global_csv", "global_md", "global_tex", "layers_csv", "accuracy_csv", "accuracy_md", "claims_md",
                 "findings_txt"],
}  # fmt: skip


@pytest.mark.parametrize(("job", "output"), [(job, output) for job, outputs in WRITERS.items() for output in outputs])
def test_a_full_disk_is_one_line(one_run, capfd, job, output):
    path = getattr(one_run, output)
    path.unlink(missing_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.symlink_to("/dev/full")  # the real error of the operating system
    capfd.readouterr()
    with pytest.raises(SystemExit) as caught:
        getattr(one_run, job)()
    assert caught.value.code == 1
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert line.startswith("Error: ")
    assert line.endswith(
        f": {path}: cannot be written (No space left on device); free some space, then run the same command again"
    )
    assert not path.exists()
    assert not temporary.is_symlink()
    getattr(one_run, job)()
    assert path.exists() or output == "resume"


def test_a_log_that_cannot_be_written_is_one_line(one_run, capfd):
    log = one_run.folder / "job.log"
    log.unlink()
    log.symlink_to("/dev/full")
    with pytest.raises(SystemExit):
        one_run.make_dataset()
    (line,) = capfd.readouterr().err.strip().splitlines()
    why = "cannot be written (No space left on device); free some space, then run the same command again"
    assert line == f"Error: dataset tiny: {log}: {why}"


def in_small_disk(folder, size, command):
    """Run a shell command in `folder`, over which a disk of `size` is mounted that starts with a copy of it."""
    script = """
        set -e
        copy=$(mktemp -d)
        cp -r "$1/." "$copy"
        mount -t tmpfs -o size="$2" small "$1"
        cp -r "$copy/." "$1"
        cd "$1"
        eval "$3"
    """
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", script, "bash", folder, size, command],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.long
def test_a_study_goes_on_once_there_is_space_again(folder, tmp_path_factory, tiny_study):
    if in_small_disk(tmp_path_factory.mktemp("try"), "1m", "true").returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    outside = tmp_path_factory.mktemp("outside")
    command = shlex.join([*SNAKEMAKE, *arguments_for(VARIANCE)])
    done = in_small_disk(folder, "4m", f"""
        head -c $(($(df --output=avail -k . | tail -1) - 170))k /dev/zero > ballast
        {command} > '{outside}/first.txt' 2>&1 && exit 7
        ls -A results/checkpoints results/variance > '{outside}/left.txt' || true
        rm ballast
        {command}
        cp -r results '{outside}'
    """)  # fmt: skip
    first = (outside / "first.txt").read_text()
    assert done.returncode == 0, first + done.stdout
    assert "No space left on device" in first
    assert "Traceback" not in first
    assert ".part" not in (outside / "left.txt").read_text()
    for path in (VARIANCE, CHECKPOINT, f"results/checkpoints/{STEM}.csv"):
        assert (outside / path).read_bytes() == (tiny_study / path).read_bytes()


# ---- a folder that may not be written to


@pytest.fixture
def without_privileges():
    """Return what to put before a command, so that the rights of files hold for it even if root runs the tests."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv to change that")
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"]


def test_a_project_that_may_not_be_written_to_is_one_line(folder, without_privileges):
    with closed(folder):
        code, output = run(folder, before=without_privileges)
    assert code != 0
    assert f"\n{folder}: cannot be written to; get the right to, or run in a copy of the project\n" in output
    assert "Traceback" not in output


def test_results_that_may_not_be_written_to_are_one_line(folder, without_privileges):
    datasets = folder / "results/datasets"
    datasets.mkdir(parents=True)
    (datasets / "another.h5").touch()
    with closed(datasets):
        code, output = run(folder, before=without_privileges)
    assert code != 0
    assert (
        "\nError: dataset tiny: results/datasets/tiny.h5: cannot be written (Permission denied); "
        "get the right to write there, then run the same command again\n"
    ) in output
    assert "Traceback" not in output
    assert [path.name for path in datasets.iterdir()] == ["another.h5"]


@pytest.mark.parametrize("name", [
    "results", *(pytest.param(name, marks=pytest.mark.long) for name in (".snakemake", "results/plots", "results/.kept"))
])  # fmt: skip
def test_a_link_to_nothing_is_one_line(project, name):
    path = project.folder / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to("/no/such/scratch")
    code, output = dry_runs.snakemake(project.folder, "-n", "results/plots/resnet_mnist.png")
    assert code == 1
    assert f"\n{path}: is a link to /no/such/scratch, which is not there; make that folder\n" in output
    assert "Traceback" not in output


def test_braces_in_the_path_of_the_project_are_one_line_and_elsewhere_do_no_harm(project, make_project, tmp_path):
    braced, run_in = tmp_path / "my {project}", tmp_path / "run {in}"
    for folder in (braced, run_in):
        folder.mkdir()
    make_project(braced)
    code, output = dry_runs.snakemake(braced, "-n")
    assert code == 1
    assert f"\n{braced}: Snakemake reads braces in this path as wildcards; rename the folder, without them\n" in output
    assert "Traceback" not in output
    write_zip(run_in / "data {x}.zip", tiny_images(3, 2))
    config = "datasets={tiny: {source: images, path: 'data {x}.zip'}}"
    arguments = ["results/datasets/tiny.h5", "--snakefile", "../Snakefile", "--config", config]
    code, output = dry_runs.snakemake(run_in, *arguments)
    assert code == 0, output
    assert (run_in / "results/datasets/tiny.h5").is_file()
    assert dry_runs.dry_run(run_in, *arguments).jobs == set()


@pytest.mark.parametrize("name", [".snakemake", "results"])
def test_a_closed_or_misplaced_folder_is_one_line(folder, without_privileges, name):
    (folder / name).write_text("")
    code, output = run(folder)
    assert code != 0
    assert f"\n{folder}/{name}: is a file, but has to be a folder; move it away\n" in output
    (folder / name).unlink()
    (folder / name).mkdir(mode=0o555)
    code, output = run(folder, before=without_privileges)
    assert code != 0
    assert f"\n{folder}/{name}: cannot be written to; get the right to, or run in a copy of the project\n" in output
    assert "Traceback" not in output


def test_only_the_records_and_results_need_be_writable(folder, without_privileges):
    for name in (".snakemake", "results"):
        (folder / name).mkdir()
    with closed(folder):
        code, output = run(folder, "-n", before=without_privileges)
    assert code == 0, output


# ---- two at once


@pytest.mark.long
def test_a_second_snakemake_is_told_so_and_the_first_goes_on(folder, tiny_study):
    with subprocess.Popen(
        [*SNAKEMAKE, *arguments_for(CHECKPOINT)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as first:
        while first.poll() is None and not (folder / f"results/logs/train/{STEM}.log").exists():
            time.sleep(0.01)
        code, output = run(folder)
        assert code != 0
        assert "Directory cannot be locked" in output
        assert "Traceback" not in output
        first_output = first.communicate(timeout=120)[0]
        assert first.returncode == 0, first_output
    assert (folder / CHECKPOINT).read_bytes() == (tiny_study / CHECKPOINT).read_bytes()


# ---- names that a shell would read


def test_names_in_the_config_reach_no_shell(project):
    name = "a$(touch pwned);touch pwned2;'\"`touch pwned3` b.zip"
    write_zip(project.folder / name, tiny_images())
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    (project.folder / "mine.yaml").write_text(f'datasets: {{tiny: {{path: "{quoted}"}}}}\n')
    done = project.snakemake(
        "results/datasets/tiny.h5", "--configfile", str(TINY), "mine.yaml", "--config",
        f'datasets={{other: {{source: images, path: "{quoted}"}}}}',
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert (project.folder / "results/datasets/tiny.h5").exists()
    assert not list(project.folder.glob("**/pwned*"))


# ---- the same bytes


@pytest.mark.long
def test_two_whole_studies_from_nothing_are_the_same_byte_for_byte(make_project, tmp_path, tiny_study):
    project = make_project(tmp_path)
    write_zip(tmp_path / "tiny.zip", tiny_images())
    assert project.snakemake("--cores", "1", "--configfile", str(TINY)).returncode == 0
    files, again = (files_of(folder / "results", ".kept", "logs", "benchmarks") for folder in (tmp_path, tiny_study))
    assert len(files) == 2 + 8 * 3 + 4 * 19 + 7 + 2 + 8 + 1  # datasets, runs, figures, the example, tables and the page
    assert files == again


def test_missing_images_are_told_before_their_job_or_refused_where_a_dataset_was_made_of_them(tmp_path):
    source, made = {"source": "images", "path": str(tmp_path / "pets")}, tmp_path / "pets.h5"
    missing = f"dataset pets: {tmp_path}/pets: no such folder or archive"
    assert check_source("pets", source, made) == f"{missing}; put it there, or correct `path` in the config"
    made.touch()
    with pytest.raises(
        ConfigError, match=f"^{re.escape(missing)}, but {re.escape(str(made))} was made from it; put it"
    ):
        check_source("pets", source, made)
    (tmp_path / "pets").mkdir()
    assert check_source("pets", source, made) is None
    assert check_source("mnist", {"source": "torchvision", "root": "nowhere"}, made) is None


def test_a_notice_of_missing_images_says_that_their_path_is_none(tmp_path):
    notice = check_source("pets", {"source": "images", "path": "https://example.org/a.zip"}, tmp_path / "pets.h5")
    assert "no such folder or archive (addresses are not fetched: download it); put it there" in notice


def test_a_dataset_that_is_open_for_writing_is_refused(tmp_path):
    path = tmp_path / "mine.h5"
    check_not_held(path)
    with h5py.File(path, "w") as file:
        file["a"] = 1
    content = path.read_bytes()
    check_not_held(path)
    with h5py.File(path, "r+"):
        assert path.read_bytes() != content
        with pytest.raises(ConfigError, match=f"^{re.escape(str(path))}: another program has it open for writing, or"):
            check_not_held(path)
    assert path.read_bytes() == content
    with h5py.File(path, "r"):
        check_not_held(path)


def test_a_project_whose_path_is_no_text_is_refused():
    check_name(Path("/home/caf\u00e9"))
    with pytest.raises(ConfigError, match=r"^/home/caf\\xe9: this path is not UTF-8; rename the folder$"):
        check_name(Path("/home/caf\udce9"))


@pytest.mark.parametrize(("content", "said"), [
    ("study: {seeds: [0], models: [a],\n  seeds: [1]}", "line 2: seeds is there twice; make one of the two"),
    ("a: [{b: 1, b: 2}]", "line 1: b is there twice; make one of the two"),
    ("study: {}\ndatasets: {}\nstudy: {}", "line 3: study is there twice; make one of the two"),
])  # fmt: skip
def test_a_key_of_a_config_that_is_there_twice_is_refused(content, said, tmp_path):
    (tmp_path / "mine.yaml").write_text(content)
    with pytest.raises(ConfigError, match=f"^{re.escape(f'{tmp_path}/mine.yaml: {said}')}$"):
        check_keys(tmp_path / "mine.yaml")


@pytest.mark.parametrize("content", [
    "a: {c: 1}\nb: {c: 1}", "[a, a]", "", "a: [", "\x00", "a: &x {b: *x}", "a: &x {}\nb: {<<: *x, <<: *x}", '{1: a, "1": b}',
    "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9 if i else ['1'])}]" for i in range(12)),
])  # fmt: skip
def test_other_configs_pass(content, tmp_path):
    (tmp_path / "mine.yaml").write_text(content)
    check_keys(tmp_path / "mine.yaml")
    check_keys(tmp_path / "none.yaml")
