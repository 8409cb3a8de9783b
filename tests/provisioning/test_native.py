from __future__ import annotations

from pathlib import Path

from provisioning.native import ROOT, used_by


def _names(kernel: str) -> set[str]:
    return {str(file.relative_to(ROOT)) for file in used_by(ROOT / kernel)}


def test_a_kernel_is_built_again_for_the_declarations_it_uses_and_no_others() -> None:
    used = _names("cext/voices/pads.pyx")
    assert {"cext/parts.pxd", "cext/_types.pxd", "cext/effects/filters/swept.pxd"} <= used
    assert "cext/graph.pxd" not in used


def test_every_form_of_cimport_is_followed(tmp_path: Path) -> None:
    (tmp_path / "cext").mkdir()
    for name in ("a", "b", "c", "d", "e"):
        (tmp_path / "cext" / f"{name}.pxd").write_text(
            "from cext.e cimport Something\n" if name == "a" else ""
        )
    kernel = tmp_path / "cext" / "kernel.pyx"
    kernel.write_text(
        "from cext cimport a  # its macro\nfrom cext.b cimport (\n    One, Two,\n)\n"
        "cimport cext.c\n# cimport cext.d\n"
    )
    found = {file.name for file in used_by(kernel, tmp_path)}
    assert found == {"kernel.pyx", "a.pxd", "b.pxd", "c.pxd", "e.pxd"}
