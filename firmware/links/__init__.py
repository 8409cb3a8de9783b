"""How frames leave a wearable and commands come in: over USB and over Bluetooth Low Energy."""
