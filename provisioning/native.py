"""The native build: compiles the kernels of `cext/` in place, only those whose source is newer.

Reads the `ext-modules` rows of `pyproject.toml`, so that a wheel and a checkout build the same list.
Run `python -m provisioning.native [MODULE ...]`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build(names: list[str], root: Path = ROOT) -> None:
    """Build the named kernels, or all of them; unchanged ones cost nothing."""
    from setuptools import Distribution
    from setuptools.config.pyprojecttoml import apply_configuration

    os.chdir(root)
    distribution = Distribution({"script_name": "native"})
    apply_configuration(distribution, root / "pyproject.toml")
    rows = distribution.ext_modules or []
    missing = sorted(set(names) - {row.name for row in rows})
    if missing:
        raise SystemExit(f"no such kernel in pyproject.toml: {', '.join(missing)}")
    distribution.ext_modules = [row for row in rows if not names or row.name in names]
    command = distribution.get_command_obj("build_ext")
    command.set_undefined_options("build")
    command.inplace = True
    command.parallel = os.cpu_count()
    command.build_temp = str(root / "build" / "native")
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    build(sys.argv[1:])
