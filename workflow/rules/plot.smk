FORMATS = list(dict.fromkeys(["png", config["figures"]["format"]]))  # PNG always, as the page shows these
FIGURES = [
    *[results.digest(pair, suffix) for pair in RUNS_OF_PAIR for suffix in FORMATS],
    *[file for pair in RUNS_OF_PAIR for suffix in FORMATS for file in results.of_pair(pair, MEASURES, suffix).values()],
    *[file for name in STUDIED for suffix in FORMATS for file in results.of_models(name, MEASURES, suffix).values()],
]


rule plot:
    input:
        variances=lambda wildcards: [f"<study>/variance/{run.stem}.h5" for run in RUNS_OF_PAIR[wildcards.pair]],
        histories=lambda wildcards: [f"<study>/checkpoints/{run.stem}.csv" for run in RUNS_OF_PAIR[wildcards.pair]],
    output:
        # Names that do not depend on the config: Snakemake compares nothing for a job with an output that is new to it.
        digest=results.digest("{pair}"),
        figures=[
            label_figure(drawing, file, "Models", **{"model and dataset": "{pair}"})
            for drawing, file in results.of_pair("{pair}", MEASURES).items()
        ],
    log:
        "<study>/logs/plot/{pair}.log",
    benchmark:
        "<study>/benchmarks/plot/{pair}.tsv"
    retries: 0
    localrule: True
    conda:
        "../envs/plot.yaml"
    resources:
        mem_mb=MEMORY_FOR_FILES,
    params:
        *PARAMS.code("plot.py", "plot.yaml", of_pair(MEASURES), MEASURES),
        *PARAMS.of_figures(*SETTINGS),
        *of_trainings(TRAININGS),
        names=lambda wildcards: run_names(RUNS_OF_PAIR[wildcards.pair]),
        label=lambda wildcards: f"label: {DATASET_LABELS[RUNS_OF_PAIR[wildcards.pair][0].dataset]}",
        dataset=lambda wildcards, output: DATASET_LABELS[RUNS_OF_PAIR[wildcards.pair][0].dataset],
        subject=lambda wildcards, output: (
            f"{RUNS_OF_PAIR[wildcards.pair][0].model} on {DATASET_LABELS[RUNS_OF_PAIR[wildcards.pair][0].dataset]}"
        ),
        runs=lambda wildcards, output: RUNS_OF_PAIR[wildcards.pair],
        trainings=lambda wildcards, output: TRAININGS,
        settings=lambda wildcards, output: FIGURE_SETTINGS,
    message:
        "plot {wildcards.pair}"
    script:
        "../scripts/plot.py"


rule plot_models:
    input:
        variances=lambda wildcards: [f"<study>/variance/{run.stem}.h5" for run in RUNS_OF_DATASET[wildcards.dataset]],
        histories=lambda wildcards: [
            f"<study>/checkpoints/{run.stem}.csv" for run in RUNS_OF_DATASET[wildcards.dataset]
        ],
        published=PUBLISHED,
    output:
        figures=[
            label_figure(drawing, file, "All models", dataset="{dataset}")
            for drawing, file in results.of_models("{dataset}", MEASURES).items()
        ],
    log:
        "<study>/logs/plot_models/{dataset}.log",
    benchmark:
        "<study>/benchmarks/plot_models/{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(STUDIED),
    retries: 0
    localrule: True
    conda:
        "../envs/plot.yaml"
    resources:
        mem_mb=MEMORY_FOR_FILES,
    params:
        *PARAMS.code("plot_models.py", "plot.yaml", of_models(MEASURES), MEASURES),
        *PARAMS.of_figures("measures", "layers"),
        *of_trainings(TRAININGS),
        published=lambda wildcards: f"published: {wildcards.dataset in PUBLISHED_DATASETS}",
        names=lambda wildcards: run_names(RUNS_OF_DATASET[wildcards.dataset]),
        label=lambda wildcards: f"label: {DATASET_LABELS[wildcards.dataset]}",
        dataset=lambda wildcards, output: DATASET_LABELS[wildcards.dataset],
        runs=lambda wildcards, output: RUNS_OF_DATASET[wildcards.dataset],
        published_datasets=lambda wildcards, output: PUBLISHED_DATASETS,
        trainings=lambda wildcards, output: TRAININGS,
        measures=lambda wildcards, output: MEASURES,
        layers=lambda wildcards, output: FIGURE_SETTINGS["layers"],
    message:
        "plot_models {wildcards.dataset}"
    script:
        "../scripts/plot_models.py"


# PDF or SVG, on request: rules of their own for the same reason.
use rule plot as plot_print with:
    output:
        digest=results.digest("{pair}", "{suffix}"),
        figures=list(results.of_pair("{pair}", MEASURES, "{suffix}").values()),
    log:
        "<study>/logs/plot_print/{pair}_{suffix}.log",
    benchmark:
        "<study>/benchmarks/plot_print/{pair}_{suffix}.tsv"
    message:
        "plot_print {wildcards.pair} {wildcards.suffix}"


use rule plot_models as plot_models_print with:
    output:
        figures=list(results.of_models("{dataset}", MEASURES, "{suffix}").values()),
    log:
        "<study>/logs/plot_models_print/{dataset}_{suffix}.log",
    benchmark:
        "<study>/benchmarks/plot_models_print/{dataset}_{suffix}.tsv"
    message:
        "plot_models_print {wildcards.dataset} {wildcards.suffix}"
