import numpy as np
from numpy.typing import NDArray

from cext.parts import Effect

class Analyser(Effect):
    def readings(self) -> dict[str, float]: ...

class SpectrumAnalyser(Analyser):
    def spectrum(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

class Tuner(Analyser):
    frequency_hz: float
    clarity: float
