"""What the box says of itself: each thing once, and with what to do."""

from appliance.bulletin import Bulletin
from appliance.sessions.runner import Runner


def test_an_interrupted_sound_is_told_at_once_and_then_ever_more_rarely():
    told = []
    bulletin = Bulletin("box", None, None, None, Runner(), "jack", told.append)
    for missed in range(120):
        bulletin.on_missed(missed)
    assert [line.split()[2] for line in told] == ["1", "10", "100"]
    assert all("block_frames" in line for line in told)
