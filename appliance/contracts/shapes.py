"""The six frozen shapes: what one room hands to the next.

Units are last in every name. Times named `*_s` are seconds on the box's monotonic clock, or seconds
since the start of a recording when one is replayed; they never come from wall time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Only named in annotations: the API's processes read these contracts and never load NumPy.
    import numpy as np
    from numpy.typing import NDArray


def _nothing() -> Mapping[str, float]:
    return MappingProxyType({})


class Channel(StrEnum):
    """What a stream of samples measures."""

    ECG = "ecg"
    PPG = "ppg"
    RR = "rr"
    BREATH = "breath"
    SKIN = "skin"
    MOTION = "motion"
    TEMPERATURE = "temperature"
    EEG = "eeg"
    OXYGEN = "oxygen"
    PULSE_RATE = "pulse_rate"


@dataclass(frozen=True, slots=True, eq=False)
class SensorFrame:
    """Raw samples of one channel, as they came.

    values: shape (samples,), float64, in `unit`; NaN marks a sample the sensor says it lost. Movement may
    come as (samples, 3), and EEG as (samples, sites).
    rate_hz: samples a second, or 0 for events (RR intervals: one value a beat, in ms).
    sequence: counts frames of this sensor and channel; a jump is a gap.
    sensor_time_s: the sensor's own clock at the first sample.
    arrival_s: the box's clock when the frame arrived; for a replayed file, its place in the recording.
    has_contact: False when the sensor says the electrode or finger is off, None when it cannot tell.
    """

    sensor_id: str
    channel: Channel
    sequence: int
    sensor_time_s: float
    arrival_s: float
    values: NDArray[np.float64]
    rate_hz: float
    unit: str
    is_simulated: bool = False
    has_contact: bool | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat.

    time_s: the R peak (or systolic peak), refined between samples.
    found_s: signal time at which the detector said so; found_s - time_s is its latency.
    quality: 0..1.
    """

    time_s: float
    found_s: float
    quality: float = 1.0


@dataclass(frozen=True, slots=True)
class Interval:
    """One RR interval, as measured and as corrected.

    time_s: when the interval ended. raw_ms: as measured; rr_ms: after correction.
    kind: "normal", "ectopic", "long", "short", "extra", "missed" or "gap"; only "normal" is untouched.
    """

    time_s: float
    raw_ms: float
    rr_ms: float
    kind: str = "normal"
    quality: float = 1.0


@dataclass(frozen=True, slots=True)
class SkinResponse:
    """One rise of skin conductance.

    kind: "onset" when it passes the threshold, then "response" when it is over (final, with its size).
    onset_s: where it began to rise; found_s: signal time at which this was said. amplitude_us: from valley
    to summit, or so far. rise_s: how long that took.
    """

    kind: str
    onset_s: float
    found_s: float
    amplitude_us: float
    rise_s: float


@dataclass(frozen=True, slots=True)
class Rhythms:
    """The brain's rhythms of the last seconds.

    powers_uv2: band -> power in uV^2; shares: band -> share of all from 0.5 to 45 Hz, 0..1. peak_alpha_hz:
    None when nothing stands out. is_rewarded, reward: the feedback now, and 0..1 how strong. is_muted: eyes,
    muscles or a lost signal drown the brain. quality: 0..1, the share of the last seconds that shows it.
    """

    powers_uv2: Mapping[str, float] = field(default_factory=_nothing)
    shares: Mapping[str, float] = field(default_factory=_nothing)
    peak_alpha_hz: float | None = None
    is_rewarded: bool = False
    reward: float = 0.0
    is_muted: bool = True
    quality: float = 0.0


@dataclass(frozen=True, slots=True)
class Features:
    """What the signal chain found since it was last asked.

    Rates and variability are None until there are enough good beats; None is not zero.
    quality: 0..1, how far the heart signal can be trusted now; muted below 0.5.
    is_lost: no usable heart signal at all (lead off, finger off, flat, sensor gone).
    breath_confidence: 0..1, a rate is given from 0.5. skin_*: conductance in uS, rises a minute and their
    quality; skin_temperature_c and its trend. cadence_per_min: steps, 0 at rest. posture: "upright",
    "leaning" or "lying". artefact: 0..1, how far movement spoils the rest; it has lowered `quality` already.
    """

    time_s: float
    beats: tuple[Beat, ...] = ()
    intervals: tuple[Interval, ...] = ()
    heart_rate_bpm: float | None = None
    mean_hr_bpm: float | None = None
    rmssd_ms: float | None = None
    sdnn_ms: float | None = None
    pnn50: float | None = None
    coherence: float | None = None
    breath_rate_bpm: float | None = None
    breath_phase: float | None = None
    quality: float = 0.0
    is_lost: bool = True
    wave: tuple[float, ...] = ()
    wave_rate_hz: float = 0.0
    breath_confidence: float = 0.0
    skin_level_us: float | None = None
    skin_responses: tuple[SkinResponse, ...] = ()
    skin_responses_per_min: float | None = None
    skin_quality: float = 0.0
    skin_temperature_c: float | None = None
    skin_trend_c_per_min: float | None = None
    cadence_per_min: float | None = None
    posture: str | None = None
    artefact: float | None = None
    rhythms: Rhythms | None = None


@dataclass(frozen=True, slots=True)
class BodyState:
    """The smoothed person now.

    coherence: 0..1, how much of the heart's rhythm is one slow wave. breath_phase: 0..1, 0 is the
    start of the inhale. pacer_phase: 0..1 of the guide the wearer follows, None when none runs.
    stale: names of the fields that are older than they should be; their values are the last known. A figure
    that no sensor ever gave is None and not stale. reward: 0..1 of the brain's feedback, 0 while muted.
    """

    time_s: float
    heart_rate_bpm: float | None = None
    rmssd_ms: float | None = None
    sdnn_ms: float | None = None
    pnn50: float | None = None
    coherence: float | None = None
    breath_rate_bpm: float | None = None
    breath_phase: float | None = None
    pacer_phase: float | None = None
    quality: float = 0.0
    is_lost: bool = True
    is_simulated: bool = False
    stale: frozenset[str] = frozenset()
    skin_level_us: float | None = None
    skin_responses_per_min: float | None = None
    skin_temperature_c: float | None = None
    skin_trend_c_per_min: float | None = None
    cadence_per_min: float | None = None
    posture: str | None = None
    alpha_share: float | None = None
    reward: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the engine's parameters should go, and how fast.

    targets: parameter name (a row of `cext.graph.PARAMETERS`) -> value in its unit.
    glide_s: seconds to get there; the engine smooths every sample on the way.
    """

    time_s: float
    targets: Mapping[str, float] = field(default_factory=_nothing)
    glide_s: float = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What leaves the box in one period.

    samples: shape (lanes, frames), float32, rows as in `Lane`. first_frame: its place on the one clock.
    """

    first_frame: int
    samples: NDArray[np.float32]


class CommandKind(StrEnum):
    """What a client may ask of the running box."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    SET = "set"
    EMERGENCY_STOP = "emergency_stop"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Command:
    """One request that travels against the stream: API -> MQTT -> sessions.

    command_id: chosen by the asker; a second command with the same id is answered, not repeated.
    asked_by: who asked, for the journal. parameters: `protocol` for start, name and value for set.
    """

    command_id: str
    kind: CommandKind
    asked_by: str
    parameters: Mapping[str, str | float] = field(default_factory=dict)
