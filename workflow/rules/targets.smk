# Answers for targets that nothing makes, that lie in another place, or that were taken for values of an option.
MODELS = sorted(path.stem for path in (WORKFLOW / "scripts" / "rotational_variance" / "models").glob("[a-z]*.py"))


def names():
    """Return what targets may be made of, and all that may be asked for."""
    results_of_study = [on_disk(file) for file in (*FIGURES, *EXAMPLE_FILES, *TABLES, REPORT)]
    return unknown_targets.Names(
        known={"model": MODELS, "dataset": list(DATASETS), "training": list(config["trainings"])},
        study={kind: config["study"][f"{kind}s"] for kind in ("model", "dataset", "training", "seed")},
        files=[*map(str, [*results_of_study, *DATASET_FILES.values()]), *(rule.name for rule in workflow.rules)],
    )


def is_made(path):
    """Tell whether any rule makes a file, also one of a workflow that includes this one."""
    file = path if os.path.isabs(path) or not path else os.path.relpath(path)
    return not workflow.is_rule(path) and any(rule.is_producer(file) for rule in workflow.rules)


def check_targets():
    """Refuse a target that Snakemake would refuse with fewer words, or would not see as one."""
    settings = workflow.dag_settings
    if settings.target_jobs:  # this is a job of a command that was checked
        return
    targets.check(sys.argv, Path(RESULTS), NAME, OWN_DATASETS, is_made)
    options = {
        "--forcerun": settings.forcerun,
        "--until": settings.until,
        "--omit-from": settings.omit_from,
        "--allowed-rules": settings.allowed_rules or (),
        "--prioritize": workflow.scheduling_settings.prioritytargets if workflow.scheduling_settings else (),
    }
    swallowed.check(options, settings.targets, is_made)
    for target in sorted({*settings.targets, *settings.forcerun, *settings.until}):
        if workflow.is_rule(target) or is_made(target):
            continue
        if Path(target).is_dir():
            raise ConfigError(f"{target}: is a folder; name a file in it, or nothing for the whole study")
        if not Path(target).exists():
            why = unknown_targets.explain(target, [Path(STUDY), Path(RESULTS)], names())
            if why:
                raise ConfigError(why)


def with_checked_targets(prepare):
    """Return what Snakemake calls once it knows all rules and all targets: a check of these, then `prepare`."""

    def check_and_prepare(*args, **settings):
        try:
            check_targets()
        except ConfigError as error:
            raise WorkflowError(str(error)) from None
        prepare(*args, **settings)

    return check_and_prepare


if not IS_MODULE:
    # Here, as rules of a workflow that includes this one, and the settings of targets, come after this file is read.
    workflow._prepare_dag = with_checked_targets(workflow._prepare_dag)
