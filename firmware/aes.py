"""AES-128 in counter mode, for frames that nobody shall read on the air.

Boards that have `cryptolib` (ESP32 in hardware, RP2 in C) encrypt the counter with it; elsewhere the block
cipher is written out here, from a table that is made at the first use. A wearable's 16 ms packet is two or
three blocks. Source: FIPS 197 and NIST SP 800-38A. The tag of the frame is made over the sealed payload.
"""

import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_ECB = 1
_BOX = bytearray()


def _double(value: int) -> int:
    """Multiply by x in the field of 256 elements."""
    return (value << 1 ^ 0x11B) & 0xFF if value & 0x80 else value << 1


def _make_box() -> None:
    """Make the substitution box from powers of the generator 3 and the affine map of FIPS 197, 5.1.1."""
    powers = bytearray(256)
    logs = bytearray(256)
    value = 1
    for power in range(255):
        powers[power] = value
        logs[value] = power
        value = _double(value) ^ value
    for number in range(256):
        inverse = powers[(255 - logs[number]) % 255] if number else 0
        mixed = inverse | inverse << 8
        _BOX.append((mixed ^ mixed >> 4 ^ mixed >> 5 ^ mixed >> 6 ^ mixed >> 7) & 0xFF ^ 0x63)


class _Written:
    """One key's block cipher in plain Python, encrypting only, as counter mode needs."""

    def __init__(self, key: bytes) -> None:
        if not _BOX:
            _make_box()
        words = bytearray(key)
        round_constant = 1
        for at in range(16, 176, 4):
            word = words[at - 4 : at]
            if at % 16 == 0:
                word = bytearray(
                    [_BOX[word[1]] ^ round_constant, _BOX[word[2]], _BOX[word[3]], _BOX[word[0]]]
                )
                round_constant = _double(round_constant)
            for step in range(4):
                words.append(words[at - 16 + step] ^ word[step])
        self._keys = bytes(words)

    def encrypt(self, block: bytes) -> bytes:
        """Encrypt one block of 16 bytes."""
        box, keys = _BOX, self._keys
        state = [block[at] ^ keys[at] for at in range(16)]
        for first in range(16, 176, 16):
            # Substitute and shift the rows in one step: the byte of row r comes from r columns further on.
            state = [box[state[(at + 4 * (at & 3)) & 15]] for at in range(16)]
            if first < 160:
                mixed = []
                for column in range(0, 16, 4):
                    a, b, c, d = state[column : column + 4]
                    every = a ^ b ^ c ^ d
                    mixed.append(a ^ every ^ _double(a ^ b))
                    mixed.append(b ^ every ^ _double(b ^ c))
                    mixed.append(c ^ every ^ _double(c ^ d))
                    mixed.append(d ^ every ^ _double(d ^ a))
                state = mixed
            state = [state[at] ^ keys[first + at] for at in range(16)]
        return bytes(state)


def _block_cipher(key: bytes) -> "Callable[[bytes], bytes]":
    try:
        import cryptolib  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return _Written(key).encrypt
    encrypt: Callable[[bytes], bytes] = cryptolib.aes(key, _ECB).encrypt
    return encrypt


class Cipher:
    """Seals and opens payloads under one key, of which the first 16 bytes are used."""

    def __init__(self, key: bytes) -> None:
        self._encrypt = _block_cipher(key[:16])

    def apply(self, nonce: bytes, data: bytes) -> bytes:
        """Seal, or open what was sealed; nonce: 12 bytes that never come twice under one key."""
        out = bytearray(data)
        for first in range(0, len(data), 16):
            stream = self._encrypt(nonce + struct.pack(">I", first // 16))
            for at in range(first, min(first + 16, len(data))):
                out[at] ^= stream[at - first]
        return bytes(out)
