from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from provisioning.supervisor import Part, Supervisor
from tests.waiting import until

STAYS = [sys.executable, "-c", "import time; time.sleep(60)"]


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_part_that_is_killed_is_started_again_and_the_person_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    supervisor = Supervisor(tmp_path, told.append)
    supervisor.add(Part("stays", STAYS))
    first = supervisor.pids()["stays"]
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        supervisor.turn()
        return supervisor.pids().get("stays", first) != first

    try:
        assert until(is_back)
        assert "SIGKILL" in told[0]
    finally:
        supervisor.stop()


def test_the_part_that_ends_the_box_gives_its_exit_code(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, lambda line: None)
    supervisor.add(Part("stays", STAYS))
    supervisor.add(Part("once", [sys.executable, "-c", "raise SystemExit(2)"], ends_the_box=True))
    stays = supervisor.pids()["stays"]
    try:
        assert supervisor.watch() == 2
    finally:
        supervisor.stop()
    assert not _is_alive(stays)


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from provisioning.supervisor import Part, Supervisor\n"
        f"s = Supervisor(pathlib.Path({str(tmp_path)!r}), print); s.add(Part('stays', {STAYS!r}))\n"
        "print(s.pids()['stays'], flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert _is_alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert until(lambda: not _is_alive(child))
