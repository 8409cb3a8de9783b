from typing import Any

from cext.parts import Voice

class Ticked(Voice):
    def __init__(self, rate_hz: float = ..., *, seed: int = ..., **values: Any) -> None: ...
    def reset(self) -> None: ...
