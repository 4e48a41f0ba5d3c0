"""Going on with an act that one request could not end, and stopping it: whoever comes back, in whichever process.

Each request looks again at what may have changed meanwhile: the permission, the jobs tables, the workers of reserved
jobs. Rows that changed since the list was read are left alone, as in the first.
"""

from django.core.exceptions import PermissionDenied

from jobs.actions.confirmation import Confirmation
from jobs.actions.outcome import ActionOutcome
from jobs.actions.perform import ActUnderWay, log, run, set_aside
from jobs.actions.progress import Progress, progress_of
from jobs.actions.review import review_workers
from jobs.actions.selection import Selection
from jobsite.activity.continuing import claim, claim_to_stop, release, stopped_in_words
from jobsite.activity.models import Act
from jobsite.activity.record import ActRecord
from jobsite.activity.terminal_user import User, has_permission

SEES_ALL = "activity.change_act"
"""What an admin needs to see the acts of others, to go on with them and to end them."""
OTHERS = "This act is another person’s: only that person, or an admin, may see it and go on with it."
OVERTAKEN = "A job that looked abandoned may be running by now: look again."


def check_may_see(user: User, act: Act) -> None:
    """Raise PermissionDenied, with a sentence, when an act is neither the person's own nor the person an admin."""
    if not has_permission(user, SEES_ALL) and act.username != user.get_username():
        raise PermissionDenied(OTHERS)


def go_on(
    progress: Progress, selection: Selection, confirmation: Confirmation, user: User, slices: int
) -> ActionOutcome | None:
    """Do what one request has time for; return what became of all until now, None when another request is at it.

    `selection` and `confirmation` are what was sent when the act began, `slices` how many requests had gone on with it
    as `user` saw it. Raises PermissionDenied, and DatabaseError when it could not be seen what changed meanwhile: then
    nothing is done, and the act can go on later.
    """
    check_may_see(user, progress.continuation.act)
    progress.action.check(user)
    if slices != progress.slices or not claim(progress.continuation, slices):
        return None
    progress = progress_of(progress.continuation, is_mine=True)
    record = ActRecord(progress.continuation.act, progress.continuation)
    record.last_chunk = progress.counted
    selection = selection.taking(progress.action.statuses)
    act = ActUnderWay(progress.action, selection, confirmation, record)
    act.outcome, act.position = progress.outcome, progress.position
    try:
        set_aside(progress.action, selection, confirmation)
        is_overtaken = confirmation.is_overtaken(review_workers(progress.action, selection))
    except BaseException:
        release(progress.continuation)
        raise
    if is_overtaken:
        act.outcome += ActionOutcome(stopped=OVERTAKEN)
        return _end(act.outcome, progress, record, user)
    return run(act, user.get_username())


def stop(progress: Progress, user: User) -> ActionOutcome | None:
    """End an act here; return what became of it, None when the request that is at it will end it in a moment."""
    check_may_see(user, progress.continuation.act)
    if not claim_to_stop(progress.continuation, user.get_username()):
        return None
    progress = progress_of(progress.continuation, is_mine=True)
    record = ActRecord(progress.continuation.act, progress.continuation)
    outcome = progress.outcome + ActionOutcome(stopped=stopped_in_words(user.get_username()))
    return _end(outcome, progress, record, user)


def _end(outcome: ActionOutcome, progress: Progress, record: ActRecord, user: User) -> ActionOutcome:
    said = outcome.in_words(progress.action)
    record.end(said, outcome.stopped)
    meant = progress.continuation.act.meant
    log.info("%s %s jobs: %s %s", user.get_username(), progress.action.past, meant, said)
    return outcome
