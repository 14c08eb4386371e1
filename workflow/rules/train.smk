rule train:
    input:
        dataset=dataset_of,
    output:
        checkpoint="<study>/checkpoints/{run}.pt",
        history="<study>/checkpoints/{run}.csv",
    log:
        "<study>/logs/train/{run}.log",
    benchmark:
        "<study>/benchmarks/train/{run}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: EXECUTION["threads"]["train"]
    resources:
        mem_mb=SUBMISSION.memory_mb("train"),
        runtime=SUBMISSION.minutes("train"),
        gpu=SUBMISSION.n_gpus("train"),
    params:
        *PARAMS.of_stage("train"),
        run=lambda wildcards, output: RUNS[wildcards.run],
        spec=lambda wildcards, output: {name: SPECS[wildcards.run][name] for name in ("model", "training")},
        device=lambda wildcards, output: choose_device(EXECUTION["device"]),
        made_by=lambda wildcards, output: PARAMS.made_by("train", wildcards.run),
        kept=lambda wildcards, output: KEPT,
    message:
        "train {wildcards.run}"
    script:
        "../scripts/train.py"
