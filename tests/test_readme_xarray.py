"""The READMEs' lines for xarray, in an environment that holds what their `pip install` brings, and nothing else."""

import json
import re
import shlex
import subprocess
import sys

import pytest

from helpers.projects import PROJECT
from rotational_variance.storage.measurement_reader import read_measurement

READMES = ["README.md", "results/README.md"]
SHOWN = "results/variance/simple_conv_mnist_rotated_seed0.h5"
ENGINES = {"h5netcdf h5py": "h5netcdf", "netCDF4": "netcdf4"}
OPEN = """
import json, sys, xarray as xr
tree = xr.open_datatree(sys.argv[1], engine=sys.argv[2])
print(json.dumps(tree["layers/000_conv1"].normalized_variance.sel(aggregation="mean", sample_set="all").values.tolist()))
"""


def lines_of(readme):
    """Return the packages that a README has installed, and its Python lines."""
    text = (PROJECT / readme).read_text(encoding="utf-8")
    (packages,) = re.findall(r"`pip install\s(xarray\s[^`]+)`", text)
    (lines,) = re.findall(r"```python\n(import xarray.*?)```", text, re.DOTALL)
    return shlex.split(packages), lines


@pytest.mark.parametrize("readme", READMES)
def test_the_readmes_install_all_that_opens_the_file(readme):
    packages, _ = lines_of(readme)
    assert packages == ["xarray", "h5netcdf", "h5py", "pandas"]  # h5netcdf brings no h5py


@pytest.fixture(scope="module")
def make_environment(tmp_path_factory):
    """Return a function that makes an environment of these packages, and returns its Python."""
    made = {}

    def make(*packages):
        if packages not in made:
            folder = tmp_path_factory.mktemp("environment")
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            pip = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
            done = subprocess.run(pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if re.search(r"No matching distribution|Temporary failure|Connection|timed out", done.stdout):
                pytest.skip(f"no index to install from: {done.stdout.strip().splitlines()[-1]}")
            assert done.returncode == 0, done.stdout
            made[packages] = folder / "bin/python"
        return made[packages]

    return make


def run(python, *arguments):
    done = subprocess.run(
        [python, "-W", "error", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.long
@pytest.mark.parametrize("readme", READMES)
def test_the_lines_work_in_a_fresh_environment(finished_run, make_environment, readme):
    packages, lines = lines_of(readme)
    script = finished_run.folder / "lines.py"
    script.write_text(lines.replace(SHOWN, str(finished_run.variance)) + "print(list(tree['layers']))\n")
    assert "000_conv1" in run(make_environment(*packages), script)


@pytest.mark.long
@pytest.mark.parametrize("reader", ENGINES)
def test_each_reader_reads_the_same_numbers(finished_run, make_environment, reader):
    python = make_environment("xarray", *reader.split(), "pandas")
    read = json.loads(run(python, "-c", OPEN, finished_run.variance, ENGINES[reader]))
    assert read == read_measurement(finished_run.variance).layers[0].normalized_variance[0, 0].tolist()
