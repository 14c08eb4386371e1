"""What all rules share: the checked config, the runs, each run's numbers, and fingerprints of code and environments."""

import os

from rv_study import config as study_config, fingerprints, results, runs as study_runs
from rv_study.nested import canonical, flatten

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
EXECUTION = canonical(config["execution"])
DATASETS = canonical(config["datasets"])
STUDIED = config["study"]["datasets"]
PAIRS = list(dict.fromkeys(run.pair for run in RUNS.values()))


wildcard_constraints:
    run="|".join(RUNS),
    pair="|".join(PAIRS),
    dataset="|".join(DATASETS),
    suffix="pdf|svg",


# What a job depends on, beside its input files, is in its rule's `params`. Each file and number is a separate string,
# because Snakemake compares params as a set: the dry run then names what changed. Functions of `output` are not compared;
# they pass values to the script that a string already tracks, or that must rerun nothing.


def params_by_name(wildcard, names, values):
    """Return one params function per name. It gives "name: value" for the job's run, pair or dataset.

    wildcard  which of these
    values    a function from it to a dict of values by name. If that lacks the name, the params function gives a
              constant, so that names of other runs rerun nothing.
    """

    def constant(wildcards):
        return f"{wildcard}: {getattr(wildcards, wildcard)}"

    def of_name(name, wildcards):
        found = values(getattr(wildcards, wildcard))
        return f"{name}: {found[name]}" if name in found else constant(wildcards)

    return [constant, *(lambda wildcards, name=name: of_name(name, wildcards) for name in sorted(names))]


def code_params(script, environment):
    """Return the params that name a script's code, and the packages that it runs with."""
    files = fingerprints.fingerprint(SCRIPTS / script)
    files = files | {environment: fingerprints.environment_hash(RULES.parent / "envs" / environment)}
    return [f"{name}: {value}" for name, value in files.items()]


def run_values(script, run, *sections):
    """Return a run's numbers by name, and the code that its architecture adds: found by its name, not by an import."""
    model = SCRIPTS / "rotational_variance" / "models" / f"{RUNS[run].model}.py"
    of_all = fingerprints.fingerprint(SCRIPTS / script)
    of_run = fingerprints.fingerprint(SCRIPTS / script, model)
    numbers = flatten({section: SPECS[run][section] for section in sections})
    return numbers | {name: of_run[name] for name in of_run if name not in of_all}


def run_params(script, *sections):
    """Return the params functions of a rule with a job for each run."""
    values = {run: run_values(script, run, *sections) for run in RUNS}
    return params_by_name("run", set().union(*values.values()), values.get)


def made_by(script, environment, run, *sections):
    """Return all that a job's result depends on, beside its input files, as the same strings."""
    numbers = [f"{name}: {value}" for name, value in run_values(script, run, *sections).items()]
    return sorted([*code_params(script, environment), *numbers])


def source_params():
    """Return the params functions of where a dataset comes from, but for the folder that it is downloaded into."""
    names = {name for source in DATASETS.values() for name in source if name != "root"}
    return params_by_name("dataset", {*names, "files"}, source_of)


def source_of(dataset):
    """Return the source of a dataset, and a hash of its files if they are the user's own."""
    source = DATASETS[dataset]
    return source | {"files": fingerprints.images_hash(Path(source["path"]))} if "path" in source else source


def source_to_show(dataset):
    """Return where a dataset comes from, but for the place of that on this machine."""
    return {name: value for name, value in DATASETS[dataset].items() if name not in ("root", "path")}


def run_names(runs):
    """Return the params that name the runs that a figure or a table shows, in order."""
    return f"runs: {', '.join(run.stem for run in runs)}"


def runs_of_pair(pair):
    return [run for run in RUNS.values() if run.pair == pair]


def runs_of_dataset(dataset):
    return [run for run in RUNS.values() if run.dataset == dataset]


def figure_params(*names):
    """Return the params of these settings of figures."""
    return [f"figures.{name}: {config['figures'][name]}" for name in names]


def figure_in_report(drawing, file, category, **labels):
    """Return a figure as Snakemake's own report shows it."""
    labels |= {"figure": drawing.title, "feature maps": drawing.aggregation or "-"}
    return report(file, caption=f"../report/{drawing.caption}", category=category, labels=labels)


def table_in_report(file):
    """Return a table as Snakemake's own report shows it; the formats of one table share its caption."""
    stem, suffix = Path(file).name.split(".")
    labels = {"table": stem, "format": suffix}
    return report(file, caption=f"../report/tables/{stem}.rst", category="Tables", labels=labels)
