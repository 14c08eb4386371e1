"""Other ways to a cluster: a site's table of partitions, and the workflow as a module of another one."""

import pytest

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
