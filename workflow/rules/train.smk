rule train:
    input:
        dataset=lambda wildcards: f"results/datasets/{RUNS[wildcards.run].dataset}.h5",
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
        run=lambda wildcards: RUNS[wildcards.run].as_dict(),
        spec=lambda wildcards: spec_of(wildcards.run, "model", "training"),
        code=lambda wildcards: code_of("train.py", "torch.yaml", wildcards.run),
        # Snakemake does not compare functions of `threads`: another device reruns nothing.
        device=lambda wildcards, threads: EXECUTION["device"],
    script:
        "../scripts/train.py"
