"""Runs inside MicroPython: every test of `both`, and says how each went."""

import os
import sys

failed = passed = 0
for name in sorted(os.listdir("/both")):  # noqa: PTH208  MicroPython has no pathlib
    if not name.startswith("test_"):
        continue
    module = __import__("both." + name[:-3], None, None, ("x",))
    for test in dir(module):
        if not test.startswith("test_"):
            continue
        try:
            getattr(module, test)()
            passed += 1
        except Exception as error:
            failed += 1
            print("FAILED", name, test)
            sys.print_exception(error)
print("passed", passed, "failed", failed)
if failed:
    raise SystemExit(1)
