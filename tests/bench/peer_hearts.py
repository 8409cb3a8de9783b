"""Runs in a peer's own environment: where it finds heartbeats, and how long that took it, as JSON.

Words: the name of a row of `DETECTORS`. Standard input: JSON [{"file": .npy, "rate_hz": ...}]. Prints a list
of {"beats_s", "cpu_s"}; beats_s is null where the package gave up.
"""

import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
np.trapz = getattr(np, "trapz", None) or np.trapezoid


def _sleepecg(values, rate_hz):
    import sleepecg

    return sleepecg.detect_heartbeats(values, rate_hz)


def _xqrs(values, rate_hz):
    from wfdb import processing

    return processing.xqrs_detect(sig=values, fs=rate_hz, verbose=False)


def _neurokit(values, rate_hz):
    import neurokit2

    clean = neurokit2.ecg_clean(values, sampling_rate=rate_hz)
    return neurokit2.ecg_peaks(clean, sampling_rate=rate_hz)[1]["ECG_R_Peaks"]


def _biosppy(values, rate_hz):
    from biosppy.signals import ecg

    rough = ecg.hamilton_segmenter(signal=_band(values, rate_hz), sampling_rate=rate_hz)["rpeaks"]
    return ecg.correct_rpeaks(signal=values, rpeaks=rough, sampling_rate=rate_hz, tol=0.05)["rpeaks"]


def _band(values, rate_hz):
    from biosppy.signals import tools

    found = tools.filter_signal(
        signal=values,
        ftype="FIR",
        band="bandpass",
        order=int(0.3 * rate_hz),
        frequency=[3, 45],
        sampling_rate=rate_hz,
    )
    return found[0]


def _heartpy(values, rate_hz):
    import heartpy

    clean = heartpy.scale_data(heartpy.remove_baseline_wander(values, rate_hz))
    working, _ = heartpy.process(clean, rate_hz)
    return np.setdiff1d(working["peaklist"], working["removed_beats"])


def _heartpy_pulse(values, rate_hz):
    import heartpy

    clean = heartpy.filter_signal(values, [0.7, 3.5], rate_hz, order=3, filtertype="bandpass")
    working, _ = heartpy.process(heartpy.scale_data(clean), rate_hz)
    return np.setdiff1d(working["peaklist"], working["removed_beats"])


def _neurokit_pulse(values, rate_hz):
    import neurokit2

    clean = neurokit2.ppg_clean(values, sampling_rate=rate_hz)
    return neurokit2.ppg_findpeaks(clean, sampling_rate=rate_hz)["PPG_Peaks"]


DETECTORS = {
    "sleepecg": _sleepecg,
    "wfdb xqrs": _xqrs,
    "neurokit2": _neurokit,
    "biosppy hamilton": _biosppy,
    "heartpy": _heartpy,
    "heartpy pulse": _heartpy_pulse,
    "neurokit2 pulse": _neurokit_pulse,
}


def _one(detect, row):
    values = np.load(row["file"])
    before_s = time.process_time()
    try:
        found = np.asarray(detect(values, int(row["rate_hz"])))
    except Exception:
        return {"beats_s": None, "cpu_s": time.process_time() - before_s}
    cpu_s = time.process_time() - before_s
    return {"beats_s": (found / row["rate_hz"]).tolist(), "cpu_s": cpu_s}


if __name__ == "__main__":
    detect = DETECTORS[sys.argv[1]]
    rows = json.load(sys.stdin)
    # The first call loads and compiles; it is not what is measured.
    _one(detect, rows[0])
    print(json.dumps([_one(detect, row) for row in rows]))
