"""Boards, headsets, oximeters and Polar's own stream: values, gaps and what the devices say of themselves."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders import plx, polar_pmd
from appliance.sensors.decoders.bitalino import Bitalino, start_commands
from appliance.sensors.decoders.cyton import Cyton
from appliance.sensors.decoders.ganglion import Ganglion
from appliance.sensors.decoders.improv import ImprovBeside, improv_packet
from appliance.sensors.decoders.polar_pmd import PolarPmd
from appliance.sensors.decoders.pulse_sensor import PulseSensor
from appliance.sensors.decoders.thinkgear import ThinkGear
from appliance.sensors.decoders.wearable import WearableDecoder
from tests.bench import sensors_streams as streams

CYTON_UV = 4.5e6 / (2**23 - 1) / 24


def joined(frames: list[SensorFrame], sensor_id: str) -> list[float]:
    return [float(v) for frame in frames if frame.sensor_id == sensor_id for v in frame.values]


class TestCyton:
    def test_eight_inputs_arrive_in_microvolts(self) -> None:
        frames = Cyton("a").feed(b"".join(streams.cyton(21)), 1.0)
        assert [frame.sensor_id for frame in frames] == [f"a.{n}" for n in range(1, 9)]
        assert joined(frames, "a.3") == pytest.approx([(3000 + n) * CYTON_UV for n in range(20)])
        assert {(frame.channel, frame.unit, frame.rate_hz) for frame in frames} == {
            (Channel.EEG, "uV", 250.0)
        }

    def test_a_negative_voltage_stays_negative(self) -> None:
        packet = bytearray(streams.cyton(5)[0])
        packet[2:5] = b"\xff\xff\xfe"
        frames = Cyton("a").feed(bytes(packet) + b"".join(streams.cyton(5)[1:]), 1.0)
        assert frames[0].values[0] == pytest.approx(-2 * CYTON_UV)

    def test_a_lost_packet_is_a_gap_of_its_length_and_one_that_comes_twice_is_left_out(self) -> None:
        packets = streams.cyton(30)
        decoder = Cyton("a")
        frames = decoder.feed(b"".join(packets[:10] + packets[9:10] + packets[15:]), 1.0)
        first, second = (frame for frame in frames if frame.sensor_id == "a.1")
        assert second.sequence == first.sequence + 2
        assert second.sensor_time_s - first.sensor_time_s == pytest.approx(15 / 250)
        assert (decoder.lost, decoder.dropped["duplicate"]) == (5, 1)

    def test_a_daisy_joins_odd_and_even_and_leaves_out_what_has_lost_its_half(self) -> None:
        packets = streams.cyton(21)[1:]
        del packets[5]
        frames = Cyton("a", (Channel.EEG,) * 16).feed(b"".join(packets), 1.0)
        pairs = [(1, 2), (3, 4), (7, 8), (9, 10)]
        volts = [(1000 + odd) * CYTON_UV for odd, _ in pairs], [(1000 + even) * CYTON_UV for _, even in pairs]
        assert joined(frames, "a.1")[:4] == pytest.approx(volts[0])
        assert joined(frames, "a.9")[:4] == pytest.approx(volts[1])

    def test_accelerations_hold_until_the_next_ones(self) -> None:
        packets = [bytearray(packet) for packet in streams.cyton(7)]
        packets[1][26:32] = struct.pack(">3h", 8000, -8000, 16)
        packets[4][26:32] = struct.pack(">3h", 0, 0, 8000)
        frames = Cyton("a").feed(b"".join(map(bytes, packets)), 1.0)
        assert joined(frames, "a.x") == pytest.approx([0, 1, 1, 1, 0, 0])
        assert joined(frames, "a.z")[-1] == pytest.approx(1.0)

    def test_an_input_set_to_ecg_is_in_millivolts(self) -> None:
        frames = Cyton("a", (Channel.ECG, *(Channel.EEG,) * 7)).feed(b"".join(streams.cyton(4)), 1.0)
        assert (frames[0].sensor_id, frames[0].unit) == ("a", "mV")
        assert frames[0].values[0] == pytest.approx(CYTON_UV)


class TestGanglion:
    def test_differences_are_taken_off_the_whole_sample(self) -> None:
        decoder = Ganglion("a")
        frames = [f for packet in streams.ganglion(3) for f in decoder.feed(packet, 1.0)]
        scale = 1.2e6 / (2**23 - 1) / 1.5 / 51.0
        counts = np.array(joined(frames, "a.1")) / scale
        assert counts.tolist() == pytest.approx([1000, 1000 - 2, 998 - 10, 988 - 4, 984 - 12])

    def test_after_a_gap_nothing_is_told_until_there_is_ground(self) -> None:
        decoder = Ganglion("a")
        packets = streams.ganglion(110)
        heard = [bool(decoder.feed(packet, 0.01)) for packet in packets[:10] + packets[12:]]
        assert heard.index(False) == 10
        assert decoder.lost == 2
        assert heard[-1]

    def test_the_sign_of_a_difference_stands_in_its_lowest_bit(self) -> None:
        decoder = Ganglion("a")
        decoder.feed(streams.ganglion(1)[0], 0.0)
        minus_one = (1 << 18) - 1
        frames = decoder.feed(b"\x01" + (minus_one << 126).to_bytes(18, "big") + b"\0", 0.01)
        assert frames[0].values[0] > 1000 * 1.2e6 / (2**23 - 1) / 1.5 / 51.0


class TestThinkGear:
    def test_raw_samples_and_what_the_chip_says_are_read(self) -> None:
        decoder = ThinkGear("a")
        (frame,) = decoder.feed(b"".join(streams.thinkgear(10)), 1.0)
        assert (frame.values / (1.8e6 / 4096 / 2000)).tolist() == pytest.approx(list(range(-700, -690)))
        assert (decoder.chip.attention, decoder.chip.meditation, decoder.chip.poor_signal) == (50, 60, 0)
        assert decoder.chip.bands[:2] == (0x000102, 0x030405)
        assert frame.has_contact

    def test_a_headset_that_is_off_says_so(self) -> None:
        rows = b"\x02\xc8"
        off = b"\xaa\xaa\x02" + rows + bytes([~sum(rows) & 0xFF])
        packets = streams.thinkgear(6)
        frames = ThinkGear("a").feed(b"".join([*packets[:3], off, *packets[3:]]), 1.0)
        assert [frame.has_contact for frame in frames] == [True, False]


class TestBitalino:
    def test_six_inputs_of_ten_and_six_bits_are_read(self) -> None:
        frames = Bitalino("a", (Channel.ECG,) * 6).feed(b"".join(streams.bitalino(30)), 1.0)
        assert joined(frames, "a.2")[:3] == [142, 149, 156]
        assert joined(frames, "a.5")[:3] == [2, 3, 4]
        assert joined(frames, "a.6")[:3] == [6, 9, 12]

    def test_the_start_command_names_rate_and_inputs(self) -> None:
        assert start_commands(1000, (1, 2)) == (b"\xc3", b"\x0d")


class TestPulseSensor:
    def test_samples_are_taken_and_the_boards_own_beats_kept_beside(self) -> None:
        decoder = PulseSensor("a")
        (frame,) = decoder.feed(b"cut\nS512\r\nB72\r\nQ830\r\nS514\r\n", 1.0)
        assert (frame.channel, frame.values.tolist()) == (Channel.PPG, [512.0, 514.0])
        assert (decoder.rate_bpm, decoder.interval_ms, decoder.dropped) == (72.0, 830.0, {})

    def test_the_plotter_form_and_the_second_of_two_sensors_are_understood(self) -> None:
        assert joined(PulseSensor("a").feed(b"cut\n72,830,512\n", 1.0), "a") == [512.0]
        assert joined(PulseSensor("a").feed(b"cut\na512\nb90\na513\n", 1.0), "a") == [512.0, 513.0]


class TestOximeter:
    @pytest.mark.parametrize(
        ("bits", "value"), [(0x0062, 98.0), (0xF3D4, 98.0), (0xF0FF, 25.5), (0x0FFF, -1.0), (0x2005, 500.0)]
    )
    def test_short_floats_are_read(self, bits: int, value: float) -> None:
        assert plx.sfloat(bits) == pytest.approx(value)

    def test_a_measurement_with_every_field_is_read(self) -> None:
        found = plx.parse_continuous(streams.plx(1)[0])
        assert found is not None
        assert (found.spo2_percent, found.rate_bpm, found.has_contact) == (98.0, 72.0, True)
        assert found.pulse_amplitude == pytest.approx(1.2)

    def test_without_a_finger_there_is_no_contact_and_no_number(self) -> None:
        found = plx.parse_continuous(b"\x08\xff\x07\xff\x07" + (1 << 11).to_bytes(3, "little"))
        assert found is not None
        assert found.has_contact is False
        assert math.isnan(found.spo2_percent)

    def test_a_spot_check_with_its_time_is_read(self) -> None:
        found = plx.parse_spot(b"\x01\x62\x00\x48\x00" + bytes(7))
        assert found is not None
        assert (found.spo2_percent, found.has_contact) == (98.0, None)

    def test_a_length_that_lies_is_counted(self) -> None:
        meter = plx.PulseOximeter()
        assert meter.feed(b"\x1f\x62\x00\x48\x00") is None
        assert meter.dropped == {"length": 1}


class TestPolar:
    def test_the_commands_are_those_of_the_documentation(self) -> None:
        assert polar_pmd.start_command(polar_pmd.ECG, 130, 14).hex() == "0200000182000101" + "0e00"
        assert polar_pmd.start_command(polar_pmd.ACC, 200, 16, 2).hex() == "02020001c8000101100002010200"
        assert polar_pmd.start_command(polar_pmd.PPI) == b"\x02\x03"
        assert polar_pmd.stop_command(polar_pmd.ECG) == b"\x03\x00"

    def test_ecg_has_the_time_of_its_first_sample_and_millivolts(self) -> None:
        first, second = (PolarPmd("a").feed(data, 10.0)[0] for data in streams.polar_ecg(2))
        assert first.values[:2].tolist() == [-1.5, -1.499]
        assert first.sensor_time_s == pytest.approx(10.0 - 72 / 130)
        assert second.values[0] == pytest.approx((73 - 1500) / 1000)

    def test_differences_give_what_was_packed(self) -> None:
        rows = [[100, -200, 300], [131, -231, 269], [100, -200, 300]]
        data = bytes([polar_pmd.ACC]) + bytes(8) + b"\x81" + streams.pack_deltas(rows, 16, 6)
        frames = PolarPmd("a").feed(data, 1.0)
        assert [joined(frames, f"a.{axis}") for axis in "xyz"] == [
            pytest.approx([row[i] / 1000 for row in rows]) for i in range(3)
        ]

    def test_a_lost_frame_is_a_gap_and_one_that_comes_twice_is_refused(self) -> None:
        decoder = PolarPmd("a")
        data = streams.polar_ecg(5)
        numbers = [f.sequence for i in (0, 1, 1, 4) for f in decoder.feed(data[i], 1.0 + i * 73 / 130)]
        assert numbers == [0, 1, 3]
        assert (decoder.lost, decoder.dropped) == (146, {"replayed": 1})

    def test_intervals_without_contact_or_in_movement_are_not_told(self) -> None:
        pairs = struct.pack("<BHHB", 60, 1000, 10, 6) + struct.pack("<BHHB", 60, 900, 10, 7)
        (frame,) = PolarPmd("a").feed(bytes([3]) + bytes(9) + pairs, 1.0)
        assert frame.values[0] == 1000
        assert np.isnan(frame.values[1])
        assert frame.has_contact
        (loose,) = PolarPmd("a").feed(bytes([3]) + bytes(9) + struct.pack("<BHHB", 60, 1000, 10, 4), 1.0)
        assert loose.has_contact is False

    @pytest.mark.parametrize("data", [b"", bytes(10), b"\x07" + bytes(20), bytes(9) + b"\x05abc"])
    def test_what_cannot_be_read_is_counted(self, data: bytes) -> None:
        decoder = PolarPmd("a")
        assert decoder.feed(data, 1.0) == []
        assert sum(decoder.dropped.values()) == 1


class TestImprov:
    def test_packets_pass_by_and_every_sample_arrives(self) -> None:
        lines = streams.wearable(4)
        packet = improv_packet(4, b"\x01\x03abc")
        whole = lines[0] + packet + lines[1] + b"IMPROV" + lines[2][:0] + packet[6:] + lines[2] + lines[3]
        for step in (1, 5, len(whole)):
            beside = ImprovBeside(WearableDecoder("a"))
            frames = [f for at in range(0, len(whole), step) for f in beside.feed(whole[at : at + step], 1.0)]
            assert [frame.sequence for frame in frames] == [0, 1, 2, 3]
            assert [(one.kind, one.payload) for one in beside.packets] == [(4, b"\x01\x03abc")] * 2

    def test_what_only_looks_like_a_packet_goes_to_the_sensor(self) -> None:
        beside = ImprovBeside(WearableDecoder("a"))
        broken = improv_packet(1, b"x")[:-2] + b"\xff\n"
        assert beside.split(broken + b"more") == broken + b"more"
        assert beside.packets == []
