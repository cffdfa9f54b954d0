"""Events without a user name in module_engagement, under the name that a setting gives.

Enters: a log of two events and the setting, set and taken away. Leaves: nothing.
"""

import json
from pathlib import Path

from studium.config import BuildSettings, Settings, Workspace
from tests.warehouse.warehouses import build_all, land_paths, rows_of


def test_events_without_a_name_count_while_the_setting_gives_them_one(tmp_path: Path) -> None:
    log = tmp_path / "tracking.log"
    log.write_text("".join(_play(name) for name in ("", "amy")))
    found = []
    for name in ("", "nobody", ""):
        build = BuildSettings(anonymous_username=name, tables=["module_engagement"])
        workspace = Workspace(tmp_path / "workspace", Settings(build=build))
        land_paths(workspace, log)
        build_all(workspace)
        found.append([row[1] for row in rows_of(workspace, "module_engagement")])

    assert found == [["amy"], ["amy", "nobody"], ["amy"]]


def _play(username: str) -> str:
    event = {
        "time": "2024-03-10T10:00:00+00:00",
        "event_type": "play_video",
        "event_source": "browser",
        "username": username,
        "context": {"course_id": "course-v1:Uni+M1+R1", "user_id": 1 if username else None},
        "event": json.dumps({"id": "v", "currentTime": 1, "code": "html5"}),
    }
    return json.dumps(event) + "\n"
