from cext.graph import Graph
from cext.sink import ThreadSink

LIBRARIES: tuple[str, ...]
PORTS: tuple[str, ...]

class JackSink(ThreadSink):
    name: str
    server: str
    lanes: int
    library: str
    is_connected: bool
    def __init__(
        self,
        graph: Graph,
        block_frames: int = ...,
        *,
        name: str = ...,
        server: str = ...,
        lanes: int = ...,
        is_connected: bool = ...,
        tap_s: float = ...,
    ) -> None: ...
    def look(self) -> None: ...
    @property
    def is_playing(self) -> bool: ...
