"""Consistent Overhead Byte Stuffing: no zero stays inside, so that a zero can end a frame.

Source: Cheshire and Baker, IEEE/ACM Trans. Netw. 7 (1999) 159. Runs on CPython and MicroPython.
"""


def stuff(data: bytes) -> bytes:
    """Remove every zero byte by COBS, so that a zero can end a frame."""
    out = bytearray()
    for piece in data.split(b"\0"):
        while len(piece) >= 254:
            out.append(255)
            out += piece[:254]
            piece = piece[254:]
        out.append(len(piece) + 1)
        out += piece
    return bytes(out)


def unstuff(data: bytes) -> "bytes | None":
    """Undo `stuff`; None when the bytes cannot be its result."""
    out = bytearray()
    at = 0
    size = len(data)
    while at < size:
        code = data[at]
        end = at + code
        if code == 0 or end > size:
            return None
        out += data[at + 1 : end]
        if code < 255 and end < size:
            out.append(0)
        at = end
    return bytes(out)
