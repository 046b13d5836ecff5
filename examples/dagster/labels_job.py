"""Take a snapshot a night, with what changed as metadata: a job and its schedule for Dagster.

pip install dagster dagster-webserver labelframe
dagster dev -f labels_job.py
"""

import json
import subprocess

import dagster as dg


class Folders(dg.Config):
    """Where exports lie, and the store."""

    exports: str = "/srv/exports"
    store: str = "/srv/labels"


def run(*command: str, fine: tuple[int, ...] = (0,)) -> str:
    """What a command prints. Its messages go to Dagster's log of the step."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode not in fine:
        raise dg.Failure(f"{' '.join(command)}: exit code {done.returncode}")
    return done.stdout


@dg.op
def snapshot(context: dg.OpExecutionContext, config: Folders) -> str | None:
    """The name of the new snapshot, None where nothing has changed."""
    # 1: some of the export is in rejects; the snapshot is there.
    command = ("labelframe", "snapshot", config.exports, "--store", config.store, "--on-error", "collect", "--json")
    told = json.loads(run(*command, fine=(0, 1)))
    context.add_output_metadata({key: value for key, value in told.items() if value is not None})
    return told["snapshot"]


@dg.op
def summary(context: dg.OpExecutionContext, config: Folders, taken: str | None) -> None:
    """Show what changed beside the run, where there is something new."""
    if taken is not None:
        text = run("labelframe", "stats", config.store, "snapshot_summary", "--format", "markdown")
        context.add_output_metadata({"snapshots": dg.MetadataValue.md(text)})


@dg.job
def labels():
    """A snapshot, then what changed."""
    summary(snapshot())


nightly = dg.ScheduleDefinition(job=labels, cron_schedule="0 2 * * *", execution_timezone="UTC")

defs = dg.Definitions(jobs=[labels], schedules=[nightly])
