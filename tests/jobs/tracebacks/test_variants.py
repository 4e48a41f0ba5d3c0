"""In what the messages of one group differ."""

import pytest

from jobs.tracebacks.signature import MessagePart, Signature
from jobs.tracebacks.variants import Variant, filled, variants


def text(said: str) -> MessagePart:
    return MessagePart(said)


def own(said: str) -> MessagePart:
    return MessagePart(said, varies=True)


def of(exception: str, *message: MessagePart) -> Signature:
    return Signature("1-000000000000", exception, message, None, ("", ""))


INDEX = (text("index "), own("n"), text(" is out of bounds for axis "), own("n"))


def test_a_message_stands_with_its_own_words_where_messages_vary() -> None:
    assert filled(INDEX, "index 7 is out of bounds for axis 0") == (
        text("index "),
        own("7"),
        text(" is out of bounds for axis "),
        own("0"),
    )


def test_what_varies_may_begin_and_end_a_message() -> None:
    common = (own("name"), text(" weighs "), own("n"))
    assert filled(common, "M028 weighs 12.5 g") == (own("M028"), text(" weighs "), own("12.5 g"))


@pytest.mark.parametrize("message", ["", "index 7", "no index 7 is out of bounds for axis 0", "key 7 is gone"])
def test_a_message_that_reads_in_another_way_does_not_fit(message: str) -> None:
    assert filled(INDEX, message) == ()


def test_no_message_fits_one_that_has_no_parts() -> None:
    assert filled((), "anything") == ()


def test_variants_are_counted_without_the_name_of_the_exception() -> None:
    signature = of("IndexError", *INDEX)
    said = [f"IndexError: index {number} is out of bounds for axis 0" for number in (3, 7, 7)]
    assert variants(signature, said) == [
        Variant(filled(INDEX, "index 7 is out of bounds for axis 0"), 2),
        Variant(filled(INDEX, "index 3 is out of bounds for axis 0"), 1),
    ]


def test_the_name_of_an_exception_may_have_its_module() -> None:
    signature = of("LostConnectionError", text("away"))
    (variant,) = variants(signature, ["datajoint.errors.LostConnectionError: away"])
    assert variant.parts == (text("away"),)


def test_a_message_that_does_not_fit_stands_as_it_is() -> None:
    (variant,) = variants(of("IndexError", *INDEX), ["IndexError: index 7 is"])
    assert variant.parts == (text("index 7 is"),)


def test_a_long_message_of_many_parts_is_laid_beside_them_at_once() -> None:
    common = tuple(part for _ in range(200) for part in (text("a"), own("n")))
    assert filled(common, "ab" * 100 + "b" * 70_000) == ()
