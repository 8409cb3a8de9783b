"""What the correction marks, beside experts: `python -m tests.bench.signals_hrv_artefacts FOLDER`.

FOLDER (or `ECHOEL_RECORDINGS`) holds `mitdb/`, WFDB records with `.atr` beside them. The experts' own beats
are corrected, so that no detector has a part in it. A beat that is not normal counts as found when the
interval on either side of it is marked; a normal beat between normal beats counts as left alone when its
interval is not. Records in which atrial fibrillation makes every interval unlike the one before stand apart.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.sensors.recordings import load
from appliance.signal.correction import Correction
from tests.bench.beats_accuracy import BEATS, read_annotations
from tests.bench.rows import Row, show

# N, L and R beats keep the sinus rhythm; these others come before their time or after it.
NORMAL = (1, 2, 3)
NOT_NORMAL = (4, 5, 6, 7, 8, 9, 10, 11, 34, 38)
FIBRILLATION = frozenset({"201", "202", "203", "210", "219", "221", "222"})


def marked(beats_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which intervals the correction does not leave alone; shape (beats - 1,)."""
    correction, settled = Correction(), []
    for start_s, end_s in pairwise(beats_s.tolist()):
        settled += correction.add(end_s, 1000 * (end_s - start_s))
    settled += correction.gap()
    times_s = {round(one.time_s, 4) for one in settled if one.kind != "normal"}
    return np.array([round(time_s, 4) in times_s for time_s in beats_s[1:].tolist()])


def counts(header: Path) -> NDArray[np.int64]:
    """(found, overlooked, left alone, wrongly marked) in one record."""
    samples, codes = read_annotations(header.with_suffix(".atr"))
    is_beat = np.isin(codes, list(BEATS))
    beats_s, codes = samples[is_beat] / load(header, kind="ecg", column="1").rate_hz, codes[is_beat]
    is_marked = marked(beats_s)
    normal = np.isin(codes, NORMAL)
    is_odd = np.isin(codes[1:-1], NOT_NORMAL)
    is_even = normal[1:-1] & normal[:-2] & normal[2:]
    either = is_marked[:-1] | is_marked[1:]
    before = is_marked[:-1]
    return np.array(
        [
            (is_odd & either).sum(),
            (is_odd & ~either).sum(),
            (is_even & ~before).sum(),
            (is_even & before).sum(),
        ]
    )


def rows() -> Iterator[Row]:
    """Sensitivity, and specificity with and without fibrillation."""
    folder = Path(os.environ.get("ECHOEL_RECORDINGS", "recordings")) / "mitdb"
    headers = sorted(folder.glob("*.hea"))
    if not headers:
        yield Row("artefacts marked", None, "%", reason=f"no records in {folder}; set ECHOEL_RECORDINGS")
        return
    found = {header.stem: counts(header) for header in headers}
    whole = np.sum(list(found.values()), axis=0)
    calm = np.sum([row for name, row in found.items() if name not in FIBRILLATION], axis=0)
    wild = whole - calm
    yield Row("beats that are not normal, marked", 100 * whole[0] / max(1, whole[:2].sum()), "%", 75, False)
    yield Row("normal beats left alone", 100 * calm[2] / max(1, calm[2:].sum()), "%", 99, False)
    if wild[2:].sum():
        yield Row("normal beats left alone in fibrillation", 100 * wild[2] / wild[2:].sum(), "%")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        os.environ["ECHOEL_RECORDINGS"] = sys.argv[1]
    show(rows())
