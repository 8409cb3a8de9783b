"""What the firmware takes of flash and memory, of its compiled files: `python -m tests.firmware.budget`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from firmware.sender import files_of
from tests.firmware.desk.tools import compiled
from tests.firmware.desk.wearable import HERE, ROOT, micropython

# A slot of each of the two: an ESP32's file system has 2 MB, a Pico W's 848 KB, both far above.
FLASH_LIMIT = 100_000
# Of about 190 KB of heap on a Pico W with its radio on, more on Pico 2 W and ESP32-S3. A plain ESP32 without
# extra memory has about 110 KB: there the modules are frozen into its image, see `firmware/manifest.py`.
MEMORY_LIMIT = 135_000


def flash_bytes(folder: Path) -> dict[str, int]:
    """Size of every compiled file of an update."""
    return {name: len(data) for name, data in compiled(files_of(), folder).items()}


def memory_bytes(folder: Path) -> dict[str, int]:
    """Bytes on MicroPython's heap: what the modules take, and what the application with six sensors adds.

    The WebAssembly build has words of 32 bits as the boards have; modules frozen into a board's own image
    take less.
    """
    root = folder / "root"
    for name, data in compiled(files_of(has_models=True), folder / "compiled").items():
        (root / "a" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "a" / name).write_bytes(data)
    command = ["node", str(HERE / "run.mjs"), str(micropython()), str(root), str(HERE / "weigh.py")]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout
    return {name: int(count) for name, count in (line.split() for line in said.stdout.splitlines())}


def main() -> None:
    """Print the table."""
    folder = Path(tempfile.mkdtemp())
    sizes = flash_bytes(folder / "flash")
    for name, size in sorted(sizes.items(), key=lambda row: -row[1]):
        print(f"{size:7d}  {name}")
    print(f"{sum(sizes.values()):7d}  flash of one code folder, limit {FLASH_LIMIT}")
    memory = memory_bytes(folder / "memory")
    for name, size in memory.items():
        print(f"{size:7d}  heap: {name}")
    print(f"{sum(memory.values()):7d}  heap in all, limit {MEMORY_LIMIT}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    assert ROOT.exists()
    main()
