FORMATS = list(dict.fromkeys(["png", config["figures"]["format"]]))  # PNG always, as the page shows these
FIGURES = [
    *[results.digest(pair, suffix) for pair in PAIRS for suffix in FORMATS],
    *[file for pair in PAIRS for suffix in FORMATS for file in results.of_pair(pair, suffix).values()],
    *[file for name in STUDIED for suffix in FORMATS for file in results.of_models(name, suffix).values()],
]


rule plot:
    input:
        variances=lambda wildcards: [f"results/variance/{run.stem}.h5" for run in runs_of_pair(wildcards.pair)],
        histories=lambda wildcards: [f"results/checkpoints/{run.stem}.csv" for run in runs_of_pair(wildcards.pair)],
    output:
        # Names that do not depend on the config: Snakemake compares nothing for a job with an output that is new to it.
        digest=results.digest("{pair}"),
        figures=[
            figure_in_report(drawing, file, "Models", **{"model and dataset": "{pair}"})
            for drawing, file in results.of_pair("{pair}").items()
        ],
    log:
        "results/logs/plot/{pair}.log",
    conda:
        "../envs/plot.yaml"
    params:
        *code_params("plot.py", "plot.yaml"),
        *figure_params("aggregation", "layers", "sort_units"),
        names=lambda wildcards: run_names(runs_of_pair(wildcards.pair)),
        runs=lambda wildcards, output: runs_of_pair(wildcards.pair),
        figures=lambda wildcards, output: {
            name: config["figures"][name] for name in ("aggregation", "layers", "sort_units")
        },
    script:
        "../scripts/plot.py"


rule plot_models:
    input:
        variances=lambda wildcards: [f"results/variance/{run.stem}.h5" for run in runs_of_dataset(wildcards.dataset)],
        published=os.path.relpath(RULES.parent / "resources" / "published.csv"),
    output:
        figures=[
            figure_in_report(drawing, file, "All models", dataset="{dataset}")
            for drawing, file in results.of_models("{dataset}").items()
        ],
    log:
        "results/logs/plot_models/{dataset}.log",
    conda:
        "../envs/plot.yaml"
    params:
        *code_params("plot_models.py", "plot.yaml"),
        *figure_params("layers"),
        names=lambda wildcards: run_names(runs_of_dataset(wildcards.dataset)),
        runs=lambda wildcards, output: runs_of_dataset(wildcards.dataset),
        layers=lambda wildcards, output: config["figures"]["layers"],
    script:
        "../scripts/plot_models.py"


# PDF or SVG, on request: rules of their own for the same reason.
use rule plot as plot_print with:
    output:
        digest=results.digest("{pair}", "{suffix}"),
        figures=list(results.of_pair("{pair}", "{suffix}").values()),
    log:
        "results/logs/plot_print/{pair}_{suffix}.log",


use rule plot_models as plot_models_print with:
    output:
        figures=list(results.of_models("{dataset}", "{suffix}").values()),
    log:
        "results/logs/plot_models_print/{dataset}_{suffix}.log",
