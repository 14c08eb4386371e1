# What our part of the workflow does before the first job and after the last one. All of it runs in Snakemake's own
# process, and not in that of a job.
KEPT = str(on_disk("<results>/.kept"))  # finished results of all studies, by a hash of all that made them
WATCH = vars(workflow).setdefault("rotational_variance_watch", Watch(logger))  # one, also of several modules


def stages_of_rules():
    """Return the stages with one job a run by the names of their rules, which a module may change."""
    return {rules.train.rule.name: "train", rules.measure.rule.name: "measure"}


def keep_what_is_finished():
    """Keep what is finished before the first job, as Snakemake deletes the results of jobs that run again."""
    store, stages = Store(KEPT), stages_of_rules()
    force(list_forced(workflow, stages))
    finished = list(list_finished(workflow, stages))
    try:
        notices = before_run.keep_finished(store, finished)
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
    for line in [*notices, *before_run.announce(store, finished, PARAMS.made_by)]:
        logger.info(line)


def list_jobs():
    """List the jobs that are about to train or measure, with the images that they do it with, by dataset."""
    place = {run: i for i, run in enumerate(RUNS)}
    needed = sorted(list_needed(workflow, stages_of_rules()), key=lambda job: place[job[1]])
    jobs = [plan.Job(stage, RUNS[run], SPECS[run]) for stage, run in needed]
    names = dict.fromkeys(job.run.dataset for job in jobs)
    return jobs, {name: count_images(DATASET_FILES[name], DATASETS[name]) for name in names}


def plan_or_announce():
    """Say what the jobs about to run cost: all of it if that is asked for, and nothing runs; else if it takes long.

    Return the work of each job, or of none if that of some is not known.
    """
    jobs, images = list_jobs()
    n_cores = workflow.resource_settings.cores or os.cpu_count()
    if plan.is_asked_for():
        device = choose_device(EXECUTION["device"])
        print(plan.plan(jobs, images, device=device, threads=EXECUTION["threads"], n_cores=n_cores, n_gpus=len(GPUS)))
        sys.exit()
    work = plan.count_work(jobs, images, on_disk("<results>/.network_costs.json"))
    line = plan.announce(work, plan.list_unread(images), n_cores, len(GPUS))
    if line and workflow.local_exec:
        logger.info(line)
    return work if len(work) == len(jobs) else {}


def limit_gpus(prepare):
    """Return what Snakemake calls to prepare its jobs, with no more at once than there are GPUs here."""

    def limit_and_prepare(*args, **settings):
        if workflow.local_exec and GPUS:
            workflow.global_resources.setdefault("gpu", len(GPUS))
        prepare(*args, **settings)

    return limit_and_prepare


workflow._prepare_dag = limit_gpus(workflow._prepare_dag)


def begin(theirs, log):
    """Say what it costs, keep what is finished, and listen to the jobs."""
    if workflow.touch:  # nothing is about to be made
        return theirs(log)
    try:
        work = plan_or_announce()
        if workflow.non_local_exec:
            hold(CONFIGS)
            SUBMISSION.prepare(stages_of_rules(), logger.warning)
    except ConfigError as error:
        raise WorkflowError(str(error)) from None
    theirs(log)
    keep_what_is_finished()
    shorten_reasons(logger)
    WATCH.begin(work, workflow.logger_manager.plugin_handlers)


def succeed(theirs, log):
    """Say what was found."""
    seconds = WATCH.end()
    try:
        if not workflow.touch:
            say_what_was_found(seconds)
    finally:
        theirs(log)


def say_what_was_found(seconds):
    made = {job.rule.name for job in workflow.dag.jobs}
    if made & {rules.kept.rule.name, rules.layers.rule.name}:  # which are no part of the study
        return
    files = [target for target in workflow.dag_settings.targets if not workflow.is_rule(target)]
    if rules.report.rule.name in made:
        files = [os.path.relpath(PAGE_FILE)]
    findings = FINDINGS_FILE if rules.tables.rule.name in made else None
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    for line in summarize(findings, files, seconds, width):
        logger.info(line)


def fail(theirs, log):
    """Listen no more."""
    WATCH.end()
    theirs(log)


def surround(name, ours):
    """Let `ours` run around what the hook of this name does, also if one comes later, which would replace it.

    Not by the hook itself, which Snakemake leaves out of modules, and of which it calls the last one only.
    """
    attribute, register = f"_{name}", getattr(workflow, name)

    def add_ours():
        setattr(workflow, attribute, partial(ours, getattr(workflow, attribute)))

    def hook(func):
        before = getattr(workflow, attribute)
        register(func)
        if getattr(workflow, attribute) is not before:
            add_ours()

    add_ours()
    setattr(workflow, name, hook)


for name, ours in {"onstart": begin, "onsuccess": succeed, "onerror": fail}.items():
    surround(name, ours)
