REPORT = "results/report.html"
PAGE = WORKFLOW / "report"
WORDS = [*sorted(PAGE.glob("report.*")), *sorted(PAGE.glob("figures/*.rst"))]  # template and style; captions of figures


rule report:
    input:
        variances=expand("results/variance/{run}.h5", run=RUNS),
        of_pairs=[file for pair in RUNS_OF_PAIR for file in results.of_pair(pair).values()],
        of_models=[file for dataset in STUDIED for file in results.of_models(dataset).values()],
        tables=TABLES,
    output:
        REPORT,
    log:
        "results/logs/report.log",
    benchmark:
        "results/benchmarks/report.tsv"
    conda:
        "../envs/plot.yaml"
    params:
        *PARAMS.code("report.py", "plot.yaml"),
        *of_files(WORDS),
        *PARAMS.of_figures(*SETTINGS),
        *PARAMS.shown_sources(STUDIED),
        names=run_names(RUNS.values()),
        runs=lambda wildcards, output: list(RUNS.values()),
        settings=lambda wildcards, output: FIGURE_SETTINGS,
        sources=lambda wildcards, output: {name: PARAMS.shown_source(name) for name in STUDIED},
        folder=lambda wildcards, output: str(PAGE),
    message:
        "report"
    script:
        "../scripts/report.py"
