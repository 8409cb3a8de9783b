"""The wheel for a Raspberry Pi, built on any machine: `python -m provisioning.wheel`.

The kernels are compiled by zig's C compiler against the C library of Debian 12, so the wheel runs on every
64-bit Raspberry Pi OS since then. Nothing in it is bound to one processor (no -march=native): what a
processor can do beyond its family is asked at run time. Needs the package `ziglang` in the environment.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import click

ROOT = Path(__file__).resolve().parent.parent
GLIBC = "2.36"


@dataclass(frozen=True)
class Target:
    """A kind of processor: its name in the wheel, and zig's name for machine and C library."""

    platform: str
    triple: str
    elf_machine: int


# ELF machine numbers: System V ABI, e_machine.
TARGETS: Mapping[str, Target] = {
    "aarch64": Target("linux-aarch64", f"aarch64-linux-gnu.{GLIBC}", 183),
    "x86_64": Target("linux-x86_64", f"x86_64-linux-gnu.{GLIBC}", 62),
}


def environment(arch: str, around: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which setuptools builds for another processor."""
    target = TARGETS[arch]
    compiler = f"{sys.executable} -m ziglang cc -target {target.triple}"
    tag = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    return {
        **around,
        "CC": compiler,
        "LDSHARED": f"{compiler} -shared -s",
        # The flags Python itself was compiled with are for this machine; ours stand in pyproject.toml.
        "CFLAGS": "-O3 -fPIC -DNDEBUG",
        "_PYTHON_HOST_PLATFORM": target.platform,
        "SETUPTOOLS_EXT_SUFFIX": f".{tag}-{arch}-linux-gnu.so",
    }


def build(arch: str, out: Path) -> Path:
    """Build the wheel in a copy of the sources, so that this machine's own kernels stay; returns its path."""
    copy = out / f"sources-{arch}"
    shutil.rmtree(copy, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        file = ROOT / name
        if file.is_file() and not name.startswith("tests/"):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy / name)
    words = [sys.executable, "-c", f"from setuptools import build_meta as b; b.build_wheel({str(out)!r})"]
    done = subprocess.run(words, cwd=copy, env=environment(arch, os.environ), capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException("the build failed:\n" + "\n".join(done.stderr.splitlines()[-12:]))
    shutil.rmtree(copy)
    platform = TARGETS[arch].platform.replace("-", "_")
    return max(out.glob(f"echoel-*-{platform}.whl"), key=lambda wheel: wheel.stat().st_mtime)


def check(wheel: Path, arch: str, names: Iterable[str]) -> None:
    """See that every kernel is there and made for its processor; raises ValueError naming one that is not."""
    wanted = TARGETS[arch].elf_machine
    with ZipFile(wheel) as archive:
        kernels = {name.split(".")[0].replace("/", "."): name for name in archive.namelist() if ".so" in name}
        for name in names:
            if name not in kernels:
                raise ValueError(f"{wheel.name} lacks the kernel {name}")
            found = int.from_bytes(archive.read(kernels[name])[18:20], "little")
            if found != wanted:
                raise ValueError(
                    f"{name} in {wheel.name} is made for ELF machine {found}, not {wanted} ({arch})"
                )


def kernel_names(root: Path = ROOT) -> list[str]:
    """Every kernel that `pyproject.toml` names."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [row["name"] for row in table["tool"]["setuptools"]["ext-modules"]]


@click.command("wheel")
@click.option("--arch", type=click.Choice(list(TARGETS)), default="aarch64", help="Kind of processor.")
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "dist", help="Folder for the wheel.")
def command(arch: str, out: Path) -> None:
    """Build the wheel for another kind of processor."""
    if importlib.util.find_spec("ziglang") is None:
        raise click.ClickException("the compiler is missing: .venv/bin/pip install ziglang, then start again")
    out = out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    wheel = build(arch, out)
    check(wheel, arch, kernel_names())
    click.echo(wheel)


if __name__ == "__main__":
    command()
