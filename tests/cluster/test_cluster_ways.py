"""Other ways to a cluster: a site's table of partitions, a module of another workflow, a scratch folder of each node."""

import shutil

import pytest

from helpers.clusters import wait_for
from helpers.one_run import STEM
from helpers.projects import TINY

pytestmark = [pytest.mark.cluster, pytest.mark.long]
CHECKPOINT = f"results/checkpoints/{STEM}.pt"
VARIANCE = f"results/variance/{STEM}.h5"


def test_a_table_of_partitions_says_where_jobs_go(study):
    """It has names of its own for limits, and is no profile: main is the default of the cluster."""
    table = study.folder / "partitions.yaml"
    table.write_text("partitions: {high: {max_runtime: 60, max_mem_mb: 4000, max_threads: 2}}\n")
    study.start(CHECKPOINT, "--slurm-partition-config", str(table)).finish()
    (job,) = study.jobs()
    assert job["partition"] == "high"
    assert job["time"] == "20:00"
    assert (study.folder / CHECKPOINT).exists()


def test_jobs_are_submitted_as_an_array(study, here):
    both = [f"results/checkpoints/{STEM.replace('rotated', training)}.pt" for training in ("unrotated", "rotated")]
    study.start(*both, "--slurm-array-jobs", "train", "--config", "execution={memory_mb: {train: 1500}}").finish()
    assert len({job["number"].split("_")[0] for job in study.jobs()}) == 1
    assert len(study.jobs()) == 2
    for target in both:
        assert (study.folder / target).read_bytes() == here(target)[target.removeprefix("results/")]


def test_jobs_of_a_module_are_submitted_and_make_the_same_bytes(study, here):
    (study.folder / "Snakefile").write_text(f"""
import yaml
from snakemake.utils import update_config

inner = {{}}
for path in ("config/config.yaml", {str(TINY)!r}):
    with open(path) as file:
        update_config(inner, yaml.safe_load(file))

module inner:
    snakefile: "workflow/Snakefile"
    config: inner

use rule * from inner as inner_*
""")
    study.start(VARIANCE).finish()
    assert sorted(job["rule"].split("_wildcards")[0] for job in study.jobs()) == [
        "rule_inner_measure",
        "rule_inner_train",
    ]
    assert study.files() == here(VARIANCE)


@pytest.mark.skipif(shutil.which("rsync") is None, reason="no rsync, with which the storage plugin copies files")
def test_jobs_compute_in_a_scratch_folder_of_their_node(study, here, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    there = ["--default-storage-provider", "fs", "--remote-job-local-storage-prefix", str(scratch)]
    there += ["--shared-fs-usage", "persistence", "software-deployment", "sources"]
    run = study.start(CHECKPOINT, *there)
    wait_for(lambda: list(scratch.rglob(f"{STEM}.lock")))
    run.finish()
    study.start(VARIANCE, *there).finish()  # which knows the images of the first
    asked = {job["rule"].split("_")[1]: int(job["memory"].removesuffix("M")) for job in study.jobs()}
    assert 500 < asked["train"] < 4000
    assert 500 < asked["measure"] < 4000
    no_result = "datasets/tiny.source.json"
    assert study.files() == {name: made for name, made in here(VARIANCE).items() if name != no_result}
    assert "Nothing to be done" in study.start(VARIANCE, *there).finish()
