"""What all rules share: the checked config, the runs, each run's numbers, and fingerprints of code and environments."""

import os

from study import config as study_config, fingerprints, gallery, runs as study_runs

try:
    study_config.check(
        config,
        schema_path=RULES.parent / "schemas" / "config.schema.yaml",
        models_folder=SCRIPTS / "rotational_variance" / "models",
    )
    for dataset in config["study"]["datasets"]:
        places.check_source(dataset, config["datasets"][dataset], Path(f"results/datasets/{dataset}.h5"))
except ConfigError as error:
    raise WorkflowError(str(error)) from None


RUNS = {run.stem: run for run in study_runs.list_runs(config)}
SPECS = {name: study_runs.spec(config, run) for name, run in RUNS.items()}
EXECUTION = study_runs.canonical(config["execution"])
DATASETS = study_runs.canonical(config["datasets"])
STUDIED = config["study"]["datasets"]
PAIRS = list(dict.fromkeys(run.pair for run in RUNS.values()))


wildcard_constraints:
    run="|".join(RUNS),
    pair="|".join(PAIRS),
    dataset="|".join(DATASETS),
    suffix="pdf|svg",


# What a job depends on, beside its input files, is in its rule's `params`: a text of its own for each file and number, as
# Snakemake compares params as a set, so that a dry run names just those that changed. Functions of `output` are not
# compared; by these, a script is given values that such a text tells of already, or that are to rerun nothing.


def texts(wildcard, names, values):
    """One function a name, which gives the text "name: value" out of the dict `values(value of the wildcard)`.

    Where that lacks the name, it gives a text that is always there, so that names of other runs change nothing.
    """

    def always(wildcards):
        return f"{wildcard}: {getattr(wildcards, wildcard)}"

    def of_name(name, wildcards):
        found = values(getattr(wildcards, wildcard))
        return f"{name}: {found[name]}" if name in found else always(wildcards)

    return [always, *(lambda wildcards, name=name: of_name(name, wildcards) for name in sorted(names))]


def code(script, environment):
    """The code that a script runs, and in what."""
    files = fingerprints.fingerprint(SCRIPTS / script)
    files = files | {environment: fingerprints.environment_hash(RULES.parent / "envs" / environment)}
    return [f"{name}: {value}" for name, value in files.items()]


def of_run(script, *sections):
    """A run's numbers, and what its architecture adds to the code: that is found by its name, not by an import."""
    of_all = fingerprints.fingerprint(SCRIPTS / script)

    def values(run):
        model = SCRIPTS / "rotational_variance" / "models" / f"{RUNS[run].model}.py"
        files = fingerprints.fingerprint(SCRIPTS / script, model)
        return study_runs.flat({section: SPECS[run][section] for section in sections}) | {
            name: files[name] for name in files if name not in of_all
        }

    found = {run: values(run) for run in RUNS}
    return texts("run", set().union(*found.values()), found.get)


def of_source():
    """Where a dataset comes from, but for the folder that it is downloaded into."""
    names = {name for source in DATASETS.values() for name in source if name != "root"}
    return texts("dataset", {*names, "files"}, source_of)


def source_of(dataset):
    """The source of a dataset, and a hash of its files where they are the user's own."""
    source = DATASETS[dataset]
    return source | {"files": fingerprints.images_hash(Path(source["path"]))} if "path" in source else source


def source_to_show(dataset):
    """Where a dataset comes from, but for where that lies on this machine."""
    return {name: value for name, value in DATASETS[dataset].items() if name not in ("root", "path")}


def names_of(runs):
    """The runs that a figure or a table shows, in order."""
    return f"runs: {', '.join(run.stem for run in runs)}"


def runs_of_pair(pair):
    return [run for run in RUNS.values() if run.pair == pair]


def runs_of_dataset(dataset):
    return [run for run in RUNS.values() if run.dataset == dataset]


def of_figures(*names):
    """What the config says of figures."""
    return [f"figures.{name}: {config['figures'][name]}" for name in names]


def figure_in_report(drawing, file, category, **labels):
    """A figure, as it stands in Snakemake's own report."""
    labels |= {"figure": drawing.title, "feature maps": drawing.aggregation or "-"}
    return report(file, caption=f"../report/{drawing.caption}", category=category, labels=labels)


def table_in_report(file):
    """A table, as it stands there; the formats of one table share its caption."""
    stem, suffix = Path(file).name.split(".")
    labels = {"table": stem, "format": suffix}
    return report(file, caption=f"../report/tables/{stem}.rst", category="Tables", labels=labels)
