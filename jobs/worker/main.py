"""What is `__main__` while a lab's code runs? This file, in place of manage.py.

A process that make starts by multiprocessing runs the file of `__main__` first, as `__mp_main__`. A lab's own script
would do there what it does to find the server; this does as much. It stands on the standard library alone, because
such a process does not find Jobsite.
"""

import json
import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def use_tls_of(variable: str) -> Any:
    """Return the setting that a worker handed on, 1, 0 or certificates; None when it handed on none."""
    try:
        handed_on = json.loads(variable)
    except ValueError:
        return None
    return handed_on if isinstance(handed_on, dict) else bool(handed_on)


class _SetTLS(MetaPathFinder, Loader):
    """Sets `database.use_tls` when DataJoint is imported, which reads it from no variable (0.14.10, settings.py)."""

    def __init__(self, use_tls: Any) -> None:
        self._use_tls = use_tls
        self._loader: Any = None

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != "datajoint":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None:
            self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        if self._use_tls is not True or not isinstance(
            module.config["database.use_tls"], dict
        ):  # certificates insist too
            module.config["database.use_tls"] = self._use_tls


if __name__ == "__mp_main__" and use_tls_of(os.environ.get("DJ_USE_TLS", "")) is not None:
    sys.meta_path.insert(0, _SetTLS(use_tls_of(os.environ["DJ_USE_TLS"])))
