"""What the templates of jobs ask of a job."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.http import RFC3986_SUBDELIMS
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from jobs.formats.key import Key
from jobs.formats.table_name import class_name, is_populated
from jobs.models import Job
from jobs.snapshots import JobSnapshot
from jobsite.pages.paths import write_names

LINE_CHARS, TITLE_CHARS = 300, 400
ODD, EVEN = escape("odd"), escape("even")
MOST_REMEMBERED = 4_096
"""The rows of a list say the same names, states and values again and again."""
UNQUOTED = RFC3986_SUBDELIMS + "/~:@"
"""What Django leaves as it is in a path."""

register = template.Library()
register.filter(class_name)
register.filter(is_populated)


escaped = lru_cache(maxsize=MOST_REMEMBERED)(escape)


@register.filter
def token(job: Job) -> str:
    """Return what a form sends back for this job: the row as it was shown."""
    return JobSnapshot.of(job).token


@register.filter
def pairs(key: Key) -> SafeString:
    """Return the names and values of a key, or why there are none, as HTML."""
    if key.problem:
        return format_html('<span class="unreadable">{}</span>', key.problem)
    shown = format_html_join(" ", "{}", ((_pair(name, value),) for name, value in key.pairs))
    return format_html('{} <span class="pair">and {} more</span>', shown, key.more) if key.more else shown


@lru_cache(maxsize=MOST_REMEMBERED)
def _pair(name: str, value: str) -> SafeString:
    return format_html('<span class="pair"><i>{}=</i>{}</span>', name, value)


@register.filter
def names(job: Job) -> str:
    """Return what names the job in an address: `?open=` of the list, and what its own page has in its path."""
    return write_names(job.schema, job.table_name, job.key_hash)


def path(named: str) -> str:
    """Return the end of that address, after the list's own: to reverse fifty takes longer than to draw them."""
    return f"{quote(named, safe=UNQUOTED)}/"


@register.filter
def line(text: str) -> SafeString | str:
    """Return the line of a message as HTML, cut, with more of it in the title; nothing for none."""
    if not text:
        return ""
    return format_html('<span class="line" title="{}">{}</span>', _cut(text, TITLE_CHARS), _cut(text, LINE_CHARS))


def _cut(text: str, most: int) -> str:
    # Truncator looks at each character, of short texts too.
    return Truncator(text).chars(most) if len(text) > most else text


@register.filter
def address(job: Job) -> str:
    """Return the URL of the job's own page."""
    return reverse("jobs:job_detail", args=(job.schema, job.table_name, job.key_hash))


@register.filter
def shown_rows(table: Any) -> Iterator[dict[str, object]]:
    """Yield what the cells of each row of a JobTable show, as plain values: a template looks these up quickest."""
    jobs, columns = reverse("jobs:job_list"), table.key_columns
    whole = escaped(f" whole of-{sum(width for _, width in columns)}" if columns else "")
    for number, job in enumerate(table.records):
        named, is_in_columns = names(job), table.fits(job)
        yield {
            "parity": ODD if number % 2 else EVEN,
            "token": token(job) if table.selectable and job.stored_in in table.tables else "",
            "table": escaped(job.table),
            "schema": escaped(job.schema),
            "key": job.key,
            "status": escaped(job.status),
            "liveness": job.liveness,
            "timestamp": job.timestamp,
            "names": named,
            "href": escape(f"{jobs}{path(named)}{table.query}"),
            "pairs": pairs(job.key),
            "whole": "" if is_in_columns else whole,
            "attributes": _attributes(job.key, columns) if is_in_columns else "",
            "message": line(job.message_line),
            "worker": escaped(worker(job)),
            "connection": "" if job.connection_id is None else job.connection_id,
        }


def _attributes(key: Key, columns: Iterable[tuple[str, int]]) -> SafeString:
    """Return the cells of a key in the columns of its attributes, each with its name and its width."""
    values = dict(key.pairs)
    cells = ((width, name, values[name], values[name]) for name, width in columns)
    return format_html_join("", '<td class="attribute of-{}" data-label="{}" title="{}">{}</td>', cells)


@register.filter
def worker(job: Job) -> str:
    """Return who computes a job, or did, and where: `alice@gpu01`."""
    account, host = job.account[0], job.host or "unknown"
    return f"{account}@{host}" if account else host
