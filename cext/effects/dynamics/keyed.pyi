import numpy as np
from numpy.typing import NDArray

from cext.parts import Effect

class Keyed(Effect):
    def listen(self, key: NDArray[np.float32]) -> None: ...

class Ducker(Keyed): ...
