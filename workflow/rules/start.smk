# Finished results of all studies, by a hash of all that made them.
KEPT = str(on_disk("<results>/.kept"))


def keep_what_is_finished():
    """Keep what is finished before the first job, as Snakemake deletes the results of jobs that run again."""
    if workflow.touch:  # nothing is about to be made
        return
    store = Store(KEPT)
    stages = {rules.train.rule.name: "train", rules.measure.rule.name: "measure"}
    force(list_forced(workflow, stages))
    finished = list(list_finished(workflow, stages))
    try:
        notices = before_run.keep_finished(store, finished)
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
    for line in [*notices, *before_run.announce(store, finished, PARAMS.made_by)]:
        logger.info(line)


def with_keeping(start):
    """Return what to do before the first job: `start`, and keep what is finished."""

    def start_and_keep(log):
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
