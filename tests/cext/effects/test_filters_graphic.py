import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import heard
from tests.cext.sound import RATE_HZ

CENTRES_HZ = 1000 * 2 ** ((np.arange(31) - 17) / 3)
SLIDERS = [row.name for row in effects.kind("graphic_eq").PARAMETERS]


def _levels(effect, hz=CENTRES_HZ):
    return 20 * np.log10(np.abs(heard(effect, hz)))


@pytest.mark.parametrize(
    ("gains_db", "error_db"),
    [
        (np.full(31, 12.0), 0.05),
        (10 * np.sin(np.arange(31) / 4), 0.05),
        (12.0 * (np.arange(31) == 15), 0.05),
        (np.random.default_rng(1).uniform(-12, 12, 31), 0.1),
        (12 * (-1.0) ** np.arange(31), 0.4),  # the hardest there is
    ],
)
def test_the_curve_is_the_one_the_sliders_draw(gains_db, error_db):
    effect = effects.make("graphic_eq", **dict(zip(SLIDERS, gains_db, strict=True)))
    assert _levels(effect) == pytest.approx(gains_db, abs=error_db)


def test_between_two_equal_sliders_the_curve_is_as_high_as_at_them():
    effect = effects.make("graphic_eq", **dict.fromkeys(SLIDERS, 8.0))
    between = np.sqrt(CENTRES_HZ[1:] * CENTRES_HZ[:-1])
    assert _levels(effect, between) == pytest.approx(8.0, abs=0.5)


def test_bands_above_what_a_rate_can_hold_are_left_out():
    effect = effects.make("graphic_eq", 16_000.0, **dict.fromkeys(SLIDERS, 6.0))
    assert _levels(effect, CENTRES_HZ[:25]) == pytest.approx(6.0, abs=0.2)


def test_quiet_music_gets_what_the_standards_contours_say():
    # ISO 226:2003, annex B: at 20, 100 and 1000 Hz 40 phon are 99.85, 64.37 and 40.00 dB, 80 phon are
    # 118.99, 92.48 and 80.00 dB.
    effect = effects.make("loudness_contour", mixed_phon=80.0, heard_phon=40.0)
    level = _levels(effect, CENTRES_HZ[[0, 7, 17]])
    assert level == pytest.approx([99.85 - 118.99 + 40, 64.37 - 92.48 + 40, 0.0], abs=0.05)


def test_a_sound_heard_louder_than_it_was_mixed_loses_bass():
    assert _levels(effects.make("loudness_contour", mixed_phon=60.0, heard_phon=80.0))[3] < -5
    assert effects.make("loudness_contour").rate_hz == RATE_HZ
