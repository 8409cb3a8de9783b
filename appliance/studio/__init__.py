"""The studio: sound files in, sound files out, through the effects of `cext.effects`.

`files` reads and `writer` writes, in blocks; `through` and `chain` run effects over a file; `loudness`,
`spectrum`, `rhythm` and `tonality` listen, and `describe` tells; `mix` joins beat and voice by `sliders` that
`advice` may turn; `master` makes a track ready to hand out.
"""
