"""What does the lab's code hold by a dotted name? Import the longest part that is a module, then follow attributes."""

import importlib
import traceback
from types import ModuleType

from jobs.worker.dj.compat import Untyped
from jobs.worker.errors import format_error
from jobs.worker.outcomes import WrongInputError
from jobs.worker.server_errors import no_writes_reason
from jobs.worker.signals import SIGTERM_RECEIVED

LOOKED = "it is neither in the current directory nor on the Python path"


class NothingThereError(Exception):
    """A module or a class holds nothing of a name."""

    def __init__(self, holder: object, path: str, missing: str) -> None:
        """`holder` is what `path` means; it holds nothing called `missing`."""
        super().__init__(path, missing)
        self.holder, self.path, self.missing = holder, path, missing


def resolve(name: str) -> Untyped:
    """Return what a name such as `workflow.pipeline.ephys.Spikes` means: a module, a class, or whatever is there.

    A module may hold another one by any name, as workflows hold DataJoint Elements. At the end of a name, what is no
    module comes first: `lab.Spikes` is the class where the package `lab` took it from a module of the same name.

    Raises NothingThereError, WrongInputError when a module is not there or fails, and the server's own error where an
    import writes and the server takes no writes: it can be tried again.
    """
    path, *parts = name.split(".")
    found: Untyped = import_pipeline(path)
    while parts:
        holder, part = found, parts.pop(0)
        found = _part(holder, part, is_last=not parts)
        if found is None and parts and isinstance(holder, ModuleType):
            raise WrongInputError(f"There is no module {path}.{part}: {LOOKED}.")
        if found is None:
            raise NothingThereError(holder, path, part)
        path = f"{path}.{part}"
    return found


def import_pipeline(name: str) -> ModuleType:
    """Return the module. Raises WrongInputError with the sentence that helps, or the server's error, as `resolve`."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise WrongInputError(f"There is no module {error.name}: {LOOKED}.") from error
        reason = f"it needs the module {error.name}, which is not there" if error.name else format_error(error)
        raise WrongInputError(f"{name} could not be imported: {reason} ({_where(error)}).") from None
    except (Exception, SystemExit) as error:
        if str(error) == SIGTERM_RECEIVED or no_writes_reason(error):
            raise
        raise WrongInputError(f"{name} could not be imported: {format_error(error)} ({_where(error)}).") from None


def is_absent(error: WrongInputError, name: str) -> bool:
    """Say whether an import failed because there is no module of just that name."""
    return isinstance(error.__cause__, ModuleNotFoundError) and error.__cause__.name == name


def _part(holder: Untyped, part: str, *, is_last: bool) -> Untyped:
    value = getattr(holder, part, None)
    if not hasattr(holder, "__path__") or (is_last and value is not None and not isinstance(value, ModuleType)):
        return value
    name = f"{holder.__name__}.{part}"
    try:
        return import_pipeline(name)
    except WrongInputError as error:
        if not is_absent(error, name):
            raise
        return value


def _where(error: BaseException) -> str:
    """Return the file and line where an import failed: the pipeline's own, not the library's it called."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    own = [frame for frame in frames if "site-packages" not in frame.filename and "importlib" not in frame.filename]
    last = (own or frames)[-1]
    return f"{last.filename}, line {last.lineno}"
