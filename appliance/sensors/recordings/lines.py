"""The text of a file in pieces of whole lines, so that a day of samples never stands in memory as text."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from appliance.errors import BadRecording

PIECE_BYTES = 1 << 22
LARGEST_BYTES = 1 << 32
LONGEST_LINE = 100_000
ODD_SHARE = 0.02


def pieces(path: Path) -> Iterator[str]:
    """Give the text of a file, also a gzipped one, in pieces that end where a line ends.

    All line ends become a single newline. Raises BadRecording for what is no text.
    """
    rest, taken, decoder = "", 0, None
    for data in _unpacked(path):
        taken += len(data)
        if taken > LARGEST_BYTES:
            raise BadRecording(f"{path.name} holds more than 4 GiB of text", "cut it into shorter files")
        if decoder is None:
            decoder = _decoder(path.name, data)
        text = rest + decoder.decode(data)
        # A piece may end between the two signs of one line end.
        held = "\r" if text.endswith("\r") else ""
        text = text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n")
        cut = text.rfind("\n") + 1
        if cut:
            yield _checked(path.name, text[:cut])
        rest = text[cut:] + held
        if len(rest) > LONGEST_LINE:
            raise _too_long(path.name)
    if decoder is None:
        raise BadRecording(f"{path.name} is empty", "give a file with a recording in it")
    rest = (rest + decoder.decode(b"", final=True)).replace("\r", "\n")
    if rest:
        yield _checked(path.name, rest)


def _unpacked(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if is_packed else path.open("rb") as stream:
            while data := stream.read(PIECE_BYTES):
                yield data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadRecording(
            f"{path.name} is a damaged gzip file: {error}", "fetch or copy the file again"
        ) from error


def _decoder(name: str, data: bytes) -> codecs.IncrementalDecoder:
    """The decoder for the mark at the beginning; without one UTF-8 where it fits, else Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in data:
        raise _binary(name)
    else:
        encoding = "utf-8-sig"
        try:
            codecs.getincrementaldecoder("utf-8")().decode(data)
        except UnicodeDecodeError:
            encoding = "latin-1"
    return codecs.getincrementaldecoder(encoding)(errors="replace")


def _checked(name: str, text: str) -> str:
    if "\0" in text or text.count("\ufffd") > len(text) // 100 or _odd_share(text[:4096]) > ODD_SHARE:
        raise _binary(name)
    if max(map(len, text.split("\n"))) > LONGEST_LINE:
        raise _too_long(name)
    return text


def _odd_share(text: str) -> float:
    odd = sum(1 for c in text if (ord(c) < 32 and c not in "\t\n\r\f") or 127 <= ord(c) < 160)
    return odd / max(len(text), 1)


def _binary(name: str) -> BadRecording:
    return BadRecording(
        f"{name} is binary and of no kind known here", "give CSV, text, WFDB (.hea), EDF, BDF or Polar .hrm"
    )


def _too_long(name: str) -> BadRecording:
    return BadRecording(
        f"{name} has a line longer than {LONGEST_LINE} characters", "put one sample on each line"
    )
