"""What an event is about: its payload in the columns of its group, and the module that it names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studium.config import Workspace
from studium.lake import LandReport
from tests.lake.conftest import event, landed

Land = Callable[..., LandReport]
OPAQUE = "course-v1:MITx+1.00x+2T2099"


@pytest.mark.parametrize(
    ("payload", "kind", "text"),
    [
        ({"a": 1}, "object", '{"a":1}'),
        ('{"a": 1}', "object", '{"a": 1}'),
        ("", "empty", '""'),
        (None, "missing", None),
        ("a=3&b=4", "query", '"a=3&b=4"'),
        (["x"], "list", '["x"]'),
        ('{"POST": {"cut', "unreadable", '"{\\"POST\\": {\\"cut"'),
        ("words", "text", '"words"'),
        (1, "text", '"1"'),
    ],
)
def test_payloads_keep_their_kind(
    workspace: Workspace,
    land_paths: Land,
    tmp_path: Path,
    payload: Any,
    kind: str,
    text: str | None,
) -> None:
    found = landed(workspace, land_paths, tmp_path, [event(event=payload)], "payload_kind, payload")
    assert found == (kind, text)


def test_typed_columns_of_a_video_event(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    line = event(
        event_type="edx.video.paused",
        event={"module_id": "v", "current_time": "1.2e2", "duration": None},
    )
    columns = "video_id, video_position, video_duration, problem_id"
    assert landed(workspace, land_paths, tmp_path, [line], columns) == ("v", 120.0, None, None)


def test_a_payload_fills_the_columns_of_its_own_group_alone(
    workspace: Workspace, land_paths: Land, tmp_path: Path
) -> None:
    everything = {
        "id": "v1",
        "problem_id": "p1",
        "mode": "audit",
        "thread_id": "t1",
        "target_url": "u1",
    }
    types = ["link", "play_video", "problem_check", "edx.course.enrollment.activated"]
    types += ["edx.forum.thread.created", "edx.ui.lms.link_clicked", "pause_video"]
    lines = [event(event_type=it, event=everything) for it in types]
    lines += [event(event_type="play_video", event='{"id": "cut')]
    columns = "source_line, video_id, problem_id, enrollment_mode, forum_thread_id, link_target"
    found = landed(workspace, land_paths, tmp_path, lines, columns)
    assert sorted(found) == [
        (1, None, None, None, None, None),
        (2, "v1", None, None, None, None),
        (3, None, "p1", None, None, None),
        (4, None, None, "audit", None, None),
        (5, None, None, None, "t1", None),
        (6, None, None, None, None, "u1"),
        (7, "v1", None, None, None, None),
        (8, None, None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("fields", "module_id", "category"),
    [
        (
            {"event_type": "play_video", "event": {"id": "i4x-MITx-1_00x-video-V1"}},
            "i4x://MITx/1_00x/video/V1",
            "video",
        ),
        (
            {"event_type": "play_video", "event": {"id": "0b9e39477cf34507a7a48f74be381fdd"}},
            "block-v1:MITx+1.00x+2T2099+type@video+block@0b9e39477cf34507a7a48f74be381fdd",
            "video",
        ),
        (
            {"event_type": "problem_check", "event": {"problem_id": "i4x://MITx/1.00x/problem/p1"}},
            "i4x://MITx/1.00x/problem/p1",
            "problem",
        ),
        (
            {
                "event_type": "problem_check",
                "event": "input_3fc5461f86764ad7bdbdf6cbdde61e66_2_1=choice_0",
            },
            "block-v1:MITx+1.00x+2T2099+type@problem+block@3fc5461f86764ad7bdbdf6cbdde61e66",
            "problem",
        ),
        (
            {
                "event_source": "server",
                "event_type": "/courses/x/xblock/i4x:;_;_MITx;_1.00x;_problem;_p1/handler",
            },
            "i4x://MITx/1.00x/problem/p1",
            "problem",
        ),
        ({"event_type": "seq_goto", "event": {"id": "not a key"}}, None, None),
        (
            {
                "event_type": "problem_check",
                "event": {"problem_id": "i4x://MITx/1.00x/problem/p1"},
                "context": {"course_id": OPAQUE, "module": {"usage_key": ""}},
            },
            "i4x://MITx/1.00x/problem/p1",
            "problem",
        ),
    ],
)
def test_modules_are_found(
    workspace: Workspace,
    land_paths: Land,
    tmp_path: Path,
    fields: dict[str, Any],
    module_id: str | None,
    category: str | None,
) -> None:
    found = landed(workspace, land_paths, tmp_path, [event(**fields)], "module_id, module_category")
    assert found == (module_id, category)
