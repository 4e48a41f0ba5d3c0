"""The filters of a list: a GET form that reads and draws them, and the frozen filter that it makes of what it reads.

A field of the form has all that a filter needs: its label and widget, its condition, and its clause in words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.http import QueryDict
from django.utils.http import urlencode

from jobsite.durations import WHOLE_OR_NOTHING, read_duration_s, say_exactly
from jobsite.lab.columns import InLowerCase
from jobsite.pages.paging import PAGE_WORDS
from jobsite.pages.query_string import misread_in, misread_sort_in, sort_in, term_in

Condition = Callable[[Any, datetime], Q]
"""From a field's value and the lab server's time to the condition that rows fulfil."""

TERM_LIMIT = 200
"""Characters of a filter's text."""
MINE = "mine"
"""The word of the address that asks for what is the reader's own."""
NOBODY_LINKED = "You have not said which database users are yours: your account page asks for them."

Chosen = TypeVar("Chosen", bound="ListFilter")


SEARCH_RULE = "Capital and small letters are the same. Accents, blanks and all other characters count."


def contains(column: str) -> Condition:
    """Return the condition that `column` contains the value, by SEARCH_RULE and whatever the column's character set."""

    def condition(text: str, now: datetime) -> Q:
        wanted = Value(text, output_field=CharField())
        return Q(GreaterThan(StrIndex(InLowerCase(F(column)), InLowerCase(wanted)), 0))

    return condition


def check_length(text: Any) -> None:
    """Raise ValidationError with one sentence for a text that is longer than a search may be."""
    if isinstance(text, str) and len(text) > TERM_LIMIT:
        raise forms.ValidationError(f"“{text[:20]}…” is too long: a filter takes {TERM_LIMIT} characters.")


def check_characters(text: Any) -> None:
    """Raise ValidationError with one sentence for a text with a NUL, which nothing on the server can hold."""
    if isinstance(text, str) and "\x00" in text:
        raise forms.ValidationError("A filter cannot hold the character NUL.")


class MistakeError(forms.ValidationError):
    """What is wrong with a text, in one sentence, which stands below its box and not above the list."""

    def __init__(self, sentence: str, before: str = "", there: str = "", after: str = "") -> None:
        """The rest is the text around the place of the mistake, and at it; nothing for no place."""
        super().__init__(sentence)
        self.before, self.there, self.after = before, there, after


class FilterField(forms.CharField):
    """A box of text. Subclasses read other values and draw other widgets."""

    widget: Any = forms.TextInput
    is_wide = False
    """Whether it has a line of its own, and its mistakes below it."""

    def __init__(
        self,
        clause: str = "",
        condition: Condition | None = None,
        size: int | None = None,
        placeholder: str = "",
        *,
        is_rare: bool = False,
        **kwargs: Any,
    ) -> None:
        """`clause` has {} where the value stands. Without a `condition`, the list itself reads the field.

        A rare one stands among those that a person opens first.
        """
        self.clause, self.condition, self.is_rare = clause, condition, is_rare
        self.attrs = {name: value for name, value in (("size", size), ("placeholder", placeholder)) if value}
        super().__init__(required=False, **kwargs)
        self.validators = [check_length, check_characters, *kwargs.get("validators", ())]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the box."""
        return {**super().widget_attrs(widget), **self.attrs}

    def text_in(self, query: Mapping[str, str], name: str) -> str:
        """Return what a query string says of this field, fit to be shown and read."""
        return term_in(query, name)

    def say(self, value: Any) -> str:
        """Return the clause with a value."""
        return self.clause.format(value)

    def as_read_by(self, own_users: Sequence[str], value: Any) -> Any:
        """Return what a value means to the person whose database users these are: the same to everybody."""
        return value


class SearchField(FilterField):
    """A search for rows of which a column contains what was typed. The key `/` goes to the first of a form."""

    widget = forms.SearchInput

    def __init__(self, clause: str, column: str = "", **kwargs: Any) -> None:
        """Without a `column`, the list itself looks for the text."""
        super().__init__(clause, contains(column) if column else None, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the box, and how it searches."""
        return {**super().widget_attrs(widget), "title": SEARCH_RULE}


