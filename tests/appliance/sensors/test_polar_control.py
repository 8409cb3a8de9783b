"""Polar's control point as bytes: the examples of its documentation, and answers that lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sensors.ble import polar_control as pmd

# From Polar's documentation: what a strap answers when it is asked for the settings of its ECG and motion.
ECG_SETTINGS = bytes.fromhex("f0 01 00 00 00 00 01 82 00 01 01 0e 00")
ACC_SETTINGS = bytes.fromhex(
    "f0 01 02 00 00 00 04 19 00 32 00 64 00 c8 00 01 01 10 00 02 03 02 00 04 00 08 00"
)


def test_the_features_are_read_from_their_bits() -> None:
    assert pmd.features(bytes.fromhex("0f 05 00")) == {pmd.ECG, pmd.ACC}
    assert pmd.features(bytes.fromhex("0f 6e 02")) == {1, 2, 3, 5, 6, 9}
    assert pmd.features(b"") == pmd.features(b"\xf0\x01") == frozenset()


def test_the_start_of_the_ecg_is_the_one_of_the_documentation() -> None:
    answer = pmd.Answer(pmd.GET_SETTINGS, pmd.ECG)
    assert answer.take(ECG_SETTINGS)
    picked = pmd.chosen(pmd.settings(answer.rest), {pmd.RATE: 130})
    assert pmd.start(pmd.ECG, picked) == bytes.fromhex("02 00 00 01 82 00 01 01 0e 00")


@pytest.mark.parametrize(
    ("rate_hz", "range_g", "asked"),
    [
        (200, 2, "02 02 00 01 c8 00 01 01 10 00 02 01 02 00"),
        (50, 4, "02 02 00 01 32 00 01 01 10 00 02 01 04 00"),
        (60, 3, "02 02 00 01 64 00 01 01 10 00 02 01 04 00"),
        (999, 99, "02 02 00 01 c8 00 01 01 10 00 02 01 08 00"),
    ],
)
def test_the_smallest_setting_that_is_enough_is_chosen(rate_hz: int, range_g: int, asked: str) -> None:
    answer = pmd.Answer(pmd.GET_SETTINGS, pmd.ACC)
    assert answer.take(ACC_SETTINGS)
    picked = pmd.chosen(pmd.settings(answer.rest), {pmd.RATE: rate_hz, pmd.RANGE: range_g})
    assert pmd.start(pmd.ACC, picked) == bytes.fromhex(asked)


def test_an_answer_in_pieces_is_put_together_and_others_are_let_pass() -> None:
    answer = pmd.Answer(pmd.GET_SETTINGS, pmd.ACC)
    assert not answer.take(ECG_SETTINGS)
    first = ACC_SETTINGS[:4] + b"\x01" + ACC_SETTINGS[5:12]
    assert not answer.take(first)
    assert answer.take(ACC_SETTINGS[:4] + b"\x00" + ACC_SETTINGS[12:])
    assert pmd.settings(answer.rest)[pmd.RANGE] == (2, 4, 8)


def test_an_error_ends_an_answer() -> None:
    answer = pmd.Answer(pmd.START, pmd.ECG)
    assert answer.take(bytes([0xF0, 2, 0, pmd.SMALL_PACKETS]))
    assert answer.error == pmd.SMALL_PACKETS


@given(st.binary(max_size=60))
def test_whatever_comes_nothing_raises(data: bytes) -> None:
    pmd.features(data)
    answer = pmd.Answer(pmd.GET_SETTINGS, pmd.ECG)
    answer.take(data)
    offered = pmd.settings(data)
    assert len(pmd.start(pmd.ECG, pmd.chosen(offered, {pmd.RATE: 130}))) >= 2
