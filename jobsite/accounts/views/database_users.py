"""Saying which database users one is."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from jobsite.accounts.database_users import NotLinkedError, link
from jobsite.accounts.list_addresses import own_list
from jobsite.accounts.views.account import back_to_account, person_of
from jobsite.one_line import printable
from jobsite.pages.mine import NEXT

SHOWN = 40
"""Letters of a name that are shown when it cannot be linked."""
NOBODY = "No database user is linked now."
WITH_HOST = "“{}” names a machine too: write the user alone, {}."


@require_POST
def link_database_users(request: HttpRequest) -> HttpResponse:
    """Link the database users that were chosen, and no others; lead back to the list that asked for them."""
    back = own_list(request.POST.get(NEXT, ""))
    try:
        names = link(person_of(request), [*request.POST.getlist("name"), *_typed(request.POST.get("other", ""))])
    except NotLinkedError as error:
        messages.error(request, str(error))
        return back_to_account(back)
    messages.success(request, f"“Mine” shows what is of {', '.join(map(printable, names))}." if names else NOBODY)
    return HttpResponseRedirect(back) if back and names else back_to_account(back)


def _typed(text: str) -> Sequence[str]:
    """Return the names that a person wrote, with commas between. Raises NotLinkedError for an account with a host."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        user, at, _ = name.rpartition("@")
        if at:
            raise NotLinkedError(WITH_HOST.format(printable(name[:SHOWN]), printable(user[:SHOWN])))
    return names
