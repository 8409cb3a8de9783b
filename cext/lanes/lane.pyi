import numpy as np
from numpy.typing import NDArray

from cext.parts import Part

class Lane(Part):
    rows: int
    def render(self, block: NDArray[np.float32]) -> None: ...
