TABLES = ["results/tables/global.csv", "results/tables/global.md"]


rule tables:
    input:
        variances=expand("results/variance/{run}.h5", run=RUNS),
        histories=expand("results/checkpoints/{run}.csv", run=RUNS),
        published=os.path.relpath(RULES.parent / "resources" / "published.csv"),
    output:
        csv=report(TABLES[0], caption="../report/global.rst", category="Tables"),
        md=TABLES[1],
    log:
        "results/logs/tables.log",
    conda:
        "../envs/plot.yaml"
    params:
        *code("tables.py", "plot.yaml"),
        names=names_of(RUNS.values()),
        runs=lambda wildcards, output: [run.as_dict() for run in RUNS.values()],
    script:
        "../scripts/tables.py"
