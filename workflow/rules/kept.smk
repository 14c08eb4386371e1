# Not part of the study: `make kept` asks for it.
rule kept:
    log:
        "<results>/logs/kept.log",
    localrule: True
    conda:
        "../envs/plot.yaml"
    params:
        kept=KEPT,
        today=lambda wildcards: {(stage, run): PARAMS.made_by(stage, run) for stage in STAGES for run in RUNS},
        datasets=lambda wildcards: {stem: str(DATASET_FILES[run.dataset]) for stem, run in RUNS.items()},
    message:
        "kept"
    script:
        "../scripts/kept.py"
