"""The frame between wearable and box: what goes in comes out, and nothing else does."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.contracts import Channel
from firmware import wire

KEY = bytes(range(32))
# Bit 0x40 is no part of the kind: it says that the payload is sealed.
_kinds = st.integers(0, 255).map(lambda kind: kind & ~wire.SEALED)


def _line(sequence: int, kind: int = wire.SAMPLES, payload: bytes = b"abc", key: bytes = b"") -> bytes:
    encoder = wire.Encoder(key, 1 if key else 0)
    encoder.sequence = sequence
    return encoder.line(kind, 1000, payload)


@given(st.binary(max_size=1500))
def test_stuffed_bytes_hold_no_zero_and_come_back(data: bytes) -> None:
    stuffed = wire.stuff(data)
    assert 0 not in stuffed
    assert len(stuffed) <= len(data) + len(data) // 254 + 1
    assert wire.unstuff(stuffed) == data


@given(st.binary(max_size=600))
def test_unstuffing_never_raises(data: bytes) -> None:
    wire.unstuff(data)


def test_the_tag_is_hmac_sha256() -> None:
    for key in (b"", KEY, bytes(100)):
        assert wire.tag(key, b"message", 8) == hmac.new(key, b"message", hashlib.sha256).digest()[:8]


@given(
    payloads=st.lists(st.tuples(_kinds, st.binary(max_size=255)), min_size=1, max_size=8),
    cut=st.integers(1, 40),
)
def test_frames_survive_being_cut_into_pieces_of_any_size(
    payloads: list[tuple[int, bytes]], cut: int
) -> None:
    encoder = wire.Encoder(KEY, 1, boot=7)
    stream = b"".join(encoder.line(kind, 5, payload) for kind, payload in payloads)
    decoder = wire.Decoder({1: KEY})
    frames = [frame for i in range(0, len(stream), cut) for frame in decoder.feed(stream[i : i + cut])]
    assert [(frame.kind, frame.payload) for frame in frames] == payloads
    assert [frame.sequence for frame in frames] == list(range(len(payloads)))
    assert (decoder.dropped, decoder.lost, frames[0].boot) == ({}, 0, 7)


@settings(max_examples=200)
@given(st.binary(max_size=2000))
def test_noise_is_never_taken_for_a_frame(noise: bytes) -> None:
    decoder = wire.Decoder()
    assert decoder.feed(noise + b"\0") == []
    assert len(decoder.feed(_line(0))) == 1


@settings(max_examples=300)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_damaged_stream_gives_only_frames_that_were_sent(seed: int, damages: int) -> None:
    chance = random.Random(seed)
    sent = [bytes([number]) * chance.randint(0, 60) for number in range(12)]
    stream = bytearray(b"".join(_line(number, payload=payload) for number, payload in enumerate(sent)))
    for _ in range(damages):
        at = chance.randrange(len(stream))
        what = chance.choice(("flip", "drop", "repeat"))
        if what == "flip":
            stream[at] ^= 1 << chance.randrange(8)
        elif what == "drop":
            del stream[at : at + chance.randint(1, 30)]
        else:
            stream[at:at] = stream[at : at + chance.randint(1, 90)]
        stream = stream or bytearray(1)
    decoder = wire.Decoder()
    frames = decoder.feed(bytes(stream))
    assert all(frame.payload == sent[frame.sequence] for frame in frames)
    assert len({frame.sequence for frame in frames}) == len(frames)


def test_control_a_decoder_without_checks_would_believe_damaged_frames() -> None:
    body = bytearray(wire.Encoder().frame(wire.SAMPLES, 0, b"abc"))
    body[14] ^= 1
    crc = struct.pack("<I", binascii.crc32(bytes(body)))
    decoder = wire.Decoder()
    assert decoder.feed(wire.stuff(bytes(body) + crc) + b"\0") == []
    assert decoder.dropped == {"tag": 1}


def _with(body: bytes) -> bytes:
    return wire.stuff(body + struct.pack("<I", binascii.crc32(body))) + b"\0"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\x05ab\0", "stuffing"),
        (wire.stuff(b"short") + b"\0", "short"),
        (b"x" * 1000 + b"\0", "long"),
        (_with(b"\x02" + wire.Encoder().frame(2, 0, b"abc")[1:]), "version"),
        (_with(wire.Encoder().frame(2, 0, b"abc") + b"z"), "length"),
        (_line(0, key=KEY), "key"),
    ],
)
def test_each_fault_is_counted_under_its_reason(line: bytes, reason: str) -> None:
    decoder = wire.Decoder()
    assert decoder.feed(line) == []
    assert decoder.dropped == {reason: 1}


def test_a_wrong_crc_is_counted() -> None:
    body = wire.Encoder().frame(2, 0, b"abc")
    decoder = wire.Decoder()
    decoder.feed(wire.stuff(body + b"\1\2\3\4") + b"\0")
    assert decoder.dropped == {"crc": 1}


def test_a_frame_with_the_wrong_key_is_refused() -> None:
    decoder = wire.Decoder({1: bytes(32)})
    assert decoder.feed(_line(0, key=KEY)) == []
    assert decoder.dropped == {"tag": 1}


def test_a_replayed_frame_is_refused_and_a_late_one_is_let_in_once() -> None:
    lines = [_line(number, key=KEY) for number in range(80)]
    decoder = wire.Decoder({1: KEY})
    assert [f.lost for f in decoder.feed(lines[0] + lines[3])] == [0, 2]
    assert len(decoder.feed(lines[1] + lines[1] + lines[3])) == 1
    assert (decoder.dropped, decoder.lost) == ({"replayed": 2}, 1)
    decoder.feed(lines[79])
    assert decoder.feed(lines[2]) == []  # beyond the window of 64


def test_frames_of_an_earlier_boot_are_refused_when_there_is_a_key() -> None:
    old, new = wire.Encoder(KEY, 1, boot=4), wire.Encoder(KEY, 1, boot=5)
    decoder = wire.Decoder({1: KEY})
    assert len(decoder.feed(old.line(2, 0, b"") + new.line(2, 0, b""))) == 2
    assert decoder.feed(old.line(2, 0, b"")) == []


def test_endless_noise_without_an_end_mark_takes_no_memory() -> None:
    decoder = wire.Decoder()
    for _ in range(200):
        decoder.feed(b"\x55" * 65536)
        assert len(decoder._rest) < 1000
    assert decoder.dropped == {"long": 1}
    assert len(decoder.feed(b"\0" + _line(0))) == 1


def test_commands_carry_the_longer_tag() -> None:
    encoder = wire.Encoder()
    assert len(encoder.frame(wire.COMMAND, 0, b"")) == len(encoder.frame(wire.SAMPLES, 0, b"")) + 8


def test_a_payload_too_long_for_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="255"):
        wire.Encoder().frame(2, 0, bytes(256))


@given(st.lists(st.integers(-32768, 32767), max_size=122), st.sampled_from([None, True, False]))
def test_samples_come_back_as_they_were_packed(counts: list[int], has_contact: bool | None) -> None:
    found = wire.Samples.unpack(wire.Samples("ppg", 100.0, 0.25, counts, has_contact).pack())
    assert found is not None
    assert (found.channel, found.rate_hz, found.scale) == ("ppg", 100.0, 0.25)
    assert (found.counts, found.has_contact) == (counts, has_contact)


@given(st.binary(max_size=255))
def test_unpacking_any_payload_never_raises(payload: bytes) -> None:
    wire.Samples.unpack(payload)
    wire.unpack_intervals(payload)
    wire.unpack_hello(payload)


def test_intervals_and_names_come_back() -> None:
    assert wire.unpack_intervals(wire.pack_intervals([800.0, 1000.0])) == pytest.approx([800, 1000], abs=0.5)
    assert wire.unpack_hello(wire.pack_hello("A1", "Echoel band")) == ("A1", "Echoel band")


def test_the_channels_on_the_wire_are_those_of_the_box() -> None:
    assert list(wire.CHANNELS) == [channel.value for channel in Channel]
