"""What holds for all commands: speed of the light ones, the lock, signals, pipes, bad input."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from studium.config import open_workspace
from studium.errors import StudiumError
from studium.lock import hold_lock, read_holder
from tests.cli.conftest import Answers, call

HEAVY = ("duckdb", "dbt", "pyarrow", "rich", "numpy", "pandas", "agate")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("arguments", [["--help"], ["status"], ["releases"], ["status", "--json"]])
def test_light_commands_import_nothing_heavy(published: Path, arguments: list[str]) -> None:
    code = (
        "import sys\nfrom studium.cli import main\n"
        f"code = main({arguments!r})\n"
        f"heavy = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=published,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["status"]])
def test_light_commands_answer_within_half_a_second(published: Path, arguments: list[str]) -> None:
    taken = []
    for _ in range(3):
        began = time.monotonic()
        assert call(arguments, published).returncode == 0
        taken.append(time.monotonic() - began)
    assert min(taken) < 0.5


def test_second_writer_is_told_who_holds_the_lock(campus: Path, studium: Answers) -> None:
    with hold_lock(open_workspace(campus, {}), "land"):
        for command in (["run"], ["land"], ["build"], ["check"], ["publish"], ["rollback"]):
            studium("--workspace", campus, *command)
            assert studium.code == 1
            assert "`studium land` is working on this workspace since 20" in studium.error
            assert f"process {os.getpid()}" in studium.error
        for command in (["status"], ["releases"], ["query", "select 1"], ["describe"]):
            studium("--workspace", campus, *command)
            assert studium.code == 0
        assert "studium land" in studium("--workspace", campus, "doctor")


def test_lock_is_waited_for(campus: Path) -> None:
    workspace = open_workspace(campus, {})
    taken = threading.Event()

    def hold() -> None:
        with hold_lock(workspace, "land"):
            taken.set()
            time.sleep(0.5)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait()
    began = time.monotonic()
    with hold_lock(workspace, "build", wait_seconds=10):
        assert time.monotonic() - began > 0.2
    holder.join()


def test_lock_of_a_killed_process_is_free(campus: Path) -> None:
    code = (
        "import sys, time\nfrom studium.config import open_workspace\n"
        "from studium.lock import hold_lock\nfrom pathlib import Path\n"
        f"with hold_lock(open_workspace(Path({str(campus)!r}), {{}}), 'land'):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        workspace = open_workspace(campus, {})
        holder = read_holder(workspace)
        assert holder is not None
        assert holder.pid == process.pid
        with pytest.raises(StudiumError), hold_lock(workspace, "build"):
            pass
        process.kill()
        process.wait()
    assert read_holder(workspace) is None
    with hold_lock(workspace, "build"):
        pass


def test_looking_at_the_lock_does_not_stop_a_writer(campus: Path) -> None:
    workspace = open_workspace(campus, {})
    workspace.lock.touch()
    with workspace.lock.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        threading.Timer(0.3, lambda: fcntl.flock(stream, fcntl.LOCK_UN)).start()
        with hold_lock(workspace, "build"):
            pass


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_stopping_is_clean(campus: Path, sent: signal.Signals, code: int) -> None:
    program = "import sys; from studium.cli import main; sys.exit(main())"
    with (
        hold_lock(open_workspace(campus, {}), "land"),
        subprocess.Popen(
            [sys.executable, "-c", program, "--workspace", str(campus), "run", "--wait", "60"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        time.sleep(1.0)
        process.send_signal(sent)
        _, error = process.communicate(timeout=20)
    assert process.returncode == code
    assert error.strip().startswith("Stopped.")
    assert "Traceback" not in error


def test_reader_of_a_pipe_may_leave(published: Path) -> None:
    program = "import sys; from studium.cli import main; sys.exit(main())"
    sql = "select range, md5(range::varchar) from range(300000)"
    with subprocess.Popen(
        [sys.executable, "-c", program, "query", sql, "--format", "csv"],
        cwd=published,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_json_error_is_alone_on_stdout(tmp_path: Path) -> None:
    answer = call(["status", "--json"], tmp_path)
    assert answer.returncode == 2
    assert set(json.loads(answer.stdout)["error"]) == {"problem", "where", "fix"}
    assert answer.stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["landd"],
        ["query"],
        ["land", "--nope"],
        ["status", "extra"],
        ["--workspace"],
        ["publish", "--today", "x"],
        ["land", ""],
    ],
)
def test_misuse_has_exit_code_two_and_a_next_step(
    published: Path, studium: Answers, arguments: list[str]
) -> None:
    studium("--workspace", published, *arguments)
    assert studium.code == 2
    assert "Next:" in studium.error


def test_bad_paths_are_told(campus: Path, studium: Answers, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "binary.log").write_bytes(Path(sys.executable).read_bytes()[:200_000])
    expected = {"none": 2, "empty": 1, "binary.log": 1}
    for name, code in expected.items():
        studium("--workspace", campus, "land", tmp_path / name)
        assert studium.code == code, name
        assert name in studium.error


def test_full_disk_is_told_and_nothing_is_published(
    campus: Path, studium: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(28, "No space left on device", str(campus / "releases"))

    before = (campus / "current").resolve()
    monkeypatch.setattr("studium.publish.publication.move_link", refuse)
    studium("--workspace", campus, "publish")
    assert studium.code == 1
    assert "The disk is full" in studium.error
    assert (campus / "current").resolve() == before
    monkeypatch.undo()
    studium("--workspace", campus, "publish")
    assert studium.code == 0
