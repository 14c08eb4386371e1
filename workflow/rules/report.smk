REPORT = "<study>/report.html"
PAGE_FILE = on_disk(REPORT)  # now, as path variables are later those of the outermost workflow


# What tells how long a job took, by stage, in the order of RUNS, and of the other rules: no inputs, as it reruns nothing.
COSTS = {stage: [job_files(f"{stage}/{run}") for run in RUNS] for stage in ("train", "measure")}
OTHER_COSTS = {
    "dataset": [job_files(f"dataset/{name}", DATASET_FOLDERS[name]) for name in STUDIED],
    "example": [job_files("example"), job_files("plot_example_png")],
    "plot": [job_files(f"plot/{pair}") for pair in RUNS_OF_PAIR],
    "plot_models": [job_files(f"plot_models/{dataset}") for dataset in STUDIED],
    "tables": [job_files("tables")],
}
PAGE = WORKFLOW / "report"
WORDS = [  # template and style; captions of figures and measures
    *sorted(PAGE.glob("report.*")),
    *sorted(PAGE.glob("figures/*.rst")),
    *[PAGE / results.measure_caption_file(measure) for measure in dict.fromkeys([UNNAMED_MEASURE, *MEASURES])],
]


rule report:
    input:
        variances=expand("<study>/variance/{run}.h5", run=RUNS),
        pair_figures=[file for pair in RUNS_OF_PAIR for file in results.of_pair(pair, MEASURES).values()],
        models_figures=[file for dataset in STUDIED for file in results.of_models(dataset, MEASURES).values()],
        tables=TABLES,
        example="<study>/plots/example.png",
    output:
        REPORT,
    log:
        "<study>/logs/report.log",
    benchmark:
        "<study>/benchmarks/report.tsv"
    retries: 0
    localrule: True
    conda:
        "../envs/plot.yaml"
    params:
        *PARAMS.code("report.py", "plot.yaml", measures=MEASURES),
        *of_files(WORDS),
        *PARAMS.of_figures(*SETTINGS),
        *of_trainings(TRAININGS),
        *PARAMS.shown_sources(STUDIED),
        SHOWN_LABELS,
        *([f"study: {NAME}"] if NAME else []),
        names=run_names(RUNS.values()),
        runs=lambda wildcards, output: list(RUNS.values()),
        labels=lambda wildcards, output: DATASET_LABELS,
        trainings=lambda wildcards, output: TRAININGS,
        settings=lambda wildcards, output: FIGURE_SETTINGS,
        sources=lambda wildcards, output: {name: PARAMS.shown_source(name) for name in STUDIED},
        folder=lambda wildcards, output: str(PAGE),
        study=lambda wildcards, output: NAME or "",
        costs=lambda wildcards, output: COSTS,
        other_costs=lambda wildcards, output: OTHER_COSTS,
        project=lambda wildcards, output: str(WORKFLOW.parent),
    message:
        "report"
    script:
        "../scripts/report.py"