class NameSelect(forms.Select):
    """A select drawn by one template: Django has one for each option, and a server may have a thousand schemas."""

    template_name = "tables/select.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return the choices as they are, not as a widget each."""
        return {**forms.Widget.get_context(self, name, value, attrs), "choices": self.choices}


class NameField(FilterField):
    """A name of the lab's server, chosen from those that a page offers and compared exactly."""

    widget = NameSelect

    def __init__(self, clause: str, shown: Callable[[str], str] = str, **kwargs: Any) -> None:
        """`shown` turns a name into the word on the screen."""
        super().__init__(clause, strip=False, **kwargs)
        self.validators = [check_characters]  # a name is as long as it is
        self.shown = shown

    def text_in(self, query: Mapping[str, str], name: str) -> str:
        """Return the name as it is: it may hold blanks at either end."""
        return query.get(name, "")

    def say(self, value: Any) -> str:
        """Return the clause with the name as it is shown."""
        return super().say(self.shown(value))

    def offer(self, names: Sequence[str], chosen: str) -> None:
        """Let a person choose among `names`; the chosen one stands there even where it is not one of them."""
        missing = [chosen] if chosen and chosen not in names else []
        self.widget.choices = [("", "any"), *((name, self.shown(name)) for name in (*names, *missing))]


