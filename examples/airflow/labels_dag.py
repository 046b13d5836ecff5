"""Export, take a snapshot, tell what changed: a DAG for Airflow 3. Copy it into the folder of DAGs.

The export is read and the store written on the worker: /srv is a disk that all workers have. An environment of its own,
whose `bin` is named below, has both encord and labelframe.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag

BIN = "/opt/labelframe/.venv/bin"
STORE = "/srv/labels"


@dag(
    schedule="0 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,  # an export is of now: nights that were missed cannot be made up for
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["labels"],
)
def labels():
    """A snapshot a night."""
    # With the worker's own variables, ENCORD_SSH_KEY_FILE and ENCORD_PROJECT among them.
    where = {"env": {"PATH": f"{BIN}:/usr/bin:/bin"}, "append_env": True}
    export = BashOperator(
        task_id="export",
        bash_command="python /opt/labelframe/export.py /srv/exports/project.jsonl",
        **where,
    )
    # 1: some of the export is in rejects; the snapshot is there. The last line, of JSON, goes to XCom.
    snapshot = BashOperator(
        task_id="snapshot",
        bash_command=(f"labelframe snapshot /srv/exports --store {STORE} --on-error collect --json || [ $? -eq 1 ]"),
        **where,
    )
    changes = BashOperator(
        task_id="changes",
        bash_command=f"labelframe stats {STORE} snapshot_summary --format markdown",
        **where,
        do_xcom_push=False,
    )
    prune = BashOperator(
        task_id="prune",
        bash_command=f"labelframe prune {STORE} --keep-daily 31 --keep-weekly 52",
        **where,
        do_xcom_push=False,
    )
    export >> snapshot >> [changes, prune]


labels()
