"""Runs in the peer's own environment: nanoseconds a frame of pedalboard's effects, as JSON.

Reads a JSON list of expressions such as `Compressor(threshold_db=-20)` from standard input. For each: a call
a block of 128 from Python, and one call for everything with blocks of 128 inside it; the least of several.
"""

import json
import sys
import time

import numpy as np
import pedalboard

RATE_HZ = 48_000
BLOCK = 128


def _sound(seconds):
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal((2, len(time_s)))
    return np.asarray(0.3 * np.sin(2 * np.pi * 220 * time_s) + 0.1 * noise, np.float32)


def _least_ns(work, frames, rounds):
    best = float("inf")
    for _ in range(rounds):
        before = time.process_time_ns()
        work()
        best = min(best, time.process_time_ns() - before)
    return best / frames


def _measured(expression, seconds, rounds):
    names = {name: getattr(pedalboard, name) for name in dir(pedalboard)}
    room = np.random.default_rng(2).standard_normal((2, RATE_HZ)) * np.exp(-np.arange(RATE_HZ) / 8000)
    names["room"] = np.asarray(0.05 * room, np.float32)
    effect = eval(expression, names)
    sound = _sound(seconds)
    frames = sound.shape[1] // BLOCK * BLOCK
    blocks = [np.ascontiguousarray(sound[:, k : k + BLOCK]) for k in range(0, frames, BLOCK)]

    def inside():
        effect.process(sound, RATE_HZ, buffer_size=BLOCK, reset=False)

    def calls():
        for block in blocks:
            effect.process(block, RATE_HZ, buffer_size=BLOCK, reset=False)

    inside()
    return [_least_ns(inside, sound.shape[1], rounds), _least_ns(calls, frames, rounds)]


if __name__ == "__main__":
    print(json.dumps([_measured(*row) for row in json.load(sys.stdin)]))
