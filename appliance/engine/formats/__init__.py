"""Schedules other programs wrote flow in, frames of all lanes flow out.

`sbg` and `gnaural` read text into scripts; `periods` and `gnaural` compile them; `strict` plays an .sbg as
sbagen itself would, `player` plays any schedule better, with light on the same frames and through the
guard; `strobe` reads and writes light that is hidden in sound.
"""
