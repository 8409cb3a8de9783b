"""The wheel for a Raspberry Pi: made for its processor, whole, and bound to no single one."""

from __future__ import annotations

import platform
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from provisioning import wheel

ROOT = Path(__file__).resolve().parents[2]
HERE = platform.machine()


def packed(folder: Path, names: list[str]) -> Path:
    """A wheel of this machine's own kernels."""
    made = folder / "echoel-0-cp311-cp311-linux.whl"
    with ZipFile(made, "w") as archive:
        for name in names:
            path = Path(*name.split("."))
            built = next((ROOT / path.parent).glob(path.name + ".*.so"))
            archive.write(built, str(built.relative_to(ROOT)))
    return made


def test_a_wheel_with_every_kernel_for_its_processor_passes(tmp_path: Path) -> None:
    names = ["cext.ring", "cext.voices.pads"]
    wheel.check(packed(tmp_path, names), HERE, names)


def test_a_kernel_for_another_processor_is_found(tmp_path: Path) -> None:
    other = next(arch for arch in wheel.TARGETS if arch != HERE)
    with pytest.raises(ValueError, match=r"cext\.ring .* made for ELF machine"):
        wheel.check(packed(tmp_path, ["cext.ring"]), other, ["cext.ring"])


def test_a_missing_kernel_is_found(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"lacks the kernel cext\.graph"):
        wheel.check(packed(tmp_path, ["cext.ring"]), HERE, ["cext.ring", "cext.graph"])


def test_the_list_of_kernels_is_the_list_of_sources() -> None:
    sources = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts) for file in (ROOT / "cext").rglob("*.pyx")
    }
    assert set(wheel.kernel_names()) == sources


@pytest.mark.parametrize("arch", list(wheel.TARGETS))
def test_nothing_is_bound_to_the_processor_it_was_built_on(arch: str) -> None:
    around = wheel.environment(arch, {"PATH": "/usr/bin"})
    rows = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["ext-modules"]
    flags = " ".join([around["CC"], around["CFLAGS"], *(" ".join(row["extra-compile-args"]) for row in rows)])
    assert "-march" not in flags
    assert "-mtune" not in flags
    assert "-ffast-math" not in flags


def test_a_missing_compiler_is_one_line_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel.importlib.util, "find_spec", lambda name: None)
    said = CliRunner().invoke(wheel.command, [])
    assert said.exit_code == 1
    assert "pip install ziglang" in said.output
