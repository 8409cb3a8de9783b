"""The frame and its ciphers on whichever Python runs this: CPython and MicroPython must agree to the byte."""

from firmware import commands, wire
from firmware.aes import Cipher, _Written
from firmware.links import services

KEY = bytes(range(32))
# Made by CPython; MicroPython must make the very same.
LINE = "040101050101010103e803011f4210b664ff35a0870206ef1457b14cde6841081fa0231cc3eea1f52782fe00"


def test_aes_is_that_of_the_standard():
    """FIPS 197, appendix C.1."""
    sealed = _Written(bytes(range(16))).encrypt(bytes.fromhex("00112233445566778899aabbccddeeff"))
    assert sealed.hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"


def test_counter_mode_is_that_of_the_standard():
    """NIST SP 800-38A, F.5.1: the counter block is the nonce and four bytes that count from it."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    encrypt = _Written(key).encrypt
    stream = encrypt(bytes.fromhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"))
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    assert bytes([a ^ b for a, b in zip(plain, stream)]).hex() == "874d6191b620e3261bef6864990db6ce"  # noqa: B905


def test_a_sealed_line_is_the_same_wherever_it_is_made():
    mac_key, cipher_key = wire.derived(KEY, wire.UP)
    payload = wire.Samples("ecg", 250.0, 0.5, [1, -1, 256], True).pack()
    assert wire.Encoder(mac_key, 1, 5, Cipher(cipher_key)).line(wire.SAMPLES, 1000, payload).hex() == LINE


def test_sealed_bytes_open_again_at_any_length():
    cipher = Cipher(KEY)
    for size in (0, 1, 15, 16, 17, 33, 255):
        data = bytes(range(size))
        assert cipher.apply(b"n" * 12, cipher.apply(b"n" * 12, data)) == data


def test_the_tag_is_that_of_rfc_4231():
    said = wire.tag(b"Jefe", b"what do ya want for nothing?", 32).hex()
    assert said == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_sealed_frame_arrives_and_a_foreign_one_does_not():
    mac_key, cipher_key = wire.derived(KEY, wire.UP)
    encoder = wire.Encoder(mac_key, 1, 5, Cipher(cipher_key))
    line = encoder.line(wire.STATUS, 7, b"secret heart")
    assert b"secret" not in line
    frames = wire.Decoder({1: mac_key}, {1: Cipher(cipher_key)}).feed(line)
    assert [(frame.kind, frame.payload) for frame in frames] == [(wire.STATUS, b"secret heart")]
    other = wire.Decoder({1: wire.derived(KEY, wire.DOWN)[0]})
    assert other.feed(line) == []
    assert other.dropped == {"tag": 1}
    without = wire.Decoder({1: mac_key})
    assert without.feed(line) == []
    assert without.dropped == {"sealed": 1}


def test_noise_never_raises_and_never_passes():
    state = 1
    noise = bytearray()
    for _ in range(4000):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        noise.append(state >> 16 & 0xFF)
    decoder = wire.Decoder()
    for at in range(0, len(noise), 61):
        assert decoder.feed(bytes(noise[at : at + 61])) == []
    assert len(decoder.feed(b"\0" + wire.Encoder().line(2, 0, b""))) == 1


def test_replies_and_commands_come_back():
    assert commands.unpack_reply(commands.pack_reply(9, commands.FULL, 77, "no")) == (
        9,
        commands.FULL,
        77,
        "no",
    )
    assert commands.unpack_vibrate(commands.pack_vibrate(1.0, 5000, 3)) == (1.0, 5000, 3)
    assert commands.unpack_vibrate(b"\x00\xff\xff\xff") is None
    assert commands.unpack_settings(b"\xff{") is None
    assert commands.unpack_settings(b"[1]") is None
    status = (80, commands.LOW, 12, 3, 70000, 9, "1.0.0")
    assert commands.unpack_status(commands.pack_status(*status)) == (80, 1, 12, 3, 65535, 9, "1.0.0")
    for size in range(60):
        for read in (
            commands.unpack_reply,
            commands.unpack_begin,
            commands.unpack_data,
            commands.unpack_status,
            commands.unpack_accepted,
        ):
            read(b"\xff" * size)


def test_standard_measurements_are_as_their_services_say():
    assert services.heart_rate(60, [1024, 1000], True).hex() == "163c0004e803"
    assert services.heart_rate(60, [], None).hex() == "003c"
    assert services.oximetry(97, 60).hex() == "0461003c000040"
    assert services.oximetry(0, 0).hex() == "04ff07ff070040"
    shout, answer = services.advertisement("Echoel wearable of the left wrist")
    assert len(shout) <= 31
    assert len(answer) <= 31
    assert shout[5:21].hex() == "6c656f686365109d5e4c6b7a0100c4e3"
