"""What is `__main__` while a lab's code runs? This file, in place of manage.py.

A process that make starts by multiprocessing runs the file of `__main__` first, as `__mp_main__`. A lab's own script
would do there what it does to find the server; this does as much. It stands on the standard library alone, because
such a process does not find Jobsite.
"""

import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

TLS = {"0": False, "1": True}


class _SetTLS(MetaPathFinder, Loader):
    """Sets `database.use_tls` when DataJoint is imported, which reads it from no variable (0.14.10, settings.py)."""

    def __init__(self, use_tls: bool) -> None:
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
        if not isinstance(module.config["database.use_tls"], dict):  # certificates, of the settings file
            module.config["database.use_tls"] = self._use_tls


if __name__ == "__mp_main__" and os.environ.get("DJ_USE_TLS") in TLS:
    sys.meta_path.insert(0, _SetTLS(TLS[os.environ["DJ_USE_TLS"]]))
