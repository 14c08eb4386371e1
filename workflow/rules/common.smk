"""What all rules share: the checked config, the runs, each run's numbers, and fingerprints of code and environments."""

import os

from study import config as study_config, fingerprints, runs as study_runs

try:
    study_config.check(
        config,
        schema_path=RULES.parent / "schemas" / "config.schema.yaml",
        models_folder=SCRIPTS / "rotational_variance" / "models",
    )
except ConfigError as error:
    raise WorkflowError(str(error)) from None


RUNS = {run.stem: run for run in study_runs.list_runs(config)}
SPECS = {name: study_runs.spec(config, run) for name, run in RUNS.items()}
EXECUTION = study_runs.canonical(config["execution"])
DATASETS = study_runs.canonical(config["datasets"])
PAIRS = list(dict.fromkeys(run.pair for run in RUNS.values()))


wildcard_constraints:
    run="|".join(RUNS),
    pair="|".join(PAIRS),
    dataset="|".join(DATASETS),


def runs_of_pair(pair):
    return [run for run in RUNS.values() if run.pair == pair]


def spec_of(run, *sections):
    """The numbers of a run that some stages use."""
    return {section: SPECS[run][section] for section in sections}


# What a job depends on, beside its input files, is in its rule's `params`: texts of their own that Snakemake compares as a
# set, so that a dry run names just those that changed. Functions of `output` are not compared; so values that a script
# is given, and that stand in such a text already or are to rerun nothing, come by them.


def code(script, environment):
    """The code that a script runs, and in what: one text a file."""
    files = fingerprints.fingerprint(SCRIPTS / script) | fingerprints.hashes(RULES.parent / "envs" / environment)
    return study_runs.lines(files)


def architecture(script):
    """What a run's architecture adds to the code of a script: it is found by its name, not by an import."""
    of_all = fingerprints.fingerprint(SCRIPTS / script)

    def lines(wildcards):
        model = SCRIPTS / "rotational_variance" / "models" / f"{RUNS[wildcards.run].model}.py"
        files = fingerprints.fingerprint(SCRIPTS / script, model)
        return study_runs.lines({name: files[name] for name in files if name not in of_all})

    return lines


def numbers(section):
    """A run's numbers of a section that is the same for all models: one text each."""
    return [
        lambda wildcards, name=name: f"{section}.{name}: {SPECS[wildcards.run][section][name]}"
        for name in study_config.REQUIRED_NUMBERS[section]
    ]


def names_of(runs):
    """The runs that a figure or a table shows, in order."""
    return f"runs: {', '.join(run.stem for run in runs)}"


def source_of(wildcards):
    """Where a dataset comes from, but for the folder that it is downloaded into; with the contents of a folder."""
    source = {key: value for key, value in DATASETS[wildcards.dataset].items() if key != "root"}
    path = Path(source.get("path", ""))
    if "path" in source and path.is_dir():
        source["files"] = fingerprints.folder_hash(path)
    return study_runs.lines({f"datasets.{wildcards.dataset}": source})


def source_files(wildcards):
    """The zip that a dataset is read from; where there is none, the job says what to do."""
    path = DATASETS[wildcards.dataset].get("path")
    return [path] if path and Path(path).is_file() else []
