"""The common part of the chips' models: a file of registers behind I2C, strict as the data sheet."""


class Refused(OSError):
    """The chip does not acknowledge: no such address, or a register that may not be written."""


class RegisterChip:
    """One chip with 8-bit registers and a pointer that moves on after each byte.

    Models override the hooks; `writable` lists the registers that may be written.
    """

    address = 0
    writable: "frozenset[int]" = frozenset()

    def __init__(self) -> None:
        self.registers = bytearray(256)
        self._pointer = 0

    def wrote(self, register: int, value: int) -> None:
        """A register was set: what the chip does about it."""

    def before_read(self, register: int) -> None:
        """A transfer from this register begins: bring the registers up to date."""

    def read_register(self, register: int) -> int:
        """What this register gives."""
        return self.registers[register]

    def next_register(self, register: int) -> int:
        """Where the pointer goes after this register."""
        return (register + 1) & 0xFF

    def write(self, data: bytes) -> None:
        """Take the bytes of one I2C write: the register, then values. Raises Refused."""
        self._pointer = data[0]
        for value in data[1:]:
            if self._pointer not in self.writable:
                raise Refused("register " + hex(self._pointer) + " may not be written")
            self.registers[self._pointer] = value
            self.wrote(self._pointer, value)
            self._pointer = self.next_register(self._pointer)

    def read(self, count: int) -> bytes:
        """Give the bytes of one I2C read, from the pointer on."""
        self.before_read(self._pointer)
        out = bytearray()
        for _ in range(count):
            out.append(self.read_register(self._pointer))
            self._pointer = self.next_register(self._pointer)
        return bytes(out)
