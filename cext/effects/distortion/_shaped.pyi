from cext.parameters import Parameter
from cext.parts import Effect

LEVEL: Parameter
MIX: Parameter

class Shaped(Effect): ...
