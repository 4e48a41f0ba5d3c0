"""A confirm form is used once: who sends it again reads what the first time came to."""

from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from jobsite.activity import forms
from jobsite.activity.forms import FormUsedError, check_unused
from jobsite.activity.models import Act
from jobsite.activity.record import begin_act
from tests.connections import test_killing as killing
from tests.jobs.clearing import CLEAR, again, confirm, everything, post, selected
from tests.lab import Lab, eventually, is_connected
from tests.pages import fields, look, notices, text_of

pytestmark = pytest.mark.django_db
FORM = UUID(int=7)


def test_a_clear_that_is_sent_twice_is_told_the_first_outcome(lab: Lab, operator: Client) -> None:
    confirmed = confirm(operator, selected(operator, f"schema={lab.failed(m1='value', m2='value')}"))
    first, second = (post(operator, confirmed).headers["Location"] for _ in range(2))
    assert notices(look(operator, second)) == [
        "Cleared 2 jobs.",
        "This form was sent before. What came of it: Cleared 2 jobs.",
    ]
    assert (first, Act.objects.count()) == (second, 1)


def test_what_failed_again_meanwhile_is_left_alone_by_the_second_use(lab: Lab, operator: Client) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value"})
    lab.compute(module)
    confirmed = confirm(operator, {**selected(operator, f"schema={schema}")})
    post(operator, confirmed)
    again(module, "m1", "new")
    post(operator, confirmed)
    assert lab.jobs(schema) == {"m1": "new"}


def test_a_form_that_was_refused_can_be_sent_again(lab: Lab, operator: Client) -> None:
    schema = lab.failed(**{f"m{number}": "value" for number in range(51)})
    confirmed = confirm(operator, everything(operator, f"schema={schema}"))
    assert post(operator, confirmed, typed="1").status_code == 409
    assert post(operator, confirmed, typed="51").status_code == 302


def test_a_kill_that_is_sent_twice_leads_to_the_same_page(lab: Lab, admin: Client) -> None:
    _, thread = lab.idle()
    form = {"connection": [killing.token(thread)], "target": ["connection"]}
    sent = fields(killing.confirm(admin, form), killing.KILL)
    first = admin.post(killing.KILL, sent).headers["Location"]
    eventually(lambda: not is_connected(thread), "the connection to end")
    second = admin.post(killing.KILL, sent).headers["Location"]
    found = look(admin, second)
    assert (first, text_of(found.h1)) == (second, "Kill sent to 1 connection")
    assert "This form was sent before. What came of it: Kill sent to 1 connection." in notices(found)


def test_while_the_first_goes_on_it_is_said_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "WAIT_S", 0.2)
    record = begin_act("otto", "clear", "Selected: 3 jobs.", FORM)
    with record.chunk("lab", [("a",)]) as chunk:
        chunk.counts = {"cleared": 1_200, "gone": 1}
    with pytest.raises(FormUsedError) as told:
        check_unused("otto", FORM)
    assert str(told.value).partition(" UTC, and ")[2] == (
        "its end is not recorded yet. So far: 1,200 cleared, 1 gone. "
        "Load the list again to see what became of the rest."
    )


def test_the_record_takes_no_second_act_of_a_form() -> None:
    begin_act("otto", "clear", "Selected: 3 jobs.", FORM).end("Cleared 3 jobs.")
    with pytest.raises(FormUsedError, match="What came of it: Cleared 3 jobs"):
        begin_act("otto", "clear", "Selected: 3 jobs.", FORM)


def test_a_form_s_number_is_one_person_s(lab: Lab) -> None:
    begin_act("otto", "clear", "Selected: 3 jobs.", FORM).end("Cleared 3 jobs.")
    check_unused("olga", FORM)
    assert begin_act("olga", "clear", "Selected: 3 jobs.", FORM).number


def test_acts_from_a_terminal_have_no_form() -> None:
    assert [begin_act("root", "clear", "All.").number for _ in range(2)] == [*Act.objects.values_list("pk", flat=True)][
        ::-1
    ]


@pytest.mark.parametrize("number", ["x", "7", "0" * 33, "\x00"])
def test_a_number_that_no_page_wrote_is_refused(lab: Lab, operator: Client, admin: Client, number: str) -> None:
    confirmed = confirm(operator, selected(operator, f"schema={lab.failed(m1='value')}"))
    assert operator.post(CLEAR, {**fields(confirmed, CLEAR), "form": number}).status_code == 400
    _, thread = lab.idle()
    form = {"connection": [killing.token(thread)], "target": ["connection"], "form": [number]}
    assert admin.post(killing.KILL, form).status_code == 400
    assert is_connected(thread)


def test_each_confirm_page_is_a_form_of_its_own(lab: Lab, operator: Client) -> None:
    form = selected(operator, f"schema={lab.failed(m1='value')}")
    assert len({fields(confirm(operator, form), CLEAR)["form"][0] for _ in range(2)}) == 2


def test_a_record_that_cannot_be_read_ends_an_act_with_a_sentence(lab: Lab, operator: Client) -> None:
    confirmed = confirm(operator, selected(operator, f"schema={lab.failed(m1='value')}"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE activity_act RENAME TO activity_act_away")
    said = notices(look(operator, post(operator, confirmed).headers["Location"]))
    assert [line.partition(" (")[0] for line in said] == [
        "Nothing was cleared. The site's own record of acts could not be written"
    ]
