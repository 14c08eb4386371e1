"""What all rules share: the checked config, and the constants of the study."""

import os

from rotational_variance.figures.catalogue import SETTINGS, of_models, of_pair
from rv_study import before_run, config as study_config, results, runs as study_runs
from rv_study.finished import list_finished
from rv_study.kept_store import Store
from rv_study.nested import canonical
from rv_study.params import STAGES, Params, check_code, check_measures, list_measures, of_files, of_trainings, run_names
from rv_study.report_labels import label_figure, label_table

try:
    check_code(WORKFLOW)
    study_config.check(
        config,
        schema_path=WORKFLOW / "schemas" / "config.schema.yaml",
        models_folder=WORKFLOW / "scripts" / "rotational_variance" / "models",
    )
    study_config.order_trainings(config, CONFIG_FILE)
    check_measures(WORKFLOW, config["figures"]["measures"])
    for dataset in config["study"]["datasets"]:
        places.check_source(dataset, config["datasets"][dataset], Path(f"results/datasets/{dataset}.h5"))
    RUNS = {run.stem: run for run in study_runs.list_runs(config)}
    SPECS = {name: study_runs.spec(config, run) for name, run in RUNS.items()}
    TRAININGS = study_runs.list_trainings(config)
    DATASETS = canonical(config["datasets"])
    FIGURE_SETTINGS = {name: config["figures"][name] for name in SETTINGS}
    PARAMS = Params(WORKFLOW, RUNS, SPECS, DATASETS, FIGURE_SETTINGS)
except ConfigError as error:
    raise WorkflowError(str(error)) from None


MEASURES = config["figures"]["measures"]
RUNS_OF_PAIR = study_runs.group(RUNS.values(), "pair")
RUNS_OF_DATASET = study_runs.group(RUNS.values(), "dataset")
EXECUTION = canonical(config["execution"])
STUDIED = config["study"]["datasets"]
PUBLISHED = os.path.relpath(WORKFLOW / "resources" / "published.csv")


wildcard_constraints:
    run="|".join(RUNS),
    pair="|".join(RUNS_OF_PAIR),
    dataset="|".join(DATASETS),
    suffix="pdf|svg",
