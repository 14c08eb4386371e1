rule measure:
    input:
        dataset=lambda wildcards: f"results/datasets/{RUNS[wildcards.run].dataset}.h5",
        checkpoint="results/checkpoints/{run}.pt",
    output:
        "results/variance/{run}.h5",
    log:
        "results/logs/measure/{run}.log",
    conda:
        "../envs/torch.yaml"
    threads: EXECUTION["threads"]["measure"]
    resources:
        mem_mb=EXECUTION["memory_mb"]["measure"],
        runtime=EXECUTION["runtime_minutes"]["measure"],
    params:
        measurement=lambda wildcards: spec_of(wildcards.run, "measurement")["measurement"],
        code=lambda wildcards: code_of("measure.py", "torch.yaml", wildcards.run),
        # Snakemake does not compare functions of `threads`: another device or batch size reruns nothing.
        device=lambda wildcards, threads: EXECUTION["device"],
        passes=lambda wildcards, threads: EXECUTION["passes"],
    script:
        "../scripts/measure.py"
