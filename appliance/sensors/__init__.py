"""Sensors: wires, radio, files and a model person flow in; `SensorFrame`s and sensor states flow out.

One file a kind of link (`serial_port`, `ble`, `replay`, `virtual`), one file a wire format in `decoders/`,
one file a file format in `recordings/`. `registry` is the table of kinds and `hub` supervises them: it
connects one at a time, tries again, and turns a lost sensor into a state. A new sensor is a file and a row.
"""
