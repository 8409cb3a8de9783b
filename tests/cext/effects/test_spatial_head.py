"""A head in a field: cross-feed, a source in its place, in orbit, passing by."""

import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, rms, through

HZ = np.geomspace(100, 6000, 25)


def _response(name, hz=HZ, ear=None, **values):
    """Spectra at both ears of a click in both (or one) of them."""
    click = np.zeros((2, 8192), np.float32)
    click[slice(None) if ear is None else ear, 0] = 1.0
    out = through(effects.make(name, **values), click)
    return np.array([np.exp(-2j * np.pi * np.outer(hz, np.arange(8192)) / RATE_HZ) @ row for row in out])


def _pole(hz, corner_hz):
    keep = np.exp(-2 * np.pi * corner_hz / RATE_HZ)
    return (1 - keep) / (1 - keep * np.exp(-2j * np.pi * hz / RATE_HZ))


def test_crossfeed_is_its_two_shelves():
    direct, across = _response("crossfeed", ear=0, feed_db=6.0, corner_hz=650.0)
    cross = 10 ** ((-5 - 3) / 20)
    taken = 1 - 10 ** ((1 - 3) / 20)
    total = 1 / (1 - taken + cross)
    assert np.abs(direct - total * (1 - taken * _pole(HZ, 650 * np.sqrt(cross / taken)))).max() < 1e-5
    assert np.abs(across - total * cross * _pole(HZ, 650.0)).max() < 1e-5


@pytest.mark.parametrize("feed_db", [1.0, 4.5, 15.0])
def test_the_lowest_notes_are_as_far_apart_as_the_feed_says_and_mono_stays_as_loud(feed_db):
    direct, across = _response("crossfeed", np.array([5.0]), ear=0, feed_db=feed_db)
    assert 20 * np.log10(abs(direct[0] / across[0])) == pytest.approx(feed_db, abs=0.05)
    both = _response("crossfeed", np.array([5.0]), feed_db=feed_db)
    assert np.abs(both[:, 0]) == pytest.approx(1.0, abs=0.01)


def _sphere(azimuth_deg, elevation_deg=0.0, head_m=0.0875):
    """Brown and Duda's head: spectra at both ears, two frames late for the line that is read."""
    out = []
    for side in (-1, 1):
        x = side * np.cos(np.radians(elevation_deg)) * np.sin(np.radians(azimuth_deg))
        angle = np.arccos(np.clip(x, -1, 1))
        late_s = head_m / 343 * (1 - np.cos(angle) if angle < np.pi / 2 else 1 + angle - np.pi / 2)
        s = 2 * RATE_HZ * 1j * np.tan(np.pi * HZ / RATE_HZ) / (2 * 343 / head_m)
        bright = 1.05 + 0.95 * np.cos(1.2 * angle)
        out.append((1 + bright * s) / (1 + s) * np.exp(-2j * np.pi * HZ * (late_s + 2 / RATE_HZ)))
    return np.array(out)


@pytest.mark.parametrize("azimuth", [-135.0, -90.0, 0.0, 35.0, 90.0, 180.0])
def test_the_head_is_the_sphere_of_brown_and_duda(azimuth):
    found = _response("binaural_pan", azimuth_deg=azimuth, pinna=0.0)
    assert np.abs(found / _sphere(azimuth) - 1).max() < 0.02


def test_elevation_brings_the_ears_together():
    found = _response("binaural_pan", azimuth_deg=90.0, elevation_deg=90.0, pinna=0.0)
    assert np.abs(found[0] - found[1]).max() < 1e-5


def test_the_far_ear_hears_a_source_at_the_side_two_thirds_of_a_millisecond_later():
    far, near = _response("binaural_pan", azimuth_deg=90.0, pinna=0.0)
    high = HZ > 3000
    late_s = np.unwrap(np.angle(near[high] / far[high])) / (2 * np.pi * HZ[high])
    turns = np.round((0.000655 - late_s[-1]) * HZ[high][-1])
    assert late_s[-1] + turns / HZ[high][-1] == pytest.approx(0.0875 / 343 * (1 + np.pi / 2), abs=3e-5)


def test_the_folds_of_the_ear_change_with_height():
    low = np.abs(_response("binaural_pan", azimuth_deg=0.0, elevation_deg=-45.0, pinna=1.0)[0])
    high = np.abs(_response("binaural_pan", azimuth_deg=0.0, elevation_deg=60.0, pinna=1.0)[0])
    none = np.abs(_response("binaural_pan", azimuth_deg=0.0, elevation_deg=60.0, pinna=0.0)[0])
    top = HZ > 3000
    assert np.abs(20 * np.log10(high / low))[top].max() > 2
    assert np.abs(20 * np.log10(high / none))[top].max() > 2


def test_distance_is_a_gain_of_one_over_it():
    one, four = (_response("binaural_pan", distance_m=far)[0] for far in (1.0, 4.0))
    assert np.abs(one / four - 4).max() < 1e-4


def test_an_orbit_comes_round_in_time_and_is_right_before_it_is_behind():
    noise = np.random.default_rng(1).standard_normal(2 * RATE_HZ) * 0.2
    sound = np.tile(noise, (2, 1)).astype(np.float32)
    out = through(effects.make("orbit", speed_hz=1.0, oval=0.0, height_deg=0.0), sound)
    level = np.array([[rms(row[at : at + 2400]) for at in range(0, 2 * RATE_HZ, 2400)] for row in out])
    right_db = 20 * np.log10(level[1] / level[0])
    assert right_db[:10].min() > 2
    assert right_db[4] > 12
    assert right_db[10:20].max() < -2
    assert right_db[15] < -12
    assert np.abs(right_db[:20] - right_db[20:]).max() < 1.0


def _pitch(sound, centre, frames=4096):
    part = sound[centre - frames // 2 : centre + frames // 2] * np.hanning(frames)
    spectrum = np.fft.fft(part, 8 * frames)[: 4 * frames]
    peak = np.argmax(np.abs(spectrum))
    a, b, c = np.log(np.abs(spectrum[peak - 1 : peak + 2]))
    return (peak + 0.5 * (a - c) / (a - 2 * b + c)) * RATE_HZ / (8 * frames)


def test_what_passes_by_falls_in_pitch_as_doppler_says():
    speed, near, way = 30.0, 5.0, 90.0
    time_s = np.arange(3 * RATE_HZ) / RATE_HZ
    sound = np.tile(0.5 * np.sin(2 * np.pi * 1000 * time_s), (2, 1)).astype(np.float32)
    out = through(effects.make("doppler", speed_mps=speed, distance_m=near, way_m=way), sound).sum(axis=0)
    for at_s in (0.6, 1.0, 2.0, 2.6):
        place = -way / 2 + speed * at_s
        away_mps = speed * place / np.hypot(place, near)
        assert _pitch(out, int(at_s * RATE_HZ)) == pytest.approx(1000 * (1 - away_mps / 343), rel=2e-3)


def test_what_passes_by_is_loudest_where_it_is_nearest_and_goes_from_left_to_right():
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    sound = np.tile(0.5 * np.sin(2 * np.pi * 2000 * time_s), (2, 1)).astype(np.float32)
    out = through(effects.make("doppler", speed_mps=50.0, distance_m=5.0, way_m=100.0), sound)
    level = np.array([[rms(row[at : at + 2400]) for at in range(0, 2 * RATE_HZ, 2400)] for row in out])
    assert np.argmax(level.sum(axis=0)) in (19, 20)
    assert level[0, 12] > 2 * level[1, 12]
    assert level[1, 28] > 2 * level[0, 28]
