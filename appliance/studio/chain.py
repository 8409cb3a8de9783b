"""Effects by name from a file or the command line: what a person wrote becomes one chain."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from appliance.errors import Misused
from appliance.studio.files import Samples, SoundReader
from appliance.studio.through import asked, made
from cext import effects
from cext.effects.routing import Chain
from cext.parts import Effect

EXAMPLE = '[[effect]] with name = "highpass" beneath it, then a line for each parameter'


@dataclass(frozen=True)
class ChainPlan:
    """Effects in order, each a name and its values; checked when it was read."""

    rows: tuple[tuple[str, Mapping[str, Any]], ...]

    def make(self, rate_hz: float) -> Effect:
        """The chain at this rate. Raises Misused."""
        with asked():
            return Chain([made(name, rate_hz, values) for name, values in self.rows])


def load(path: Path) -> ChainPlan:
    """A chain from a TOML file: `[[effect]]` tables with `name` and one line a parameter. Raises Misused."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misused(
            f"{path} cannot be read: {error.strerror}", "give a .toml file that is yours"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misused(f"{path} is not TOML: {error}", f"write {EXAMPLE}") from error
    rows = data.get("effect")
    strange = sorted(set(data) - {"effect"})
    if strange:
        raise Misused(f"{path} has a key {strange[0]!r}", f"write {EXAMPLE}")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Misused(f"{path} lists no effect", f"write {EXAMPLE}")
    plan = ChainPlan(tuple((_name(path, row), _values(row)) for row in rows))
    plan.make(48_000.0)
    return plan


def pairs(words: Iterable[str]) -> dict[str, Any]:
    """`name=value` words of the command as a table; numbers where they are numbers. Raises Misused."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise Misused(f"{word!r} is not PARAMETER=VALUE", "write it like cutoff_hz=800")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            found[name.strip()] = value.strip()
    return found


def taken(name: str, files: Mapping[str, Any], rate_hz: float) -> dict[str, Samples]:
    """The sounds that an effect uses, read from files and brought to its rate. Raises Misused, BadSound."""
    with asked():
        known: Mapping[str, str] = getattr(effects.kind(name), "TAKES", {})
    found = {}
    for what, path in files.items():
        if what not in known:
            offers = ", ".join(known) or "nothing"
            raise Misused(f"{name} takes no sound called {what!r}", f"it takes {offers}")
        with SoundReader(str(path)) as sound:
            found[what] = np.concatenate(list(sound.stereo_at(round(rate_hz))), axis=1)
    return found


def _name(path: Path, row: Mapping[str, Any]) -> str:
    name = row.get("name")
    if not isinstance(name, str):
        raise Misused(f"{path} has an effect without a name", f"write {EXAMPLE}")
    return name


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "name"}
