# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Plays through a sound server: JACK, or PipeWire, which speaks the same language.

The server calls on a thread of its own, which it makes real-time itself; the sink's thread only watches. When
the server ends or falls silent for a second, the watcher takes the clock over, so that light, touch and
journal go on without sound. Only one of the two renders at any time (Dekker's handshake, after E. W.
Dijkstra, EWD 123, 1965): the server's thread says that it is inside and then looks whether it may be; the
watcher says that it is gone and then waits until nobody is inside.
"""

import os

import cython
import numpy as np

from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memcpy, memset

from cext._clock cimport now_ns, sleep_until
from cext._jack cimport load_jack, open_client
from cext._types cimport LANES, atomic_fence, atomic_load, atomic_store
from cext.graph cimport Graph
from cext.sink cimport ThreadSink

cdef int64_t _WATCH_NS = 20_000_000, _SILENT_NS = 1_000_000_000
cdef enum:
    _MOST_FRAMES = 8192      # the longest period a server may ask for
    _NO_START = 1            # JackNoStartServer: we join a server, we do not make one
    _IS_INPUT = 1            # JackPortIsInput
    _IS_OUTPUT = 2           # JackPortIsOutput
    _IS_PHYSICAL = 4         # JackPortIsPhysical

# The first that opens a client is taken: a JACK server may be installed and asleep while PipeWire serves.
LIBRARIES = (
    "libjack.so.0",
    "/usr/lib/x86_64-linux-gnu/pipewire-0.3/jack/libjack.so.0",
    "/usr/lib/aarch64-linux-gnu/pipewire-0.3/jack/libjack.so.0",
    "/usr/lib64/pipewire-0.3/jack/libjack.so.0",
)
PORTS = (
    "ear_left", "ear_right", "light_1", "light_2", "light_3", "light_4", "vibration_1", "vibration_2",
)
cdef bytes _AUDIO = b"32 bit float mono audio"


cdef int _process(uint32_t frames, void* sink) noexcept nogil:
    return (<JackSink> sink).serve(frames)


cdef int _xrun(void* sink) noexcept nogil:
    atomic_store(&(<JackSink> sink).xrun, (<JackSink> sink).xrun + 1)
    return 0


cdef void _gone(void* sink) noexcept nogil:
    atomic_store(&(<JackSink> sink).gone, 1)


@cython.no_gc_clear
cdef class JackSink(ThreadSink):
    """Plays the two ears through JACK or PipeWire, whose clock is then the clock of everything.

    name: of the client; the server may add a number. server: "" for the usual one. lanes: how many of the
    eight get a port; 2 are the ears, 8 add light and vibration as they leave the guard, for drivers that take
    them. is_connected: join the ears to the first two loudspeakers. `start` raises OSError when there is no
    libjack, no server, or the server's rate is not the graph's. block_frames is a wish; the server decides.
    """

    def __init__(
        self, Graph graph not None, int block_frames=128, *, str name="echoel", str server="", int lanes=2,
        bint is_connected=True, double tap_s=2.5,
    ):
        super().__init__(graph, block_frames, tap_s=tap_s)
        if not 2 <= lanes <= LANES:
            raise ValueError(f"{lanes} lanes are outside 2 to {LANES}")
        self.name = name
        self.server = server
        self.lanes = lanes
        self.is_connected = is_connected
        self.library = ""
        self.block = np.zeros((LANES, _MOST_FRAMES), dtype=np.float32)

    def look(self):
        """Join the server and leave it again: raises OSError with what is in the way."""
        self._join()
        self.close()

    def open(self):
        """Join the server, make the ports and begin to play."""
        cdef int lane
        self._join()
        atomic_store(&self.gone, 0)
        atomic_store(&self.called_ns, now_ns())
        for lane in range(self.lanes):
            label = PORTS[lane].encode()
            self.ports[lane] = self.jack.port_register(self.client, label, _AUDIO, _IS_OUTPUT, 0)
            if self.ports[lane] == NULL:
                raise OSError(f"the sound server refuses a port for {PORTS[lane]}")
        self.jack.set_process(self.client, _process, <void*> self)
        self.jack.set_xrun(self.client, _xrun, <void*> self)
        self.jack.on_shutdown(self.client, _gone, <void*> self)
        if self.jack.activate(self.client):
            raise OSError("the sound server refuses to start the client")
        if self.is_connected:
            self._connect()

    def close(self):
        """Leave the server."""
        if self.client != NULL:
            with nogil:
                self.jack.client_close(self.client)
            self.client = NULL

    def _join(self):
        cdef int status = 0
        cdef bytes name = self.name.encode(), server = self.server.encode()
        cdef const char* wanted = NULL
        if server:
            wanted = server
        is_there = False
        # PipeWire would choose eight times our block; JACK knows nothing of this and keeps its own.
        os.environ.setdefault("PIPEWIRE_LATENCY", f"{self.block_frames}/{self.graph.rate_hz:.0f}")
        for library in LIBRARIES:
            path = library.encode()
            if not load_jack(&self.jack, path):
                continue
            is_there = True
            self.client = open_client(&self.jack, name, _NO_START, &status, wanted)
            if self.client != NULL:
                self.library = library
                break
        else:
            if not is_there:
                raise OSError("the JACK library (libjack.so.0) is not installed")
            wish = f" named {self.server!r}" if self.server else ""
            raise OSError(f"no JACK or PipeWire server{wish} answers (status {status:#x})")
        rate_hz, frames = self.jack.get_sample_rate(self.client), self.jack.get_buffer_size(self.client)
        if rate_hz != self.graph.rate_hz or frames > _MOST_FRAMES:
            self.close()
            raise OSError(
                f"the sound server runs at {rate_hz} Hz with {frames} frames a block, the box at"
                f" {self.graph.rate_hz:g} Hz with at most {_MOST_FRAMES}; set one of them to the other's"
            )

    def _connect(self):
        cdef const char** found = self.jack.get_ports(self.client, NULL, _AUDIO, _IS_INPUT | _IS_PHYSICAL)
        cdef int lane
        if found == NULL:
            return
        for lane in range(2):
            if found[lane] == NULL:
                break
            self.jack.connect(self.client, self.jack.port_name(self.ports[lane]), found[lane])
        self.jack.free(found)

    @property
    def is_playing(self):
        """Whether the server takes sound; False after it ended."""
        return bool(self.has_thread and not atomic_load(&self.gone))

    cdef int serve(self, uint32_t frames) noexcept nogil:
        # On the server's thread. What it may not render is silence.
        cdef int lane
        cdef float* out
        cdef int64_t begun_ns = now_ns()
        cdef bint is_mine
        atomic_store(&self.inside, 1)
        atomic_fence()
        is_mine = frames <= _MOST_FRAMES and not atomic_load(&self.gone) and atomic_load(&self.is_wanted)
        if is_mine:
            atomic_store(&self.called_ns, begun_ns)
            self.make(<int> frames)
            if now_ns() - begun_ns > 1e9 * frames / self.graph.rate_hz:
                atomic_store(&self.late, self.late + 1)
        for lane in range(self.lanes):
            out = <float*> self.jack.port_get_buffer(self.ports[lane], frames)
            if is_mine:
                memcpy(out, &self.block[lane, 0], frames * sizeof(float))
            else:
                memset(out, 0, frames * sizeof(float))
        atomic_store(&self.inside, 0)
        return 0

    cdef void loop(self) noexcept nogil:
        cdef int64_t due
        cdef int64_t block_ns = <int64_t> (1e9 * self.block_frames / self.graph.rate_hz)
        cdef int64_t is_realtime
        self.settle_in()
        is_realtime = atomic_load(&self.realtime)
        atomic_store(&self.realtime, self.jack.is_realtime(self.client))
        while atomic_load(&self.is_wanted) and not atomic_load(&self.gone):
            self._pause()
            if now_ns() - atomic_load(&self.called_ns) > _SILENT_NS:
                atomic_store(&self.gone, 1)
        atomic_fence()
        while atomic_load(&self.inside):
            self._pause()
        atomic_store(&self.realtime, is_realtime)
        due = now_ns()
        while atomic_load(&self.is_wanted):
            self.make(self.block_frames)
            due += block_ns
            sleep_until(due)

    cdef void _pause(self) noexcept nogil:
        sleep_until(now_ns() + _WATCH_NS)

    def __dealloc__(self):
        # Before the base class joins the thread: the server must not call into what is being taken apart.
        atomic_store(&self.is_wanted, 0)
        if self.client != NULL:
            with nogil:
                self.jack.client_close(self.client)
