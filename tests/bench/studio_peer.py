"""pyloudnorm over a file, run in its own environment: processor seconds to read it and to measure it."""

import json
import sys
import time

import pyloudnorm
import soundfile

began_s = time.process_time()
sound, rate_hz = soundfile.read(sys.argv[1])
read_s = time.process_time()
found = pyloudnorm.Meter(rate_hz).integrated_loudness(sound)
print(
    json.dumps(
        {"whole_s": time.process_time() - began_s, "measured_s": time.process_time() - read_s, "lufs": found}
    )
)
