"""Rule kept: list the kept results on the terminal."""

from rv_study.job_log import job_log
from rv_study.kept_list import list_kept
from rv_study.kept_store import Store

if __name__ == "__main__":
    with job_log(snakemake.log[0], "kept"):
        print(list_kept(Store(snakemake.params.kept), snakemake.params.today, snakemake.params.datasets))
