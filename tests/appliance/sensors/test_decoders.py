"""Bytes from devices: read as the device meant them, and counted when nobody can."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.clock_map import ClockMap
from appliance.sensors.decoders.heart_rate import StrapBeats, parse
from appliance.sensors.decoders.text_lines import TextLines
from appliance.sensors.decoders.wearable import WearableDecoder
from firmware import wire


def _samples(count: int = 10, channel: str = "ecg", has_contact: bool | None = None) -> bytes:
    return wire.Samples(channel, 250.0, 0.001, list(range(count)), has_contact).pack()


def _values(frames: list[SensorFrame]) -> list[float]:
    return [float(value) for frame in frames for value in frame.values]


class TestWearable:
    def test_samples_arrive_in_their_unit_with_the_time_of_the_box(self) -> None:
        decoder = WearableDecoder("serial:a")
        encoder = wire.Encoder()
        (first,) = decoder.feed(encoder.line(wire.SAMPLES, 5000, _samples(has_contact=True)), 100.0)
        (second,) = decoder.feed(encoder.line(wire.SAMPLES, 5040, _samples()), 100.3)
        assert (first.channel, first.unit, first.rate_hz, first.has_contact) == (
            Channel.ECG,
            "mV",
            250.0,
            True,
        )
        assert _values([first]) == pytest.approx([i / 1000 for i in range(10)])
        assert first.sensor_time_s == pytest.approx(100.0 - 9 / 250)
        # The second came 260 ms late; when it was measured does not change by that.
        assert second.sensor_time_s - first.sensor_time_s == pytest.approx(0.04, abs=0.001)

    def test_lost_frames_show_as_a_jump_in_the_sequence(self) -> None:
        decoder = WearableDecoder("serial:a")
        encoder = wire.Encoder()
        lines = [encoder.line(wire.SAMPLES, i * 40, _samples()) for i in range(6)]
        frames = decoder.feed(lines[0] + lines[1] + lines[4] + lines[5], 1.0)
        assert [frame.sequence for frame in frames] == [0, 1, 4, 5]
        assert decoder.lost == 2

    def test_a_reboot_is_a_gap_and_sets_the_clock_anew(self) -> None:
        decoder = WearableDecoder("serial:a")
        decoder.feed(wire.Encoder(boot=1).line(wire.SAMPLES, 900_000, _samples()), 10.0)
        (after,) = decoder.feed(wire.Encoder(boot=2).line(wire.SAMPLES, 100, _samples()), 12.0)
        assert after.sequence > 1
        assert after.sensor_time_s == pytest.approx(12.0, abs=0.05)

    def test_the_clock_goes_on_when_the_milliseconds_start_over(self) -> None:
        decoder = WearableDecoder("serial:a")
        encoder = wire.Encoder()
        (before,) = decoder.feed(encoder.line(wire.SAMPLES, 2**32 - 20, _samples()), 10.0)
        (after,) = decoder.feed(encoder.line(wire.SAMPLES, 20, _samples()), 10.04)
        assert after.sensor_time_s - before.sensor_time_s == pytest.approx(0.04, abs=0.002)

    def test_lost_samples_are_gaps(self) -> None:
        payload = wire.Samples("ppg", 100.0, 1.0, [1, wire.LOST, 3]).pack()
        (frame,) = WearableDecoder("a").feed(wire.Encoder().line(wire.SAMPLES, 0, payload), 0.0)
        assert np.isnan(frame.values).tolist() == [False, True, False]

    def test_intervals_and_the_name_are_understood(self) -> None:
        decoder = WearableDecoder("a")
        encoder = wire.Encoder()
        hello = encoder.line(wire.HELLO, 0, wire.pack_hello("A7", "Echoel band"))
        (frame,) = decoder.feed(hello + encoder.line(wire.INTERVALS, 0, wire.pack_intervals([800.0])), 5.0)
        assert (frame.channel, frame.unit, frame.rate_hz) == (Channel.RR, "ms", 0.0)
        assert _values([frame]) == pytest.approx([800], abs=0.5)
        assert decoder.name == "Echoel band"

    def test_a_notification_carries_the_same_frame_without_wrapping(self) -> None:
        assert len(WearableDecoder("a").notified(wire.Encoder().frame(wire.SAMPLES, 0, _samples()), 0.0)) == 1

    @given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=255)), max_size=6))
    def test_any_payload_is_read_or_counted(self, payloads: list[tuple[int, bytes]]) -> None:
        decoder = WearableDecoder("a")
        encoder = wire.Encoder()
        frames = decoder.feed(b"".join(encoder.line(kind, 0, payload) for kind, payload in payloads), 0.0)
        assert all(frame.values.dtype == np.float64 for frame in frames)


class TestTextLines:
    def _decoder(self, channel: Channel = Channel.ECG, rate_hz: float = 100.0) -> TextLines:
        decoder = TextLines("serial:a", channel, rate_hz)
        decoder.feed(b"cut off\n", 0.0)
        return decoder

    @pytest.mark.parametrize(
        ("text", "values"),
        [
            (b"512\n513\n", [512, 513]),
            (b"512\r\n513\r\n", [512, 513]),
            (b"10,512\n12,513\n", [512, 513]),
            (b"10\t512\n", [512]),
            (b"S512\nB72\nQ830\nS513\n", [512, 513]),
            (b"-1.5e2\n.5\n+3\n", [-150, 0.5, 3]),
            (b"\n\n7\n\n", [7]),
        ],
    )
    def test_the_usual_ways_to_print_numbers_are_read(self, text: bytes, values: list[float]) -> None:
        assert _values(self._decoder().feed(text, 1.0)) == values

    def test_a_line_that_is_no_number_is_counted_and_left_out(self) -> None:
        decoder = self._decoder()
        assert _values(decoder.feed(b"1\nhello\n\xff\xfe\n2\nnan\n1e999\n", 1.0)) == [1, 2]
        assert decoder.dropped == {"text": 3}

    def test_the_first_line_after_connecting_is_not_trusted(self) -> None:
        assert _values(TextLines("a", Channel.ECG, 100.0).feed(b"12\n512\n", 0.0)) == [512]

    def test_an_electrode_that_is_off_is_a_gap_that_says_so(self) -> None:
        frames = self._decoder().feed(b"1\n2\n!\n!\n3\n", 1.0)
        assert [frame.has_contact for frame in frames] == [None, False, None]
        assert [len(frame.values) for frame in frames] == [2, 2, 1]
        assert np.isnan(frames[1].values).all()

    def test_numbers_cut_in_two_by_the_line_are_put_together(self) -> None:
        decoder = self._decoder()
        pieces = [b"51", b"2\n5", b"13\n51", b"4\n"]
        assert _values([f for piece in pieces for f in decoder.feed(piece, 1.0)]) == [512, 513, 514]

    def test_endless_text_without_an_end_takes_no_memory(self) -> None:
        decoder = self._decoder()
        for _ in range(50):
            decoder.feed(b"9" * 10_000, 1.0)
        assert decoder.dropped == {"long": 50}
        assert _values(decoder.feed(b"9\n5\n", 1.0)) == [5]

    def test_lines_that_stay_away_become_a_gap_in_time_and_sequence(self) -> None:
        decoder = self._decoder()
        (before,) = decoder.feed(b"1\n" * 10, 10.0)
        (after,) = decoder.feed(b"1\n" * 10, 15.1)
        assert after.sequence == before.sequence + 2
        assert after.sensor_time_s - before.sensor_time_s == pytest.approx(5.1, abs=0.02)

    def test_intervals_have_no_rate(self) -> None:
        (frame,) = self._decoder(Channel.RR).feed(b"800\n810\n", 10.0)
        assert (frame.rate_hz, frame.unit) == (0.0, "ms")
        assert frame.sensor_time_s == pytest.approx(10.0 - 0.81)

    @given(st.lists(st.binary(max_size=200), max_size=10))
    def test_any_bytes_are_read_or_counted(self, pieces: list[bytes]) -> None:
        decoder = TextLines("a", Channel.PPG, 50.0)
        for piece in pieces:
            for frame in decoder.feed(piece, 0.0):
                assert not np.isinf(frame.values).any()


class TestHeartRate:
    @pytest.mark.parametrize(
        ("data", "bpm", "has_contact", "energy", "intervals"),
        [
            (b"\x00\x48", 72, None, None, []),
            (b"\x04\x48", 72, False, None, []),
            (b"\x06\x48", 72, True, None, []),
            (b"\x01\x48\x01", 328, None, None, []),
            (b"\x10\x48\x00\x04", 72, None, None, [1000.0]),
            (b"\x1e\x48\x10\x00\x00\x04\x00\x02", 72, True, 16, [1000.0, 500.0]),
            (b"\x10\x48\x00\x04\xff", 72, None, None, [1000.0]),
            (b"\x10\x48" + struct.pack("<9H", *[1024] * 9), 72, None, None, [1000.0] * 9),
        ],
    )
    def test_each_form_of_notification_is_read(
        self, data: bytes, bpm: int, has_contact: bool | None, energy: int | None, intervals: list[float]
    ) -> None:
        found = parse(data)
        assert found is not None
        assert (found.rate_bpm, found.has_contact, found.energy_kj) == (bpm, has_contact, energy)
        assert list(found.intervals_ms) == intervals

    @pytest.mark.parametrize("data", [b"", b"\x10", b"\x01\x48", b"\x08\x48\x01"])
    def test_a_notification_too_short_for_its_flags_is_counted(self, data: bytes) -> None:
        beats = StrapBeats("ble:a")
        assert beats.feed(data, 1.0) == []
        assert beats.dropped == {"short": 1}

    @given(st.binary(max_size=40))
    def test_any_bytes_are_read_or_counted(self, data: bytes) -> None:
        StrapBeats("ble:a").feed(data, 1.0)

    def test_beats_keep_their_distance_however_notifications_jitter(self) -> None:
        beats = StrapBeats("ble:a")
        now_s = 0.0
        delays = np.random.default_rng(1).uniform(0.0, 0.9, 60)
        times = []
        for delay_s in delays:
            now_s += 0.8
            (frame,) = beats.feed(b"\x10\x4b" + struct.pack("<H", 819), now_s + delay_s)
            times.append(frame.sensor_time_s)
        assert np.abs(np.diff(times)[30:] - 0.8).max() < 0.03
        assert frame.sequence == 59

    def test_several_intervals_end_one_after_the_other(self) -> None:
        (frame,) = StrapBeats("ble:a").feed(b"\x10\x4b" + struct.pack("<3H", 1024, 512, 1024), 100.0)
        assert frame.values.tolist() == [1000.0, 500.0, 1000.0]
        assert frame.sensor_time_s == pytest.approx(98.5)

    def test_missing_beats_are_a_gap(self) -> None:
        beats = StrapBeats("ble:a")
        notice = b"\x10\x4b" + struct.pack("<H", 1024)
        numbers = [beats.feed(notice, at_s)[0].sequence for at_s in (1.0, 2.0, 8.0, 9.0)]
        assert numbers == [0, 1, 3, 4]

    def test_without_contact_there_is_a_gap_and_no_beat(self) -> None:
        (frame,) = StrapBeats("ble:a").feed(b"\x14\x48\x00\x04", 1.0)
        assert frame.has_contact is False
        assert np.isnan(frame.values).all()


def test_the_clock_map_follows_drift_through_jitter() -> None:
    chance = np.random.default_rng(2)
    clock = ClockMap()
    errors_ms = []
    for number in range(3000):
        sensor_s = number * 0.04
        true_s = 500.0 + sensor_s * 1.0001  # 100 parts in a million
        mapped_s = clock.box_time_s(sensor_s, sensor_s, true_s + 0.002 + chance.exponential(0.01))
        errors_ms.append(1000 * (mapped_s - true_s - 0.002))
    assert np.abs(errors_ms[1500:]).max() < 5.0
