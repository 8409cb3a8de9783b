"""The breath out of belts, beats and accelerometers whose breath is known."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.virtual import VirtualWearer
from appliance.signal import SignalChain
from appliance.signal.breath import Breath, BreathFromHeart
from appliance.signal.breath_belt import BreathBelt, BreathFromMotion
from appliance.signal.breath_fusion import BreathFusion
from appliance.signal.breath_levels import Levels

RATE_HZ = 50.0


def _volumes(per_minute: float, length_s: float, rate_hz: float = RATE_HZ) -> np.ndarray:
    """Lungs that fill in two fifths of a breath, the first inhale at 0 s."""
    phase = np.arange(int(length_s * rate_hz)) / rate_hz * per_minute / 60 % 1.0
    return np.where(
        phase < 0.4, 0.5 - 0.5 * np.cos(np.pi * phase / 0.4), 0.5 + 0.5 * np.cos(np.pi * (phase - 0.4) / 0.6)
    )


def _fed(
    breath: BreathBelt | BreathFromMotion, values: np.ndarray, step: int = 25, rate_hz: float = RATE_HZ
) -> None:
    for first in range(0, len(values), step):
        part = values[first : first + step]
        breath.feed(part, (first + len(part)) / rate_hz)


def _apart(phase: float, other: float) -> float:
    return abs((phase - other + 0.5) % 1.0 - 0.5)


@pytest.mark.parametrize("per_minute", [5.5, 12.0, 25.0, 38.0])
def test_a_belt_gives_rate_and_phase(per_minute: float) -> None:
    belt = BreathBelt(RATE_HZ)
    _fed(belt, _volumes(per_minute, 60.0))
    assert belt.rate_bpm == pytest.approx(per_minute, rel=0.03)
    phase = belt.phase(60.0)
    assert phase is not None
    assert _apart(phase, 60.0 * per_minute / 60) < 0.12


def test_a_heart_that_shakes_the_belt_is_not_counted() -> None:
    times_s = np.arange(int(60 * RATE_HZ)) / RATE_HZ
    spikes = 1.5 * np.exp(-0.5 * (((times_s * 1.2) % 1.0 - 0.5) / 0.04) ** 2)
    belt = BreathBelt(RATE_HZ)
    _fed(belt, _volumes(14.0, 60.0) + spikes)
    assert belt.rate_bpm == pytest.approx(14.0, abs=0.7)


def test_samples_one_by_one_and_all_at_once_give_the_same_breath() -> None:
    values = _volumes(13.0, 45.0) + 0.2 * np.random.default_rng(1).standard_normal(int(45 * RATE_HZ))
    said = []
    for step in (1, 7, 50, len(values)):
        belt = BreathBelt(RATE_HZ)
        _fed(belt, values, step)
        said.append((belt.rate_bpm, belt.confidence, belt.phase(45.0), belt.mean_rate_bpm()))
    assert said[0] == said[1] == said[2]
    assert said[3][:2] == said[0][:2]
    assert said[3][2] == pytest.approx(said[0][2], abs=1e-9)


def test_noise_is_seldom_a_breath_and_never_a_mean() -> None:
    random = np.random.default_rng(2)
    shown = looks = 0
    for _ in range(8):
        belt = BreathBelt(25.0)
        for second in range(90):
            belt.feed(random.standard_normal(25), second + 1.0)
            looks += bool(belt.waves)
            shown += belt.rate_bpm is not None
        assert belt.mean_rate_bpm() is None
    assert shown < 0.05 * looks


def test_a_gap_starts_the_half_minute_anew() -> None:
    belt = BreathBelt(RATE_HZ)
    _fed(belt, _volumes(12.0, 40.0))
    assert belt.rate_bpm is not None
    belt.feed(np.array([np.nan, 0.0]), 40.04)
    assert belt.rate_bpm is None
    assert belt.guess_bpm is None
    belt.feed(_volumes(12.0, 10.0), 50.04)
    assert belt.rate_bpm is None


@pytest.mark.parametrize("turn", [0.0, 0.7, 2.0])
def test_a_chest_that_tilts_in_any_direction_gives_rate_and_phase(turn: float) -> None:
    tilt = 0.02 * _volumes(11.0, 60.0)
    random = np.random.default_rng(3)
    axes = np.stack([np.cos(turn) * tilt, np.sin(turn) * tilt, 1.0 - 0.1 * tilt], axis=1)
    chest = BreathFromMotion(RATE_HZ)
    _fed(chest, axes + 0.002 * random.standard_normal(axes.shape))
    assert chest.rate_bpm == pytest.approx(11.0, abs=0.4)
    phase = chest.phase(60.0)
    assert phase is not None
    assert _apart(phase, 11.0) < 0.15


def _beats(per_minute: float, length_s: float) -> tuple[list[float], list[float]]:
    """Beats whose intervals swing with the breath, longest when the inhale begins."""
    times, intervals = [0.0], []
    while times[-1] < length_s:
        intervals.append(850.0 + 60.0 * np.cos(2 * np.pi * per_minute / 60 * times[-1]))
        times.append(times[-1] + intervals[-1] / 1000)
    return times[1:], intervals


def test_the_heart_alone_gives_rate_and_phase() -> None:
    times, intervals = _beats(9.0, 60.0)
    heart = BreathFromHeart()
    heart.update((times, intervals), ([], []), times[-1])
    assert heart.rate_bpm == pytest.approx(9.0, abs=0.4)
    phase = heart.phase(times[-1])
    assert phase is not None
    # An interval is known only when it ends, about one beat late.
    assert _apart(phase, times[-1] * 9.0 / 60) < 0.2


def test_shuffled_beats_are_seldom_a_breath() -> None:
    times, intervals = _beats(9.0, 60.0)
    random = np.random.default_rng(6)
    shown = 0
    for _ in range(100):
        heart = BreathFromHeart()
        heart.update((times, random.permutation(intervals).tolist()), ([], []), times[-1])
        shown += heart.rate_bpm is not None
    assert shown <= 12
    # The control: in their own order they are one.
    heart = BreathFromHeart()
    heart.update((times, intervals), ([], []), times[-1])
    assert heart.rate_bpm is not None


def test_the_level_under_the_beats_is_heard_where_the_intervals_are_silent() -> None:
    times = (0.8 * np.arange(1, 80)).tolist()
    flat = (times, [800.0 + 1e-3 * (number % 3) for number in range(len(times))])
    heart = BreathFromHeart()
    for time_s in times:
        heart.level(time_s, float(np.sin(2 * np.pi * 0.2 * time_s)))
    heart.update(flat, ([], []), times[-1])
    assert heart.guess_bpm == pytest.approx(12.0, abs=0.5)


def test_levels_are_the_same_in_any_pieces_and_nan_where_samples_lack() -> None:
    values = np.arange(2000) / 250.0
    seen = []
    for step in (1, 250, 2000):
        levels = Levels(Channel.ECG, 250.0)
        found = []
        for first in range(0, 2000, step):
            levels.feed(values[first : first + step])
            if first + step >= 1500 and not found:
                found.append(levels.at(5.0))
        seen += found
    assert seen == pytest.approx([4.92] * 3, abs=0.01)
    assert np.isnan(Levels(Channel.ECG, 250.0).at(1.0))


def test_sources_together_say_what_most_of_them_say() -> None:
    belt, other, lost = BreathBelt(RATE_HZ), BreathBelt(RATE_HZ), BreathBelt(RATE_HZ)
    _fed(belt, _volumes(12.0, 50.0))
    _fed(other, np.random.default_rng(7).standard_normal(int(50 * RATE_HZ)))
    fusion = BreathFusion()
    sources: list[Breath] = [belt, other, lost]
    fusion.update(sources, 50.0)
    assert fusion.rate_bpm == pytest.approx(12.0, abs=0.4)
    assert fusion.phase(50.0) == belt.phase(50.0)
    fusion.update(sources, 70.0)
    assert fusion.rate_bpm is None


def test_a_lost_frame_of_the_belt_is_a_gap() -> None:
    chain = SignalChain()
    values = _volumes(12.0, 40.0)
    for second in range(39):
        part = values[int(second * RATE_HZ) : int((second + 1) * RATE_HZ)]
        number = second + (second > 36)
        chain.feed(SensorFrame("b", Channel.BREATH, number, second, second + 1.0, part, RATE_HZ, ""))
        known = chain.features(second + 1.0).breath_rate_bpm is not None
        assert known == (28 <= second + 1 <= 37), second


def test_the_breath_of_a_heart_is_the_same_in_any_pieces() -> None:
    wearer = VirtualWearer(4, (Channel.ECG,), length_s=50.0)
    taken: list[SensorFrame] = []
    while not wearer.is_finished:
        taken += wearer.take(0.05 * (len(taken) + 1))
    values = np.concatenate([frame.values for frame in taken])
    said = []
    for step in (5, 250, len(values)):
        chain = SignalChain()
        for number, first in enumerate(range(0, len(values), step)):
            part = values[first : first + step]
            end_s = (first + len(part)) / 250.0
            chain.feed(SensorFrame("s", Channel.ECG, number, first / 250.0, end_s, part, 250.0, "mV"))
        chain.finish()
        breath = chain.heart.breath
        said.append((breath.guess_bpm, breath.confidence, breath.mean_rate_bpm(), breath.mean_confidence()))
    assert said[0] == said[1] == said[2]
    assert said[0][0] is not None
