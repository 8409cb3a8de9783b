"""The native build: compiles the kernels of `cext/`, all cores at once, only what is older than its source.

`pyproject.toml` names the kernels (`ext-modules`) and this class as their builder, so a wheel, an
editable install and `python -m provisioning.native [MODULE ...]` build the same list in the same way.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent.parent
# `from cext.parts cimport Effect`, also over several lines in brackets, and `cimport cext.parts`.
_CIMPORT = re.compile(r"^(?:from (cext[\w.]*) )?cimport (?:(cext[\w.]*)|(\([^)]*\)|[^\n]*))", re.MULTILINE)
_WORD = re.compile(r"\w+")


class Kernels(build_ext):
    """Builds in parallel; into a checkout, only kernels whose sources are newer."""

    def finalize_options(self) -> None:
        """Use every core unless told otherwise."""
        super().finalize_options()
        if self.parallel is None:
            self.parallel = os.cpu_count()

    def run(self) -> None:
        """Leave out what is up to date: an editable install would compile everything again."""
        if self.inplace or getattr(self, "editable_mode", False):
            self.extensions = [row for row in self.extensions if _is_stale(row)]
        if self.extensions:
            # Cython is a program in Python: in threads, as setuptools would run it, only one of them works.
            made = cythonize(  # type: ignore[no-untyped-call]
                self.extensions, nthreads=self.parallel or 1, quiet=True
            )
            sources = {row.name: row.sources for row in made}
            for row in self.extensions:
                row.sources = sources[row.name]
        super().run()


def _is_stale(row: Extension) -> bool:
    """Whether a source, or a declaration it uses, is newer than what was built."""
    source = ROOT / str(next(iter(row.sources)))
    newest = max(file.stat().st_mtime for file in used_by(source))
    return all(file.stat().st_mtime < newest for file in source.parent.glob(source.stem + ".*.so"))


def used_by(source: Path, root: Path = ROOT) -> set[Path]:
    """A kernel's source, its own declarations, and those it `cimport`s, however far down."""
    found: set[Path] = set()
    waiting = [source, source.with_suffix(".pxd")]
    while waiting:
        file = waiting.pop()
        if file in found or not file.is_file():
            continue
        found.add(file)
        for package, name, names in _CIMPORT.findall(file.read_text(encoding="utf-8")):
            modules = [name] if name else [package, *(f"{package}.{word}" for word in _WORD.findall(names))]
            waiting += [root / (module.replace(".", "/") + ".pxd") for module in modules]
    return found


def build(names: list[str], root: Path = ROOT) -> None:
    """Build the named kernels in place, or all of them; unchanged ones cost nothing."""
    from setuptools.config.pyprojecttoml import apply_configuration

    os.chdir(root)
    distribution = Distribution({"script_name": "native"})
    apply_configuration(distribution, root / "pyproject.toml")
    rows = distribution.ext_modules or []
    missing = sorted(set(names) - {row.name for row in rows})
    if missing:
        raise SystemExit(f"no such kernel in pyproject.toml: {', '.join(missing)}")
    distribution.ext_modules = [row for row in rows if not names or row.name in names]
    command = Kernels(distribution)
    command.inplace = True
    command.build_temp = str(root / "build" / "native")
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    build(sys.argv[1:])
