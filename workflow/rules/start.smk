# Finished results of all studies, by a hash of all that made them.
KEPT = str(on_disk("<results>/.kept"))


def stages_of_rules():
    """Return the stages with one job a run by the names of their rules, which a module may change."""
    return {rules.train.rule.name: "train", rules.measure.rule.name: "measure"}


def keep_what_is_finished():
    """Keep what is finished before the first job, as Snakemake deletes the results of jobs that run again."""
    if workflow.touch:  # nothing is about to be made
        return
    store, stages = Store(KEPT), stages_of_rules()
    force(list_forced(workflow, stages))
    finished = list(list_finished(workflow, stages))
    try:
        notices = before_run.keep_finished(store, finished)
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
    for line in [*notices, *before_run.announce(store, finished, PARAMS.made_by)]:
        logger.info(line)


def say_what_it_costs():
    """Say what the jobs about to run cost: all of it if that is asked for, and nothing runs; else if it takes hours."""
    place = {run: i for i, run in enumerate(RUNS)}
    needed = sorted(list_needed(workflow, stages_of_rules()), key=lambda job: place[job[1]])
    jobs = [plan.Job(stage, RUNS[run], SPECS[run]) for stage, run in needed]
    images = {job.run.dataset: count_images(DATASET_FILES[job.run.dataset], DATASETS[job.run.dataset]) for job in jobs}
    n_cores = workflow.resource_settings.cores or os.cpu_count()
    try:
        if plan.is_asked_for():
            device = choose_device(EXECUTION["device"])
            print(plan.plan(jobs, images, device=device, threads=EXECUTION["threads"], n_cores=n_cores))
            sys.exit()
        line = plan.announce(jobs, images, n_cores, on_disk("<results>/.flops.json"))
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
    if line:
        logger.info(line)


def with_keeping(start):
    """Return what to do before the first job: `start`, and keep what is finished."""

    def start_and_keep(log):
        if not workflow.touch:
            say_what_it_costs()
        start(log)
        keep_what_is_finished()

    return start_and_keep


def adding_keeping(register):
    """Return what an `onstart:` that comes later calls, so that it adds to ours rather than replaces it."""

    def onstart(func):
        before = workflow._onstart
        register(func)
        if workflow._onstart is not before:
            workflow._onstart = with_keeping(workflow._onstart)

    return onstart


# Not `onstart:` itself, which Snakemake leaves out of modules, and of which it calls the last one only.
workflow._onstart = with_keeping(workflow._onstart)
workflow.onstart = adding_keeping(workflow.onstart)
