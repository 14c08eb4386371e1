"""What all rules share: the checked config, and the constants of the study."""

import os
import re
import shutil
from functools import partial

from rotational_variance.figures.catalogue import (
    EXAMPLE as EXAMPLE_DRAWING,
    SETTINGS,
    UNNAMED_MEASURE,
    of_models,
    of_pair,
)
from rv_study import (
    before_run,
    config as study_config,
    plan,
    results,
    runs as study_runs,
    swallowed,
    targets,
    unknown_targets,
)
from rv_study.around_jobs.device_choice import choose_device
from rv_study.around_jobs.own_gpu import VARIABLE as OWN_GPU, list_gpus
from rv_study.around_jobs.to_snakemake import VARIABLE as LISTENER
from rv_study.cluster.asks import Asks
from rv_study.cluster.held_config import held, hold, let_go
from rv_study.cluster.slurm import n_given_gpus
from rv_study.cluster.submission import Submission
from rv_study.code_facts import remember
from rv_study.dataset_places import claim, own_datasets
from rv_study.finished import list_finished, list_forced, list_needed
from rv_study.forced import force
from rv_study.image_counts import count_images
from rv_study.kept_store import Store
from rv_study.made_on import Job
from rv_study.nested import canonical
from rv_study.overlays import list_overlays, replace_sources
from rv_study.params import STAGES, Params, check_code, check_measures, list_measures, of_files, of_trainings, run_names
from rv_study.published_datasets import find_published
from rv_study.report_labels import label_figure, label_table
from rv_study.terminal.brief_reasons import shorten_reasons
from rv_study.terminal.summary import summarize
from rv_study.terminal.watch import Watch

CONFIGS = vars(workflow).setdefault("rotational_variance_configs", [])  # of all studies in one workflow

try:
    check_code(WORKFLOW)
    if workflow.is_main_process:
        let_go(len(CONFIGS))
    in_command = None if workflow.is_main_process else held(len(CONFIGS))
    if in_command:
        config.clear()
        config.update(in_command["config"])
        CONFIG_FILE = in_command["config_file"]
    elif not IS_MODULE:
        for path in [BASE, *map(Path, workflow.config_settings.configfiles)]:
            places.check_keys(path)
        replace_sources(config, list_overlays(CONFIG_FILE, workflow.config_settings))
    study_config.check(
        config,
        schema_path=WORKFLOW / "schemas" / "config.schema.yaml",
        models_folder=WORKFLOW / "scripts" / "rotational_variance" / "models",
        is_module=IS_MODULE,
    )
    study_config.order_trainings(config, CONFIG_FILE)
    CONFIGS.append({"config": config, "config_file": CONFIG_FILE})
    check_measures(WORKFLOW, config["figures"]["measures"])
except ConfigError as error:
    raise WorkflowError(str(error)) from None

NAME = config["study"].get("name")


pathvars:
    study=results.study_folder(NAME),


# Now, as later `workflow.pathvars` are those of the outermost workflow.
RESULTS, STUDY = map(workflow.pathvars.apply, ["<results>", "<study>"])
DATASETS, DATASET_LABELS = study_runs.split_labels(canonical(config["datasets"]))
CLAIMS = vars(workflow).setdefault("dataset_claims", {})  # of all studies in one workflow
OWN_DATASETS = own_datasets(DATASETS, CONFIG_FILE, on_disk("<results>/datasets"), CLAIMS) if NAME else []
DATASET_FOLDERS = {name: "<study>" if name in OWN_DATASETS else "<results>" for name in DATASETS}
DATASET_PATHS = {name: f"{folder}/datasets/{name}.h5" for name, folder in DATASET_FOLDERS.items()}
DATASET_FILES = {name: on_disk(path) for name, path in DATASET_PATHS.items()}

try:
    claim(CLAIMS, DATASET_FILES, DATASETS)
    places.check_folders([Path(".snakemake"), *map(on_disk, ["<results>", "<study>", "<results>/.kept"])])
    for root in dict.fromkeys([on_disk("<results>"), on_disk("<study>")]):
        places.check_links(root / folder for folder in results.FOLDERS)
        of_rules = [*root.glob("logs/*"), *root.glob("benchmarks/*")]
        places.check_links(path for path in of_rules if not path.suffix)
    for dataset in config["study"]["datasets"]:
        if workflow.is_main_process:  # its jobs read a file that is held all the same
            places.check_not_held(DATASET_FILES[dataset])
        notice = places.check_source(dataset, DATASETS[dataset], DATASET_FILES[dataset])
        if notice and workflow.is_main_process:  # also of a dry run; its job will say so again
            logger.warning(notice)
    RUNS = {run.stem: run for run in study_runs.list_runs(config)}
    SPECS = {name: study_runs.spec(config, run) for name, run in RUNS.items()}
    doubt = study_runs.doubt_rates(SPECS.values())
    if doubt and workflow.is_main_process:
        logger.warning(doubt)
    TRAININGS = study_runs.list_trainings(config)
    FIGURE_SETTINGS = {name: config["figures"][name] for name in SETTINGS}
    PARAMS = Params(WORKFLOW, RUNS, SPECS, DATASETS, FIGURE_SETTINGS)
except ConfigError as error:
    raise WorkflowError(str(error)) from None


MEASURES = config["figures"]["measures"]
RUNS_OF_PAIR = study_runs.group(RUNS.values(), "pair")
RUNS_OF_DATASET = study_runs.group(RUNS.values(), "dataset")
EXECUTION = canonical(config["execution"])
STUDIED = config["study"]["datasets"]
# A function, as Snakemake takes {braces} in a text for a wildcard.
SHOWN_LABELS = lambda wildcards: f"labels: {[DATASET_LABELS[name] for name in STUDIED]}"
PUBLISHED = os.path.relpath(WORKFLOW / "resources" / "published.csv")
PUBLISHED_DATASETS = find_published(DATASETS, STUDIED)
# MB of a job that reads whole measurements.
MEMORY_FOR_FILES = lambda wildcards, input: max(1000, int(2 * input.size_mb))
GPUS = list_gpus(EXECUTION["device"]) if workflow.is_main_process else []  # a job of a cluster was given its own
if GPUS:
    os.environ[OWN_GPU] = ",".join(GPUS)
elif len(CONFIGS) == 1:  # not what another command, or another study of this one, has said
    os.environ.pop(OWN_GPU, None)
if workflow.remote_exec:  # as on a node of its own, where no terminal listens
    os.environ.pop(LISTENER, None)
SUBMISSION = Submission(
    workflow,
    lambda stage: getattr(rules, stage).rule,
    Asks(
        {(stage, run): plan.Job(stage, RUNS[run], SPECS[run]) for stage in STAGES for run in RUNS},
        lambda name: count_images(DATASET_FILES[name], DATASETS[name]),
        EXECUTION,
        on_disk("<results>/.network_costs.json"),
    ),
    len(GPUS) if workflow.is_main_process else n_given_gpus(),
)


def job_files(job, folder="<study>"):
    """Return what tells how long a job took, by the name of its log."""
    return Job(
        *(
            Path(on_disk(f"{folder}/{place}.{kind}"))
            for place, kind in ((f"benchmarks/{job}", "tsv"), (f"logs/{job}", "log"))
        )
    )


wildcard_constraints:
    run=study_runs.match_runs(config),
    pair="|".join(RUNS_OF_PAIR),
    dataset="|".join(DATASETS),
    suffix="pdf|svg",
