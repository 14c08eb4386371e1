rule train:
    input:
        dataset=dataset_of,
    output:
        checkpoint="results/checkpoints/{run}.pt",
        history="results/checkpoints/{run}.csv",
    log:
        "results/logs/train/{run}.log",
    conda:
        "../envs/torch.yaml"
    threads: EXECUTION["threads"]["train"]
    resources:
        mem_mb=EXECUTION["memory_mb"]["train"],
        runtime=EXECUTION["runtime_minutes"]["train"],
    params:
        *code_params("train.py", "torch.yaml"),
        *run_params("train.py", "model", "training"),
        run=lambda wildcards, output: RUNS[wildcards.run],
        spec=lambda wildcards, output: {name: SPECS[wildcards.run][name] for name in ("model", "training")},
        device=lambda wildcards, output: EXECUTION["device"],
        made_by=lambda wildcards, output: made_by("train.py", "torch.yaml", wildcards.run, "model", "training"),
    script:
        "../scripts/train.py"
