"""The last lines of starting, in the root as `/main.py`: run the application, and start over when it ends."""

import sys
import time

import machine  # type: ignore[import-not-found, unused-ignore]


def _run() -> None:
    try:
        from firmware.board import this
        from firmware.main import run

        run(this())
    except Exception as error:  # whatever it is, a wearable without a person beside it must come back
        print_exception = getattr(sys, "print_exception", None)
        if print_exception is not None:
            print_exception(error)
    # A moment for a person at the console to stop this with Ctrl-C.
    time.sleep(1)
    machine.reset()


_run()
