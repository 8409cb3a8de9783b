from cext.effects.dynamics.keyed import Keyed

class Dynamics(Keyed):
    def readings(self) -> dict[str, float]: ...
