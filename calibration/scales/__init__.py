"""Reference scales: static weighbridges and platforms read over serial or Modbus, and the stable load taken from them.

One protocol is one file with a parser or decoder that does no I/O and holds no clock; `scale` joins it with a line, `capture` waits for a
stable load, `reference_weights` judges what was read or typed in. Rules of the protocols: docs/calibration.md, "Reference scales".
"""
