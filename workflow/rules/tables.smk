FINDINGS = "<study>/tables/findings.txt"
FINDINGS_FILE = on_disk(FINDINGS)  # now, as path variables are later those of the outermost workflow
TABLES = [
    *expand(
        "<study>/tables/{name}",
        name=["global.csv", "global.md", "global.tex", "layers.csv", "accuracy.csv", "accuracy.md", "claims.md"],
    ),
    FINDINGS,
]


rule tables:
    input:
        variances=expand("<study>/variance/{run}.h5", run=RUNS),
        histories=expand("<study>/checkpoints/{run}.csv", run=RUNS),
        published=PUBLISHED,
    output:
        # By name, as the script tells them apart: global_csv and so on.
        **{Path(path).name.replace(".", "_"): label_table(path) for path in TABLES},
    log:
        "<study>/logs/tables.log",
    benchmark:
        "<study>/benchmarks/tables.tsv"
    retries: 0
    localrule: True
    conda:
        "../envs/plot.yaml"
    resources:
        mem_mb=MEMORY_FOR_FILES,
    params:
        *PARAMS.code("tables.py", "plot.yaml", measures=list_measures(WORKFLOW)),
        *PARAMS.of_figures("measures"),
        *of_trainings(TRAININGS),
        f"published datasets: {', '.join(PUBLISHED_DATASETS)}",
        SHOWN_LABELS,
        names=run_names(RUNS.values()),
        runs=lambda wildcards, output: list(RUNS.values()),
        published_datasets=lambda wildcards, output: PUBLISHED_DATASETS,
        trainings=lambda wildcards, output: TRAININGS,
        measures=lambda wildcards, output: MEASURES,
        all_measures=lambda wildcards, output: list_measures(WORKFLOW),
        labels=lambda wildcards, output: DATASET_LABELS,
    message:
        "tables"
    script:
        "../scripts/tables.py"
