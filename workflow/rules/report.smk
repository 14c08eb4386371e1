REPORT = "results/report.html"
PAGE = RULES.parent / "report"
WORDS = [*sorted(PAGE.glob("report.*")), *sorted(PAGE.glob("figures/*.rst"))]  # template and style; captions of figures


rule report:
    input:
        variances=expand("results/variance/{run}.h5", run=RUNS),
        of_pairs=[file for pair in PAIRS for file in results.of_pair(pair).values()],
        of_models=[file for dataset in STUDIED for file in results.of_models(dataset).values()],
        tables=TABLES,
    output:
        REPORT,
    log:
        "results/logs/report.log",
    conda:
        "../envs/plot.yaml"
    params:
        *code_params("report.py", "plot.yaml"),
        *[f"{name}: {value}" for name, value in fingerprints.hashes(*WORDS).items()],
        *figure_params("aggregation", "layers", "sort_units"),
        *[f"dataset {name}: {source_to_show(name)}" for name in STUDIED],
        names=run_names(RUNS.values()),
        runs=lambda wildcards, output: list(RUNS.values()),
        figures=lambda wildcards, output: config["figures"],
        sources=lambda wildcards, output: {name: source_to_show(name) for name in STUDIED},
        folder=lambda wildcards, output: str(PAGE),
    script:
        "../scripts/report.py"
