"""`echoel bench signals [--data FOLDER] [--part NAME ...] [--json]`: body signals beside their peers.

FOLDER (or `ECHOEL_RECORDINGS`) holds recordings as their databases give them: `mitdb/` and `nstdb/` (ECG with
marked beats, electrode motion), `capnobase/` and `bidmc/` (pulse, breath), `biosppy/` (EEG with eyes closed
and open). What is not there is named and left out. A part is a row of `PARTS`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.rows import Row, show

# Part -> the module with its rows.
PARTS = {
    "beats": "signals_beats",
    "peers": "signals_peers",
    "variability": "signals_hrv",
    "artefacts": "signals_hrv_artefacts",
    "breath": "signals_breath",
    "brain": "signals_brain",
    "analysis": "signals_analysis",
}


REMEDY = "give the one that holds mitdb/, bidmc/ and others"


def rows(parts: list[str]) -> Iterator[Row]:
    """The rows of some parts; a part that fails says why in a row of its own and the others go on."""
    for part in parts:
        module = PARTS[part]
        print(f"measuring {part} ...", file=sys.stderr)
        try:
            yield from import_module(f"tests.bench.{module}").rows()
        except Exception as error:
            yield Row(f"{part}", None, "", reason=f"{module} failed: {type(error).__name__}: {error}")


def main() -> None:
    """Read the words, then measure."""
    parser = argparse.ArgumentParser(prog="echoel bench signals", description=__doc__)
    parser.add_argument("--data", help="the folder of recordings; without it ECHOEL_RECORDINGS says where")
    parser.add_argument("--part", action="append", choices=list(PARTS), help="measure this alone; repeatable")
    parser.add_argument("--json", action="store_true", help="rows for a program")
    words = parser.parse_args()
    if words.data is not None:
        if not Path(words.data).is_dir():
            parser.error(
                f"there is no folder {words.data}; give the one that holds mitdb/, bidmc/ and others"
            )
        os.environ["ECHOEL_RECORDINGS"] = str(Path(words.data).resolve())
    elif "ECHOEL_RECORDINGS" not in os.environ:
        print("no recordings given: what needs them is left out; give --data FOLDER", file=sys.stderr)
    show(rows(words.part or list(PARTS)))


if __name__ == "__main__":
    main()
