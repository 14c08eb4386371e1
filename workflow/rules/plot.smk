HEADLINES = "results/plots/{pair}.png"
AGGREGATIONS = ["mean", "max"]
OTHER_AGGREGATION = next(name for name in AGGREGATIONS if name != config["figures"]["aggregation"])


rule plot:
    input:
        variances=lambda wildcards: [f"results/variance/{run.stem}.h5" for run in runs_of_pair(wildcards.pair)],
        histories=lambda wildcards: [f"results/checkpoints/{run.stem}.csv" for run in runs_of_pair(wildcards.pair)],
    output:
        headline=HEADLINES,
        other=f"results/plots/{{pair}}/headline_{OTHER_AGGREGATION}.png",
    log:
        "results/logs/plot/{pair}.log",
    conda:
        "../envs/plot.yaml"
    params:
        runs=lambda wildcards: [run.as_dict() for run in runs_of_pair(wildcards.pair)],
        aggregations=[config["figures"]["aggregation"], OTHER_AGGREGATION],
        code=code_of("plot.py"),
    script:
        "../scripts/plot.py"
