HEADLINES = "results/plots/{pair}.png"


rule plot:
    input:
        variances=lambda wildcards: [f"results/variance/{run.stem}.h5" for run in runs_of_pair(wildcards.pair)],
        histories=lambda wildcards: [f"results/checkpoints/{run.stem}.csv" for run in runs_of_pair(wildcards.pair)],
    output:
        headline=report(HEADLINES, caption="../report/headline.rst", category="Headline figures"),
        # Names that do not depend on the config: Snakemake compares nothing for a job with an output that is new to it.
        mean="results/plots/{pair}/headline_mean.png",
        max="results/plots/{pair}/headline_max.png",
    log:
        "results/logs/plot/{pair}.log",
    conda:
        "../envs/plot.yaml"
    params:
        *code("plot.py", "plot.yaml"),
        f"figures.aggregation: {config['figures']['aggregation']}",
        names=lambda wildcards: names_of(runs_of_pair(wildcards.pair)),
        runs=lambda wildcards, output: [run.as_dict() for run in runs_of_pair(wildcards.pair)],
        aggregation=lambda wildcards, output: config["figures"]["aggregation"],
    script:
        "../scripts/plot.py"
