import inspect
import re

import evqa
from evqa import errors


def error_classes() -> list[type[errors.EvqaError]]:
    return [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, errors.EvqaError)
    ]


def test_an_error_reads_as_what_is_wrong_and_what_to_do() -> None:
    error = errors.CorpusError("There is no corpus.", "Make it.")
    assert (error.message, error.hint, str(error)) == (
        "There is no corpus.",
        "Make it.",
        "There is no corpus. Make it.",
    )


def test_an_error_without_a_hint_is_its_message() -> None:
    assert str(errors.EvqaError("It failed.")) == "It failed."


def test_the_tree_in_the_docstring_is_the_tree_of_classes() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"([│├└─ ]*)([A-Z]\w+)( {2,}|$)", line)
        if match and hasattr(errors, match[2]):
            above = above[: len(match[1]) // 4]
            drawn[match[2]] = above[-1] if above else "Exception"
            above.append(match[2])
    assert drawn == {cls.__name__: cls.__bases__[0].__name__ for cls in error_classes()}


def test_every_error_can_be_caught_as_the_public_one() -> None:
    assert len(error_classes()) > 10
    assert all(issubclass(cls, evqa.EvqaError) for cls in error_classes())
