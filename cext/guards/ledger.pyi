from typing import Any

class Ledger:
    def entries(self) -> dict[str, dict[str, Any]]: ...
