from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_disk_that_fills_ends_with_one_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))\n"
        "sys.argv = ['echoel', 'render', 'resonance_breathing', '--seconds', '20']\n"
        f"sys.argv += ['--out', {str(tmp_path / 'x.wav')!r}]\n"
        "from provisioning.command import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "nothing was left behind" in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
