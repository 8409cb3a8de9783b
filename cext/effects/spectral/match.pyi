import numpy as np
from numpy.typing import NDArray

from cext.effects.spectral.stft import Spectral

class MatchEq(Spectral):
    def take(self, name: str, sound: NDArray[np.float32]) -> None: ...
