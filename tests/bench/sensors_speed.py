"""How many bytes a second each decoder reads, and what it believes of noise and of damaged streams."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

from appliance.contracts import SensorFrame
from appliance.sensors.decoders.plx import PulseOximeter
from appliance.sensors.decoders.wearable import WearableDecoder
from cext.frames import tag
from firmware import wire
from tests.bench.rows import Row
from tests.bench.sensors_doubt import judge
from tests.bench.sensors_streams import FORMATS, KEY, Format

PIECE, BEST_OF = 4096, 3
GOAL_MB_S = 50.0


def rows(streams: int) -> Iterator[Row]:
    """Throughput, the price of the tag, noise, and false frames."""
    for form in FORMATS:
        yield _speed(form)
    yield from _price_of_the_tag()
    yield _noise()
    crashes = false = 0
    for form in FORMATS:
        verdicts = judge(form, streams, seed=7)
        crashes += sum(verdict.crashes for verdict in verdicts)
        false += sum(verdict.false for verdict in verdicts)
    each = f"{streams} random and damaged streams to each of {len(FORMATS)}"
    yield Row(f"{each}: crashes", crashes, "", 0)
    yield Row(f"{each}: false values", false, "", 0)


def _seconds(form: Format, decoder: Any, pieces: list[bytes]) -> float:
    """CPU seconds to read the pieces as they would come in real time, late by up to 30 ms."""
    chance = random.Random(1)
    every_s = form.every_s or 0.5
    arrivals_s = [number * every_s + chance.uniform(0.0, 0.03) for number in range(len(pieces))]
    if isinstance(decoder, PulseOximeter):
        began_s = time.process_time()
        for piece in pieces:
            decoder.feed(piece)
        return time.process_time() - began_s
    began_s = time.process_time()
    for piece, arrival_s in zip(pieces, arrivals_s, strict=True):
        decoder.feed(piece, arrival_s)
    return time.process_time() - began_s


def _speed(form: Format) -> Row:
    packets = form.stream(600 if form.name.startswith("Polar") else 6000)
    whole = b"".join(packets)
    pieces = packets if form.is_notified else [whole[at : at + PIECE] for at in range(0, len(whole), PIECE)]
    best_s = min(_seconds(form, form.decoder(), pieces) for _ in range(BEST_OF))
    if form.is_notified:  # no byte rate means anything here: a link brings some hundred of them a second
        return Row(
            f"{form.name}: notifications of {len(packets[0])} bytes",
            len(pieces) / best_s,
            "/s",
            1_000,
            is_lower_better=False,
        )
    return Row(f"{form.name}: decoded", len(whole) / best_s / 1e6, "MB/s", GOAL_MB_S, is_lower_better=False)


def _price_of_the_tag() -> Iterator[Row]:
    """The share of HMAC-SHA256, and the twin that MicroPython runs, in the same run."""
    packets = FORMATS[2].stream(3000)
    whole, size = b"".join(packets), len(packets[0])
    ours_s = min(_seconds(FORMATS[2], WearableDecoder("a", {1: KEY}), [whole]) for _ in range(BEST_OF))
    began_s = time.process_time()
    for packet in packets:
        tag(KEY, packet[: size - 14], 8)
    tags_s = time.process_time() - began_s
    plain = wire.Decoder({1: KEY})
    began_s = time.process_time()
    for frame in plain.feed(whole):
        samples = wire.Samples.unpack(frame.payload)
        assert samples is not None
        SensorFrame("a", samples.channel, 0, 0.0, 0.0, samples.counts, 250.0, "mV")  # type: ignore[arg-type]
    theirs_s = time.process_time() - began_s
    yield Row(
        "wearable with a key, in one piece, beside firmware.wire",
        len(whole) / ours_s / 1e6,
        "MB/s",
        GOAL_MB_S,
        is_lower_better=False,
        peer="pure Python",
        peer_value=len(whole) / theirs_s / 1e6,
    )
    yield Row("its tags alone, keys made anew for each", 1e6 * tags_s / len(packets), "us/frame")


def _noise() -> Row:
    """Noise is read at least as fast as a line can bring it, without memory."""
    block = random.Random(5).randbytes(1 << 20)
    worst = 1e9
    for form in FORMATS:
        if form.is_notified:
            continue
        decoder = form.decoder()
        began_s = time.process_time()
        for at in range(0, len(block), PIECE):
            decoder.feed(block[at : at + PIECE], at * 1e-6)
        worst = min(worst, 1.0 / (time.process_time() - began_s) * len(block) / 1e6)
    return Row("noise, the slowest decoder", worst, "MB/s", 1.0, is_lower_better=False)
