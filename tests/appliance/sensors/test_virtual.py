"""The virtual wearer: a body that breathes, beats, calms, and tells the truth about itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.virtual import Dropout, VirtualWearer


def _values(frames: list[SensorFrame], channel: Channel = Channel.ECG) -> NDArray[np.float64]:
    return np.concatenate([frame.values for frame in frames if frame.channel is channel])


def _paced(bpm: float, length_s: float = 240.0, seed: int = 5) -> VirtualWearer:
    wearer = VirtualWearer(seed, (Channel.RR,))
    for tick in range(round(length_s * 10)):
        wearer.follow(tick * 0.1 * bpm / 60.0, bpm)
        wearer.take((tick + 1) * 0.1)
    return wearer


def _intervals_s(wearer: VirtualWearer, after_s: float = 120.0) -> NDArray[np.float64]:
    beats = np.array(wearer.beats_s)
    return np.diff(beats[beats > after_s])


def test_the_same_seed_gives_the_same_heart_however_it_is_asked() -> None:
    at_once = _values(VirtualWearer(3).take(20.0))
    other = VirtualWearer(3)
    in_pieces = _values([frame for tick in range(1, 300) for frame in other.take(tick * 0.067)])
    assert np.array_equal(at_once[: len(in_pieces)], in_pieces)
    assert not np.array_equal(_values(VirtualWearer(4).take(20.0)), at_once)


def test_the_true_beats_lie_on_the_r_peaks() -> None:
    wearer = VirtualWearer(7, rate_hz=500.0, noise_mv=0.0)
    ecg = _values(wearer.take(60.0))
    for beat_s in wearer.beats_s[1:-1]:
        near = round(beat_s * 500.0)
        highest = near - 20 + int(np.argmax(ecg[near - 20 : near + 21]))
        assert abs(highest / 500.0 - beat_s) <= 0.003


def test_the_true_pulses_lie_on_the_tops_of_the_pulse_wave() -> None:
    wearer = VirtualWearer(7, (Channel.PPG,), 500.0)
    ppg = _values(wearer.take(60.0), Channel.PPG)
    away_s = []
    for pulse_s in wearer.pulses_s[1:-1]:
        near = round(pulse_s * 500.0)
        away_s.append((np.argmax(ppg[near - 30 : near + 31]) - 30) / 500.0)
    assert abs(np.median(away_s)) <= 0.004
    assert len(away_s) > 60


def test_a_person_at_rest_has_a_plausible_heart() -> None:
    wearer = VirtualWearer(2)
    wearer.take(300.0)
    intervals_s = np.diff(wearer.beats_s)
    assert 60 < 60 / intervals_s.mean() < 85
    assert 15 < 1000 * np.sqrt(np.mean(np.diff(intervals_s) ** 2)) < 60
    assert 20 < 1000 * intervals_s.std() < 80


def test_a_slow_pacer_calms_the_wearer_and_a_quick_one_does_not() -> None:
    slow, quick = _paced(6.0), _paced(14.0)
    assert slow.calm > 0.9
    assert quick.calm < 0.01
    assert slow.breath_rate_hz == pytest.approx(0.1, abs=0.005)
    assert _intervals_s(slow).mean() > 1.05 * _intervals_s(quick).mean()
    assert _intervals_s(slow).std() > 2 * _intervals_s(quick).std()


def test_the_breath_falls_in_with_the_pacer() -> None:
    wearer = VirtualWearer(5, (Channel.BREATH,))
    for tick in range(600):
        wearer.follow(0.25 + tick * 0.01, 6.0)
        wearer.take((tick + 1) * 0.1)
    behind = (0.25 + 599 * 0.01 + 0.01 - wearer.breath_phase + 0.5) % 1.0 - 0.5
    assert abs(behind) < 0.05
    wearer.follow(None, 0.0)
    wearer.take(200.0)
    assert wearer.breath_rate_hz > 0.15


def test_everything_it_sends_is_marked_as_simulated() -> None:
    wearer = VirtualWearer(1, (Channel.ECG, Channel.PPG, Channel.RR, Channel.BREATH))
    frames = wearer.take(5.0)
    assert {frame.channel for frame in frames} == {Channel.ECG, Channel.PPG, Channel.RR, Channel.BREATH}
    assert all(frame.is_simulated for frame in frames)
    assert wearer.identity.is_simulated
    assert "simulated" in wearer.identity.name


def test_intervals_sent_are_the_true_ones() -> None:
    wearer = VirtualWearer(1, (Channel.RR,))
    frames = wearer.take(60.0)
    assert np.allclose(_values(frames, Channel.RR), 1000 * np.diff(wearer.beats_s))
    assert [frame.sensor_time_s for frame in frames] == wearer.beats_s[1:]


def test_ectopic_beats_come_early_and_are_followed_by_a_pause() -> None:
    wearer = VirtualWearer(9, ectopics_per_min=6.0)
    wearer.take(120.0)
    beats = np.array(wearer.beats_s)
    usual_s = np.median(np.diff(beats))
    places = [i for i in np.searchsorted(beats, wearer.ectopics_s) if 0 < i < len(beats) - 1]
    assert len(places) >= 5
    for i in places:
        assert beats[i] - beats[i - 1] < 0.75 * usual_s
        assert beats[i + 1] - beats[i] > 1.2 * usual_s


def test_a_lead_that_is_off_sends_gaps_and_says_so() -> None:
    frames = VirtualWearer(1, dropouts=[Dropout(2.0, 1.0)]).take(5.0)
    off = [frame for frame in frames if frame.has_contact is False]
    assert len(off) == 25
    assert all(np.isnan(frame.values).all() for frame in off)
    assert [frame.sequence for frame in frames] == list(range(len(frames)))


def test_a_lost_radio_sends_nothing_and_the_sequence_shows_it() -> None:
    wearer = VirtualWearer(1)
    before = wearer.take(2.0)
    wearer.drop(1.0, has_contact=None)
    after = wearer.take(5.0)
    assert after[0].sequence - before[-1].sequence == 26


def test_a_wearer_with_a_length_ends() -> None:
    wearer = VirtualWearer(1, length_s=2.0)
    frames = wearer.take(10.0)
    assert wearer.is_finished
    assert len(_values(frames)) == 500
    assert wearer.take(20.0) == []


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), 1e6])
def test_impossible_rates_are_refused(rate_hz: float) -> None:
    with pytest.raises(ValueError, match="rate_hz"):
        VirtualWearer(1, rate_hz=rate_hz)


def test_a_sensor_it_does_not_wear_is_refused() -> None:
    with pytest.raises(ValueError, match="skin"):
        VirtualWearer(1, (Channel.SKIN,))


def test_free_breaths_differ_and_keep_their_mean_rate() -> None:
    wearer = VirtualWearer(6, (Channel.BREATH,))
    wearer.take(300.0)
    breaths_s = np.diff(wearer.breaths_s)
    assert 60 / breaths_s.mean() == pytest.approx(13.8, abs=1.0)
    assert 0.04 < breaths_s.std() / breaths_s.mean() < 0.3


def test_a_paced_breath_begins_with_the_pacer() -> None:
    wearer = _paced(6.0, 120.0)
    late = np.array(wearer.breaths_s)[-5:] % 10.0
    assert np.minimum(late, 10.0 - late).max() < 0.5