class DurationField(FilterField):
    """A length of time; its value is in seconds."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return the attributes of the box; by its pattern the page knows what is worth asking for."""
        return {**super().widget_attrs(widget), "pattern": WHOLE_OR_NOTHING}

    def to_python(self, value: Any) -> Any:
        """Return the seconds, or None for nothing. Raises ValidationError with one sentence."""
        text = super().to_python(value)
        try:
            return read_duration_s(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def say(self, value: Any) -> str:
        """Return the clause with the length of time."""
        return super().say(say_exactly(value))


class FilterForm(forms.Form):
    """The form above a list, drawn by tables/filter.html."""

    def __init__(self, texts: Mapping[str, str], offered: Mapping[str, Sequence[str]]) -> None:
        """`texts` stand in the fields; `offered` are the names to choose from in a NameField."""
        super().__init__(dict(texts), auto_id=False)
        for name, found in self.fields.items():
            if isinstance(found, NameField):
                found.offer(offered.get(name, ()), texts.get(name, ""))

    @classmethod
    def filters(cls) -> Iterator[tuple[str, FilterField]]:
        """Yield the name and the field of each filter."""
        yield from ((name, found) for name, found in cls.base_fields.items() if isinstance(found, FilterField))

    @property
    def usual_fields(self) -> list[forms.BoundField]:
        """The fields that are always in sight."""
        return [bound for bound in self.visible_fields() if bound not in self.rare_fields]

    @property
    def rare_fields(self) -> list[forms.BoundField]:
        """The fields that a person opens first."""
        return [bound for bound in self.visible_fields() if getattr(bound.field, "is_rare", False)]

    @property
    def uses_rare_fields(self) -> bool:
        """Say whether one of these is filled in, so that it must not be hidden."""
        return any(self.data.get(bound.name) for bound in self.rare_fields)

    @property
    def mistakes(self) -> Sequence[MistakeError]:
        """What is wrong with texts whose boxes say it themselves."""
        found = [error for errors in self.errors.as_data().values() for error in errors]
        return [error for error in found if isinstance(error, MistakeError)]

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """What cannot be read, in sentences: first of what a person typed, then of what only the address says."""
        return tuple(str(error) for bound in (*self.visible_fields(), *self.hidden_fields()) for error in bound.errors)


@dataclass(frozen=True)
class ListFilter:
    """Which rows of a list a person asks for, and in which order.

    `texts` holds what the URL says: a text for each field that is used, and the sort when it is not the usual one.
    """

    name: ClassVar[str]
    """What the list is called: for `job`, the ids in its page are job_filter and job_list."""
    everything: ClassVar[str]
    """All that the list has, in words."""
    form_class: ClassVar[type[FilterForm]]
    sorts: ClassVar[Mapping[str, str]]
    """What the list can be sorted by: the word in the URL and the column."""
    usual_sort: ClassVar[str]

    other_words: ClassVar[frozenset[str]] = PAGE_WORDS | {"sort"}
    """Words of the address that are no filters."""

    texts: Mapping[str, str] = field(default_factory=dict)
    misread: tuple[str, ...] = ()
    """What the address says beside that and cannot be read, in sentences."""
    unread_query: str = ""
    """The words that cannot be read, as a query string: they go along, so that no link leaves them out unseen."""
    own_users: tuple[str, ...] = ()
    """The database users of the person who asks for what is theirs (jobsite.accounts.database_users)."""

    @classmethod
    def read(cls: type[Chosen], query: Mapping[str, str]) -> Chosen:
        """Return the filter a query string asks for. What cannot be read is said in `problems`, never passed over."""
        texts = {name: found.text_in(query, name) for name, found in cls.form_class.filters()}
        sort = sort_in(query, cls.sorts, cls.usual_sort)
        texts["sort"] = sort if sort != cls.usual_sort else ""
        misread = [*misread_in(query, {*texts, *cls.other_words}), *misread_sort_in(query, cls.sorts)]
        whole = query.urlencode() if misread and isinstance(query, QueryDict) else urlencode(query) if misread else ""
        return cls({name: text for name, text in texts.items() if text}, tuple(misread), whole)

    def form(self, **offered: Sequence[str]) -> FilterForm:
        """Return the form that draws the filter; `offered` as in FilterForm."""
        return self.form_class(self.texts, offered)

    @cached_property
    def _read(self) -> FilterForm:
        form = self.form()
        form.full_clean()
        return form

    @property
    def problems(self) -> tuple[str, ...]:
        """What cannot be read, in sentences; nothing is listed then."""
        nobody = (NOBODY_LINKED,) if self.is_mine and not self.own_users else ()
        return (*self.misread, *self._read.problems, *nobody)

    @property
    def listed_problems(self) -> Sequence[str]:
        """Those of the problems that stand above the list."""
        below = [mistake.message for mistake in self._read.mistakes]
        return [problem for problem in self.problems if problem not in below]

    @property
    def sort(self) -> str:
        """The word the list is sorted by, with a minus for the other way round."""
        return self.texts.get("sort", self.usual_sort)

    @property
    def jump(self) -> str:
        """What a person may go to in the list, as an example; '' where the list has no box for that."""
        return ""

    @property
    def is_mine(self) -> bool:
        """Say whether it asks for what is the reader's own."""
        return MINE in self.texts

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything narrows the list."""
        return bool(self.texts.keys() - {"sort"} or self.misread)

    @property
    def query(self) -> str:
        """The filter as a query string: the same filter comes of reading it."""
        return self.unread_query or urlencode(self.texts)

    @property
    def search_rule(self) -> str:
        """How a text is searched for, in sentences; '' when none is."""
        searched = [found for found, _ in self._values() if isinstance(found, SearchField)]
        return SEARCH_RULE if searched else ""

    @property
    def subject(self) -> str:
        """What the sentence begins with."""
        return self.everything

    @property
    def in_words(self) -> str:
        """The filter as a sentence."""
        clauses = ", ".join(found.say(value) for found, value in self._values() if found.clause)
        return f"{self.subject} {clauses}." if clauses else f"{self.subject}."

    def condition(self, now: datetime) -> Q:
        """Return the condition of all fields that have one; `now` is the lab server's time.

        A filter that cannot be read matches nothing: it must never look like one that asks for less.
        """
        if self.problems:
            return Q(pk__in=[])
        return Q(*(found.condition(value, now) for found, value in self._values() if found.condition))

    def _values(self) -> Iterator[tuple[FilterField, Any]]:
        values = self._read.cleaned_data
        for name, found in self.form_class.filters():
            if name in self.texts and name in values:
                yield found, found.as_read_by(self.own_users, values[name])
