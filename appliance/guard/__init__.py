"""The safety process: owns the dangerous outputs and outlives the engine.

Frames of light and touch flow in over a local socket, brightness and strength flow out to the hardware. It
goes dark when frames stop (60 ms), the engine ends, a value makes no sense, or somebody asks for a stop, and
it never comes back by itself: the client must ask. Standard library only and imports nobody else of ours, so
that nothing else can break it. Run `echoel guard --socket PATH`, or `python -m appliance.guard`.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Give the `echoel guard` verb on request; only then is click imported."""
    if name != "command":
        raise AttributeError(name)
    import click

    from appliance.guard.process import main

    @click.command("guard", context_settings={"ignore_unknown_options": True, "help_option_names": []})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def command(arguments: tuple[str, ...]) -> int:
        """Keep light and touch safe, in a process of its own; `--help` lists the options."""
        return main(list(arguments))

    return command
