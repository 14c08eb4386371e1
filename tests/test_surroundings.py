"""What jobs find around them: no home, a file that another program holds, other packages of the same names."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.one_run import STEM
from helpers.projects import TINY, snakemake
from helpers.tiny_data import tiny_images, write_zip
from rv_study import surroundings

VARIABLES = ("HDF5_USE_FILE_LOCKING", "MPLBACKEND", "PYTHONPATH", "MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
HOLD = "import sys, h5py; file = h5py.File(sys.argv[1], 'r+'); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def prepare(monkeypatch, tmp_path):
    """Return a function that prepares an environment that is given, and returns what it set."""
    for folder in ("home", "scripts", "elsewhere", *(f"scripts/{package}" for package in surroundings.PACKAGES)):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    for package in surroundings.PACKAGES:
        (tmp_path / "scripts" / package / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)

    def of(**environment):
        before = {"HOME": str(tmp_path / "home"), **environment}
        with monkeypatch.context() as changed:
            for name in VARIABLES:
                changed.setenv(name, "")  # so that it is set back, whatever happens to it
                changed.delenv(name)
            for name, value in before.items():
                changed.setenv(name, value)
            changed.setattr(sys, "path", [str(tmp_path / "scripts"), *environment.get("PYTHONPATH", "").split(":")])
            surroundings.prepare(tmp_path / "scripts")
            return {name: os.environ[name] for name in VARIABLES if name in os.environ} | {"HOME": before["HOME"]}

    return of


def test_files_are_read_without_locks_unless_a_user_wants_them(prepare, tmp_path):
    assert prepare() == {"HDF5_USE_FILE_LOCKING": "FALSE", "HOME": str(tmp_path / "home")}
    assert prepare(HDF5_USE_FILE_LOCKING="TRUE")["HDF5_USE_FILE_LOCKING"] == "TRUE"


def test_the_display_of_a_notebook_is_not_used(prepare):
    assert prepare(MPLBACKEND="module://matplotlib_inline.backend_inline")["MPLBACKEND"] == "agg"
    assert prepare(MPLBACKEND="TkAgg")["MPLBACKEND"] == "TkAgg"
    assert "MPLBACKEND" not in prepare()


@pytest.mark.parametrize("package", surroundings.PACKAGES)
def test_the_projects_packages_come_first_if_there_are_others(prepare, tmp_path, package):
    scripts, elsewhere = str(tmp_path / "scripts"), str(tmp_path / "elsewhere")
    assert prepare(PYTHONPATH=elsewhere)["PYTHONPATH"] == elsewhere  # a user's own `tables` is theirs
    Path(elsewhere, f"{package}.py").touch()
    assert prepare(PYTHONPATH=elsewhere)["PYTHONPATH"] == f"{scripts}:{elsewhere}"
    assert prepare(PYTHONPATH=f"{scripts}:{elsewhere}")["PYTHONPATH"] == f"{scripts}:{elsewhere}"


@pytest.mark.parametrize(("environment", "in_project"), [
    ({"HOME": "/proc/1/nowhere"}, {"XDG_CACHE_HOME": "cache", "MPLCONFIGDIR": "matplotlib"}),
    ({"HOME": "/proc/nowhere"}, {"XDG_CACHE_HOME": "cache", "MPLCONFIGDIR": "matplotlib"}),  # where root seems to be allowed to
    ({"XDG_CACHE_HOME": "/proc/1/nowhere"}, {"XDG_CACHE_HOME": "cache"}),
    ({"XDG_CONFIG_HOME": "/dev/null"}, {"MPLCONFIGDIR": "matplotlib"}),
])  # fmt: skip
def test_caches_have_a_place(prepare, tmp_path, environment, in_project):
    expected = {name: str(tmp_path / ".snakemake" / folder) for name, folder in in_project.items()}
    without_others = {"HOME": str(tmp_path / "home"), "HDF5_USE_FILE_LOCKING": "FALSE", **environment, **expected}
    assert prepare(**environment) == without_others
    assert prepare(**environment, MPLCONFIGDIR="/mine")["MPLCONFIGDIR"] == "/mine"


@pytest.mark.long
def test_jobs_run_without_a_home_beside_other_packages_and_while_a_file_is_held(tiny_study, tmp_path, monkeypatch):
    folder = shutil.copytree(tiny_study, tmp_path / "copy")
    shutil.rmtree(folder / "results/tables")
    for name in (*surroundings.PACKAGES, "study", "dataset", "tables"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('another module of this name')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, "/proc/1/nowhere")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as in a notebook
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, folder / f"results/variance/{STEM}.h5"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout.readline() == "held\n"
        done = snakemake(folder, "results/tables/global.md", "--cores", "1", "--configfile", str(TINY))
        holder.stdin.close()
    assert done.returncode == 0, done.stdout
    assert (folder / "results/tables/global.md").read_bytes() == (tiny_study / "results/tables/global.md").read_bytes()
    assert "atplotlib" not in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.long
@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(["unshare", "--net", "true"], check=False).returncode,
    reason="no network can be taken from a process here",
)
def test_a_machine_without_a_network_trains_and_measures(project):
    write_zip(project.folder / "tiny.zip", tiny_images())
    target = f"results/variance/{STEM}.h5"
    without = ("unshare", "--net")
    done = snakemake(project.folder, target, "--cores", "1", "--configfile", str(TINY), before=without)
    assert done.returncode == 0, done.stdout
    assert (project.folder / target).exists()
