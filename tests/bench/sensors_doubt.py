"""Streams that were never sent, and streams that were damaged: what a decoder may say of them, and what not.

A false frame holds a value that was not sent at its place. Where a format has no check of its payload, damage
is done to its framing only (cut, doubled, swapped, noise between), because nothing could show the rest; a
CRC of four bits gets bursts of up to four bits, which it always shows, a sum single bytes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from appliance.sensors.decoders.plx import PulseOximeter
from tests.bench.sensors_streams import Format

PACKETS = 40


@dataclass
class Verdict:
    """crashes and false frames, and in how many streams anything at all was read."""

    streams: int = 0
    crashes: int = 0
    false: int = 0
    heard: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


def values_of(found: Sequence[Any]) -> dict[tuple[str, str], set[float]]:
    """(sensor id, channel) -> the values in frames or readings."""
    out: dict[tuple[str, str], set[float]] = {}
    for one in found:
        if hasattr(one, "values"):
            out.setdefault((one.sensor_id, one.channel), set()).update(
                np.nan_to_num(one.values, nan=-9e9).tolist()
            )
        else:
            out.setdefault(("", "plx"), set()).update((one.spo2_percent, one.rate_bpm, one.pulse_amplitude))
    return out


def read(form: Format, decoder: Any, pieces: Sequence[bytes]) -> list[Any]:
    """Feed everything, a tenth of a second a piece."""
    found: list[Any] = []
    for number, piece in enumerate(pieces):
        if isinstance(decoder, PulseOximeter):
            told = decoder.feed(piece)
            found += [told] if told is not None else []
        else:
            found += decoder.feed(piece, 0.1 * number)
    return found


def noise(form: Format, chance: random.Random) -> list[bytes]:
    """Bytes by chance, in pieces by chance; of notifications only the lengths are the format's."""
    if form.is_notified:
        return [chance.randbytes(chance.choice((0, 1, 2, 5, 19, 21, 60))) for _ in range(PACKETS)]
    return [chance.randbytes(chance.randrange(1, 200)) for _ in range(8)]


def damaged(form: Format, packets: Sequence[bytes], chance: random.Random) -> list[bytes]:
    """The stream with one to four kinds of damage, cut anew in pieces."""
    out = list(packets)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(out))
        kind = chance.randrange(6)
        if kind == 0:
            out[at] = b"" if form.is_notified else out[at][: chance.randrange(len(out[at]) + 1)]
        elif kind == 1:
            out.insert(at, out[at])
        elif kind == 2:
            out[at - 1], out[at] = out[at], out[at - 1]
        elif kind == 3:
            out.insert(at, _between(form, chance))
        elif kind == 4 and form.check in ("tag", "sum") and out[at]:
            body = bytearray(out[at])
            body[chance.randrange(len(body))] ^= chance.randrange(1, 256)
            out[at] = bytes(body)
        elif kind == 5 and form.check == "crc4" and out[at] in packets:  # one burst a packet
            bits = int.from_bytes(out[at], "big") ^ (
                chance.randrange(1, 16) << chance.randrange(8 * len(out[at]) - 4)
            )
            out[at] = bits.to_bytes(len(out[at]), "big")
    if form.is_notified:
        return out
    whole = b"".join(out)
    cuts = sorted(chance.randrange(len(whole) + 1) for _ in range(6))
    return [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


def _between(form: Format, chance: random.Random) -> bytes:
    if form.is_notified:
        return chance.randbytes(chance.randrange(2))
    if (
        form.check == "none" and form.name != "Cyton" and "Daisy" not in form.name
    ):  # text: noise without digits
        return (
            b"\xff"
            + bytes(chance.choice(b"\x00\x01\x80\xfe\xff") for _ in range(chance.randrange(3, 30)))
            + b"\n"
        )
    return chance.randbytes(chance.randrange(1, 60))


def judge(
    form: Format, streams: int, seed: int, make: Callable[[], Any] | None = None
) -> tuple[Verdict, Verdict]:
    """(noise, damaged): half of the streams each."""
    chance = random.Random(seed)
    packets = form.stream(PACKETS * 2, seed)
    make = make or form.decoder
    is_text = form.check == "none" and not form.is_notified and "Cyton" not in form.name
    truth = values_of(read(form, form.decoder(), [b"\n"] * is_text + packets))
    verdicts = (Verdict(), Verdict())
    for number in range(streams):
        verdict = verdicts[number % 2]
        first = chance.randrange(PACKETS)
        pieces = (
            damaged(form, packets[first : first + PACKETS], chance) if number % 2 else noise(form, chance)
        )
        verdict.streams += 1
        decoder = make()
        try:
            found = values_of(read(form, decoder, pieces))
        except Exception as error:
            verdict.crashes += 1
            verdict.reasons[f"{type(error).__name__}: {error}"] = 1
            continue
        verdict.heard += bool(found)
        if form.is_notified and number % 2 == 0:
            continue  # notifications carry no mark of their own: the radio's CRC stands for them
        for source, values in found.items():
            verdict.false += len(values - truth.get(source, set()))
        for reason, count in dict(decoder.dropped).items():
            verdict.reasons[reason] = verdict.reasons.get(reason, 0) + count
    return verdicts
