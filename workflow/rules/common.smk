"""What all rules share: the checked config, the runs, each run's numbers, and fingerprints of code and environments."""

import os
import shlex
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Not workflow.source_path, which gives a copy of one file: the folder itself, also if another workflow uses this one.
RULES = Path(workflow.current_basedir.get_path_or_uri(secret_free=False)).resolve()
SCRIPTS = RULES.parent / "scripts"
sys.path.insert(0, str(SCRIPTS))

from study import config as study_config, fingerprints, runs as study_runs
from study.errors import ConfigError

# Snakemake puts its Python unquoted into the shell commands that start jobs; this lets them start where its path holds
# a space. (Paths without one are not changed by quoting.)
if not sys.executable.startswith("'"):
    sys.executable = shlex.quote(sys.executable)

try:
    study_config.check(
        config,
        schema_path=RULES.parent / "schemas" / "config.schema.yaml",
        models_folder=SCRIPTS / "rotational_variance" / "models",
    )
except ConfigError as error:
    raise WorkflowError(str(error)) from None


RUNS = {run.stem: run for run in study_runs.list_runs(config)}
EXECUTION = study_runs.canonical(config["execution"])
PAIRS = list(dict.fromkeys(run.pair for run in RUNS.values()))


wildcard_constraints:
    run="|".join(RUNS),
    pair="|".join(PAIRS),
    dataset="|".join(config["datasets"]),


def runs_of_pair(pair):
    return [run for run in RUNS.values() if run.pair == pair]


def spec_of(run, *sections):
    """The numbers of a run that some stages use."""
    numbers = study_runs.spec(config, RUNS[run])
    return {section: numbers[section] for section in sections}


def code_of(script, environment, run=None):
    """What a script runs, and in what; a run's architecture is found by its name, so its file is added by name."""
    further = []
    if run is not None:
        further.append(SCRIPTS / "rotational_variance" / "models" / f"{RUNS[run].model}.py")
    return fingerprints.fingerprint(SCRIPTS / script, *further) | fingerprints.hashes(
        RULES.parent / "envs" / environment
    )


def source_of(dataset):
    """The source of a dataset, but for the folder that it is downloaded into."""
    source = study_runs.canonical(config["datasets"][dataset])
    return {key: value for key, value in source.items() if key != "root"}


def source_files(wildcards):
    """The zip that a dataset is read from, so that a newer one reruns it. (Downloads and folders are not watched.)"""
    source = config["datasets"][wildcards.dataset]
    return [source["path"]] if str(source.get("path", "")).endswith(".zip") else []
