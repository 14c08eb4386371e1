"""Studies for the SLURM on this machine that `make test-cluster` starts."""

import shutil
import subprocess

import pytest

from helpers.clusters import Cluster, Study, wait_for
from helpers.projects import TINY, Project


@pytest.fixture(scope="session")
def slurm():
    if shutil.which("sinfo") is None or subprocess.run(["sinfo"], capture_output=True, check=False).returncode:
        pytest.skip("no SLURM runs here: make test-cluster installs and starts one")
    cluster = Cluster()
    if "tiny" not in cluster.ask("scontrol", "show", "config").partition("ClusterName")[2].splitlines()[0]:
        pytest.skip("the SLURM here is not the one of the tests")
    return cluster


@pytest.fixture
def study(slurm, tmp_path):
    study = Study(tmp_path / "study", slurm)
    yield study
    study.stop()


@pytest.fixture
def whole_cluster(slurm):
    """The cluster, of which a test may stop parts, for no other test runs meanwhile; all of it is there afterwards."""
    yield slurm
    slurm.set_state("UP")
    for node in ("n1", "n2"):
        slurm.call("node_up", node)
    wait_for(
        lambda: slurm.ask("sinfo", "--noheader", "--partition=main", "--states=idle", "--format=%D").strip() == "2"
    )


@pytest.fixture(scope="session")
def here(slurm, tmp_path_factory):
    """Return a function to the results of a target that were made on this machine alone, without SLURM."""
    made = {}

    def make(target: str, *config: str) -> dict[str, bytes]:
        if (target, config) not in made:
            study = Study(tmp_path_factory.mktemp("here") / "study", slurm)
            done = Project.snakemake(study, target, "--cores", "2", "--configfile", str(TINY), *config)
            assert done.returncode == 0, done.stdout
            made[target, config] = study.files()
        return made[target, config]

    return make
