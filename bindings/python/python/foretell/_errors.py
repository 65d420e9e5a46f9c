"""What can go wrong: one base, one class for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._foretell import Assessment
    from ._types import Tripped


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a config, a record, a table or a state. It prints as a compiler prints it."""

    code: str
    """What kind of fault it is, such as `unknown-name`; docs/faults.md lists them."""
    severity: str
    """`error` or `warning`."""
    message: str
    """What was got and what was wanted, in one line."""
    help: Optional[str] = None
    """What to do about it."""
    path: str = ""
    """Where it is: `scorecards[0].weight` of a config, `nps[12]` of row 12 of a table's column."""
    line: Optional[int] = None
    """Line in the text, from 1."""
    column: Optional[int] = None
    """Column in the line in characters, from 1."""
    snippet: Optional[str] = None
    """The line of the text."""
    text: str = field(default="", repr=False)
    """All of it, with the line of the text and a caret under the place."""

    def __str__(self) -> str:
        return self.text or self.message


class ForetellError(Exception):
    """Base of every error that this package raises."""

    faults: list[Fault]
    """Everything that is wrong, at once; empty where it is not about a config, a record, a table or a state."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message, list(faults))
        self.faults = list(faults)

    def __str__(self) -> str:
        return str(self.args[0])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class ConfigError(ForetellError, ValueError):
    """A config is wrong."""


class InputError(ForetellError, ValueError):
    """A table or another argument is wrong."""


class ArgumentError(InputError, TypeError):
    """An argument is of a type that cannot be read."""


class FileError(ForetellError, OSError):
    """A file cannot be read; `FileNotFoundError` too where there is none."""

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self.args[:2]


class _NoFileError(FileError, FileNotFoundError):
    """There is no such file."""


# How much of a path that cannot be read is shown.
MOST_SHOWN = 500


def unread(error: OSError) -> FileError:
    """The same error as one of this package."""
    text = str(error)
    text = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
    raised = (_NoFileError if isinstance(error, FileNotFoundError) else FileError)(text)
    raised.errno, raised.strerror, raised.filename = error.errno, error.strerror, error.filename
    return raised


class FunctionError(ForetellError, RuntimeError):
    """A function of the host's failed, and the engine was to raise that; its cause is what the function raised, if it did."""


class RecordError(ForetellError, ValueError):
    """Records of a book are wrong."""


class StateError(ForetellError, ValueError):
    """A state, or something else that was stored, cannot be used: damaged, too new, of a later day, of another engine."""


class PastError(StateError):
    """The state is of a later day or moment than the one that is asked for."""


class GuardError(ForetellError, ValueError):
    """A guard of the config tripped: nothing is told and the state does not move, unless the assessment is accepted."""

    tripped: list[Tripped]
    """What tripped, in the order of the settings."""
    assessment: Assessment
    """The whole assessment with the next state, to look at."""

    def __init__(
        self,
        message: str,
        faults: Sequence[Fault] = (),
        tripped: Sequence[Tripped] = (),
        assessment: Optional[Assessment] = None,
    ) -> None:
        super().__init__(message, faults)
        self.tripped = list(tripped)
        if assessment is not None:
            self.assessment = assessment

    def accept(self) -> Assessment:
        """The assessment although guards tripped: tell what it says, and go on from its state."""
        return self.assessment


class NotFoundError(ForetellError, LookupError):
    """There is no such scorecard, subject or column."""


class InternalError(ForetellError, RuntimeError):
    """foretell itself went wrong: worth a report."""
