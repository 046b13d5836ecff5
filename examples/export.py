"""Write every label row of an Encord project into a file that `labelframe snapshot` takes.

    pip install encord
    ENCORD_SSH_KEY_FILE=key ENCORD_PROJECT=hash python export.py exports/project.jsonl

A line for each label row; the labels of no more of them are in memory than a bundle holds.
"""

import json
import os
import sys
from pathlib import Path

from encord import EncordUserClient

BUNDLE = 100  # label rows that are fetched at once


def main(out: Path) -> None:
    """Write the export beside its place, then move it there: no job ever reads half of it."""
    client = EncordUserClient.create_with_ssh_private_key(ssh_private_key_path=os.environ["ENCORD_SSH_KEY_FILE"])
    project = client.get_project(os.environ["ENCORD_PROJECT"])
    rows = project.list_label_rows_v2()
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(f"{out.name}.part")
    with beside.open("w", encoding="utf-8") as file:
        while rows:
            some, rows = rows[:BUNDLE], rows[BUNDLE:]  # what is written is not held any longer
            with project.create_bundle() as bundle:
                for row in some:
                    row.initialise_labels(bundle=bundle)
            for row in some:
                file.write(json.dumps(row.to_encord_dict()) + "\n")
    beside.replace(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
