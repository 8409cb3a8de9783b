"""European Data Format, the hospital's and the sleep laboratory's file, through the edfio library."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings.columns import channel_of, choose
from appliance.sensors.recordings.recording import Recording, Wish, in_box_units


def read(path: Path, wish: Wish) -> Recording:
    """Read one signal of an EDF or EDF+ file. Raises BadRecording."""
    import edfio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # edfio warns about headers that bend the standard and reads them
            file = edfio.read_edf(path)
            signals = list(file.signals)
            labels = [signal.label for signal in signals]
            if not signals:
                raise BadRecording(f"{path.name} holds no signals", "give a recording, not annotations alone")
            if not file.is_continuous:
                raise BadRecording(
                    f"{path.name} is an interrupted recording (EDF+D)", "export it as continuous EDF+C"
                )
            signal = signals[choose(labels, wish.column, wish.kind, path.name)]
            values = np.asarray(signal.data, dtype=np.float64)
            rate_hz = float(signal.sampling_frequency)
            unit = signal.physical_dimension
    except BadRecording:
        raise
    except Exception as error:
        # edfio lets whatever numpy and int() raise through; all of it means the same to a person.
        raise BadRecording(
            f"{path.name} is not a readable EDF file: {error}", "fetch or export it again"
        ) from error
    if wish.rate_hz is not None and abs(wish.rate_hz - rate_hz) > 1e-6 * rate_hz:
        raise BadRecording(
            f"{path.name} says {rate_hz:g} samples a second, not {wish.rate_hz:g}", "leave out --rate"
        )
    channel = wish.kind or channel_of(signal.label) or Channel.ECG
    values, unit = in_box_units(channel, values, unit)
    return Recording(path.name, channel, rate_hz, values, unit, signal.label)
