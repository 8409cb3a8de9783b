"""The wearable's frames in C: what they let in and what not is what `firmware.wire` says."""

from __future__ import annotations

import hashlib
import hmac
import os
import random

import pytest

from appliance.sensors.decoders.wearable import WearableDecoder
from cext.frames import Wire, tag
from firmware import wire
from firmware.aes import Cipher

KEY, SECRET = b"k" * 32, b"shared at pairing"
PAYLOAD = wire.Samples("ecg", 250.0, 0.5, [1, -2, wire.LOST, 32767], True).pack()


@pytest.mark.parametrize("is_native", [True, False])
def test_tags_are_those_of_the_standard_library(is_native: bool) -> None:
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 120, 300):
        for key in (b"", b"k" * 64, b"k" * 65):
            message = os.urandom(size)
            assert tag(key, message, 32, is_native) == hmac.digest(key, message, hashlib.sha256)


def test_the_twin_in_c_agrees_frame_by_frame_and_reason_by_reason() -> None:
    chance = random.Random(3)
    for _ in range(60):
        encoders = [wire.Encoder(), wire.Encoder(KEY, 7, boot=chance.randrange(4)), wire.Encoder(b"x", 9)]
        lines = [
            chance.choice(encoders).line(
                chance.choice((2, 2, 3, 4, 0x80)), i, chance.randbytes(chance.randrange(40))
            )
            for i in range(40)
        ]
        for _ in range(12):
            at = chance.randrange(len(lines))
            lines[at - 1], lines[at] = (
                lines[at],
                chance.choice((lines[at - 1], chance.randbytes(50), lines[at][:9])),
            )
        whole = b"".join(lines) + chance.randbytes(700).replace(b"\0", b"\1")
        ours, theirs = Wire({0: b"", 7: KEY}), wire.Decoder({0: b"", 7: KEY})
        for at in range(0, len(whole), 97):
            assert ours.feed(whole[at : at + 97]) == len(theirs.feed(whole[at : at + 97]))
        assert ours.dropped == theirs.dropped
        assert (ours.lost, ours.accepted) == (theirs.lost, theirs.accepted)


def test_sealed_frames_are_opened_with_the_key_of_the_pairing_only() -> None:
    for_tags, for_cipher = wire.derived(SECRET, wire.UP)
    line = wire.Encoder(for_tags, 3, 1, Cipher(for_cipher)).line(wire.SAMPLES, 0, PAYLOAD)
    (frame,) = WearableDecoder.paired("a", {3: SECRET}).feed(line, 1.0)
    assert frame.values.tolist()[:2] == [0.5, -1.0]
    assert frame.has_contact
    blind = WearableDecoder("a", {3: for_tags})
    assert blind.feed(line, 1.0) == []
    assert blind.dropped == {"sealed": 1}


def test_a_wrong_key_a_replay_and_an_old_boot_are_refused_with_a_reason() -> None:
    decoder = WearableDecoder("a", {7: KEY})
    encoder = wire.Encoder(KEY, 7, boot=5)
    good = encoder.line(wire.SAMPLES, 0, PAYLOAD)
    old = wire.Encoder(KEY, 7, boot=4).line(wire.SAMPLES, 0, PAYLOAD)
    wrong = wire.Encoder(b"w" * 32, 7, boot=5).line(wire.SAMPLES, 0, PAYLOAD)
    none = wire.Encoder().line(wire.SAMPLES, 0, PAYLOAD)
    assert len(decoder.feed(good + good + old + wrong + none, 1.0)) == 1
    assert decoder.dropped == {"replayed": 2, "tag": 1, "key": 1}


def test_a_frame_sent_back_to_its_sender_is_refused() -> None:
    down, _ = wire.derived(SECRET, wire.DOWN)
    decoder = WearableDecoder.paired("a", {3: SECRET})
    assert decoder.feed(wire.Encoder(down, 3).line(wire.SAMPLES, 0, PAYLOAD), 1.0) == []
    assert decoder.dropped == {"tag": 1}


@pytest.mark.parametrize("keys", [{256: b""}, {-1: b""}])
def test_a_key_id_is_one_byte(keys: dict[int, bytes]) -> None:
    with pytest.raises(ValueError, match="key id"):
        Wire(keys)
