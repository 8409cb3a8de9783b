"""The studio: sound files in, sound files out, through the effects of `cext.effects`.

`files` reads and writes, in blocks; `effects` and `chain` run effects over a file; `loudness` and `describe`
measure one; `mix` joins beat and voice, `master` makes a track ready to hand out.
"""
