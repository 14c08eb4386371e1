# One figure of the study shows what M tells, by two units of one of its networks.
EXAMPLE = study_runs.choose_example(list(RUNS.values()), SPECS)
EXAMPLE_TRAINING = next(training for training in TRAININGS if training.name == EXAMPLE.training)
EXAMPLE_FILES = [f"<study>/plots/example.{suffix}" for suffix in dict.fromkeys(["png", config["figures"]["format"]])]


rule example:
    input:
        dataset=lambda wildcards: dataset_file(EXAMPLE.dataset),
        checkpoint=f"<study>/checkpoints/{EXAMPLE.stem}.pt",
        variance=f"<study>/variance/{EXAMPLE.stem}.h5",
    output:
        "<study>/plots/example.h5",
    log:
        "<study>/logs/example.log",
    benchmark:
        "<study>/benchmarks/example.tsv"
    conda:
        "../envs/torch.yaml"
    threads: EXECUTION["threads"]["measure"]
    resources:
        mem_mb=SUBMISSION.memory_mb("measure", EXAMPLE.stem),
        runtime=SUBMISSION.minutes("measure", EXAMPLE.stem),
        gpu=SUBMISSION.n_gpus("measure"),
    params:
        *PARAMS.code("example.py", "torch.yaml"),
        *PARAMS.of_figures("aggregation"),
        names=run_names([EXAMPLE]),
        run=lambda wildcards, output: EXAMPLE,
        aggregation=lambda wildcards, output: FIGURE_SETTINGS["aggregation"],
        device=lambda wildcards, output: choose_device(EXECUTION["device"]),
    message:
        "example"
    script:
        "../scripts/example.py"


rule plot_example:
    input:
        example="<study>/plots/example.h5",
    output:
        label_figure(EXAMPLE_DRAWING, "<study>/plots/example.{suffix}", "Models"),
    log:
        "<study>/logs/plot_example_{suffix}.log",
    benchmark:
        "<study>/benchmarks/plot_example_{suffix}.tsv"
    wildcard_constraints:
        suffix="png|pdf|svg",
    retries: 0
    localrule: True
    conda:
        "../envs/plot.yaml"
    params:
        *PARAMS.code("plot_example.py", "plot.yaml"),
        *of_trainings([EXAMPLE_TRAINING]),
        names=run_names([EXAMPLE]),
        label=lambda wildcards: f"label: {DATASET_LABELS[EXAMPLE.dataset]}",
        run=lambda wildcards, output: EXAMPLE,
        dataset=lambda wildcards, output: DATASET_LABELS[EXAMPLE.dataset],
        training=lambda wildcards, output: EXAMPLE_TRAINING,
    message:
        "plot_example {wildcards.suffix}"
    script:
        "../scripts/plot_example.py"
