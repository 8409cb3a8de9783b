"""A wearable on the desk, plugged in, and pulled when the test is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware.desk.wearable import Wearable


@pytest.fixture
def wearable(tmp_path: Path) -> Iterator[Wearable]:
    made = Wearable(tmp_path)
    made.plug()
    yield made
    made.pull()
