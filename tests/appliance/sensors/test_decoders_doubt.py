"""Noise and damage: no decoder breaks, and none tells of samples that were not sent."""

from __future__ import annotations

import random
import struct
import tracemalloc

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders.text_lines import TextLines
from tests.bench.sensors_doubt import judge
from tests.bench.sensors_streams import FORMATS, Format

STREAMS = 120
BY_NAME = {form.name: form for form in FORMATS}


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_no_stream_breaks_a_decoder_and_none_makes_it_lie(form: Format) -> None:
    for verdict in judge(form, STREAMS, seed=11):
        assert (verdict.crashes, verdict.false) == (0, 0), verdict.reasons


class Credulous:
    """A Cyton decoder that believes the first and the last byte alone: the control."""

    dropped: dict[str, int] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
        self.rest += data
        frames = []
        while (at := self.rest.find(b"\xa0")) >= 0 and len(self.rest) >= at + 33:
            if self.rest[at + 32] & 0xF0 != 0xC0:
                self.rest = self.rest[at + 1 :]
                continue
            volts = struct.unpack_from(">i", b"\0" + self.rest[at + 2 : at + 5])
            frames.append(SensorFrame("a.1", Channel.EEG, 0, 0.0, 0.0, np.array(volts, float), 250.0, "uV"))
            self.rest = self.rest[at + 33 :]
        return frames


def test_a_decoder_that_believes_too_soon_is_found_out() -> None:
    _, damaged = judge(BY_NAME["Cyton"], STREAMS, seed=11, make=Credulous)
    assert damaged.false > 0


def test_a_decoder_that_breaks_is_found_out() -> None:
    class Broken(Credulous):
        def feed(self, data: bytes, arrival_s: float) -> list[SensorFrame]:
            return [] if data.isascii() else [][0]

    noise, _ = judge(BY_NAME["Cyton"], 20, seed=11, make=Broken)
    assert noise.crashes > 0


@pytest.mark.parametrize(
    "form", [form for form in FORMATS if not form.is_notified], ids=lambda form: form.name
)
def test_pieces_of_any_size_give_the_same_samples(form: Format) -> None:
    whole = b"\n" + b"".join(form.stream(60)) if "wearable" not in form.name else b"".join(form.stream(60))

    def samples(step: int) -> dict[tuple[str, str], list[float]]:
        decoder, out = form.decoder(), {}
        for at in range(0, len(whole), step):
            for frame in decoder.feed(whole[at : at + step], 1.0):
                out.setdefault((frame.sensor_id, frame.channel), []).extend(frame.values.tolist())
        return out

    once = samples(len(whole))
    assert once
    assert samples(1) == samples(7) == samples(64) == once


@pytest.mark.parametrize("form", [one for one in FORMATS if not one.is_notified], ids=lambda one: one.name)
def test_endless_noise_takes_no_memory(form: Format) -> None:
    decoder, block = form.decoder(), random.Random(2).randbytes(1 << 14)
    for number in range(4):
        decoder.feed(block, number * 0.1)
    tracemalloc.start()
    try:
        for number in range(4, 24):
            decoder.feed(block, number * 0.1)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 40_000


@pytest.mark.parametrize(("sent_hz", "told"), [(100.0, None), (99.0, None), (200.0, 200.0), (50.0, 50.0)])
def test_a_device_that_sends_at_another_rate_is_told_apart(sent_hz: float, told: float | None) -> None:
    decoder = TextLines("a", Channel.ECG, 100.0)
    for number in range(200):
        decoder.feed(b"512\n" * round(sent_hz / 10), number * 0.1)
    assert decoder.wrong_rate_hz == (None if told is None else pytest.approx(told, rel=0.05))


def test_losses_do_not_look_like_another_rate() -> None:
    chance, decoder = random.Random(4), TextLines("a", Channel.ECG, 100.0)
    for number in range(600):
        if chance.random() > 0.15 + 0.15 * (number // 80 % 2):
            decoder.feed(b"512\n" * 10, number * 0.1)
    assert decoder.wrong_rate_hz is None
