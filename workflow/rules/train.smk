rule train:
    input:
        dataset=dataset_of,
    output:
        checkpoint="results/checkpoints/{run}.pt",
        history="results/checkpoints/{run}.csv",
    log:
        "results/logs/train/{run}.log",
    benchmark:
        "results/benchmarks/train/{run}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: EXECUTION["threads"]["train"]
    resources:
        mem_mb=EXECUTION["memory_mb"]["train"],
        runtime=EXECUTION["runtime_minutes"]["train"],
    params:
        *PARAMS.code("train.py", "torch.yaml"),
        *PARAMS.of_run("train.py", "model", "training"),
        run=lambda wildcards, output: RUNS[wildcards.run],
        spec=lambda wildcards, output: {name: SPECS[wildcards.run][name] for name in ("model", "training")},
        device=lambda wildcards, output: EXECUTION["device"],
        made_by=lambda wildcards, output: PARAMS.made_by("train.py", "torch.yaml", wildcards.run, "model", "training"),
    message:
        "train {wildcards.run}"
    script:
        "../scripts/train.py"
