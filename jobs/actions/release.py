"""Release: delete the reservation of a worker that is gone, so that the next populate takes the key."""

from jobs.actions.action import Action
from jobs.statuses import RESERVED

RELEASE = Action(
    verb="release",
    past="released",
    permission="jobs.release_job",
    consequences={
        RESERVED: "abandoned, because the worker is gone: the reservation is deleted, and populate takes the key."
    },
    statuses=(RESERVED,),
    only_abandoned=True,
    takes_in_words="only a reservation whose worker is gone can be released",
    all_in_words="abandoned",
    frees_keys=True,
    tabs=(RESERVED,),
)
