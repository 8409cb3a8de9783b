"""The local bus's wire: any cut of the stream gives the same frames, garbage is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.bus.frames import BODY_LIMIT_BYTES, ForeignBytesError, Frame, Kind, Unpacker

frames = st.builds(Frame, st.sampled_from(Kind), st.text(max_size=30), st.binary(max_size=300), st.booleans())


@settings(deadline=None)
@given(st.lists(frames, max_size=6), st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(
    sent: list[Frame], cuts: list[int]
) -> None:
    stream = b"".join(frame.pack() for frame in sent)
    unpacker = Unpacker()
    got: list[Frame] = []
    place = 0
    for turn in range(len(stream) + 1):
        step = cuts[turn % len(cuts)]
        got += unpacker.feed(stream[place : place + step])
        place += step
        if place >= len(stream):
            break
    assert got == sent


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=200).filter(lambda data: not data.startswith((b"EB1", b"EB", b"E"))))
def test_bytes_that_are_not_ours_are_refused_at_once(data: bytes) -> None:
    with pytest.raises(ForeignBytesError):
        Unpacker().feed(data)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_after_our_mark_do_worse_than_being_refused(data: bytes) -> None:
    try:
        for frame in Unpacker().feed(b"EB1" + data):
            assert isinstance(frame, Frame)
    except ForeignBytesError:
        pass


def test_a_body_beyond_the_limit_is_refused_on_both_sides() -> None:
    with pytest.raises(ValueError, match="too long"):
        Frame(Kind.MESSAGE, "x", bytes(BODY_LIMIT_BYTES + 1)).pack()
    head = b"EB1" + bytes([Kind.MESSAGE, 0, 0, 1]) + (BODY_LIMIT_BYTES + 1).to_bytes(4, "big")
    with pytest.raises(ForeignBytesError):
        Unpacker().feed(head)
