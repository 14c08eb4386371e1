# Finished results of all studies, by a hash of all that made them.
KEPT = str(on_disk("<results>/.kept"))


def keep_what_is_finished(log):
    """Keep what is finished before the first job, as Snakemake deletes the results of jobs that run again."""
    start_of_others(log)
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


# What `onstart:` does, but in a module, too, whose own `onstart:` Snakemake leaves out.
start_of_others, workflow._onstart = workflow._onstart, keep_what_is_finished
