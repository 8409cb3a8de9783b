"""For building an image with our modules frozen into it, where they run from flash and take little memory.

    make -C ports/esp32 BOARD=ESP32_GENERIC BOARD_VARIANT=OTA FROZEN_MANIFEST=.../firmware/manifest.py

A code folder on the file system still goes before what is frozen, so that updates work as elsewhere.
"""

include("$(PORT_DIR)/boards/manifest.py")  # type: ignore[name-defined]  # noqa: F821  given by MicroPython's build
package("firmware", base_path="..", opt=0)  # type: ignore[name-defined]  # noqa: F821
