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
        *numbers("training"),
        architecture=architecture("train.py"),
        options=lambda wildcards: study_runs.lines(spec_of(wildcards.run, "model")),
        run=lambda wildcards, output: RUNS[wildcards.run].as_dict(),
        spec=lambda wildcards, output: spec_of(wildcards.run, "model", "training"),
        device=lambda wildcards, output: EXECUTION["device"],
    script:
        "../scripts/train.py"
