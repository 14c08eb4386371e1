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
        *code("train.py", "torch.yaml"),
        *of_run("train.py", "model", "training"),
        run=lambda wildcards, output: RUNS[wildcards.run].as_dict(),
        spec=lambda wildcards, output: {name: SPECS[wildcards.run][name] for name in ("model", "training")},
        device=lambda wildcards, output: EXECUTION["device"],
    script:
        "../scripts/train.py"
