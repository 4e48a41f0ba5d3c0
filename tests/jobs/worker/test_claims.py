"""jobs/worker/claims.py: which keys a worker takes next, and that it loses none."""

from typing import Any

import pytest

from jobs.worker.outcomes import KeyDict
from tests.jobs.worker.contexts import claims_of
from tests.lab import Lab


def test_keys_are_kept_when_the_labs_own_job_key_loses_the_server(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    _, module = lab.pipeline(recordings=dict.fromkeys("abcdefgh", ""))
    table = module.Score()
    skipped: list[KeyDict] = []
    asked: list[KeyDict] = []

    def job_key(self: Any, key: KeyDict) -> KeyDict:
        asked.append(key)
        if len(asked) == 3:
            raise ConnectionError("the lab's own question failed")
        return key

    monkeypatch.setattr(type(table), "_job_key", job_key)
    keys = table.key_source.fetch("KEY")
    claims = claims_of(table, keys, skipped)
    taken = claims.next()
    claims.record_duration(0.01)
    with pytest.raises(ConnectionError):
        claims.next()
    while claims:
        taken += claims.next()
    assert ([job.key for job in taken], skipped) == (keys, [])


@pytest.mark.parametrize("charset", ["latin1", "utf8mb4"])
def test_keys_that_others_finished_are_known_by_any_letter(lab: Lab, charset: str) -> None:
    _, module = lab.pipeline(charset=charset, recordings=dict.fromkeys(("bern", "Zürich", "Århus", "Øre"), ""))
    table = module.Score()
    skipped: list[KeyDict] = []
    keys = table.key_source.fetch("KEY")
    claims = claims_of(table, keys, skipped)
    taken = claims.next()
    claims.record_duration(0.01)
    for key in keys[1:]:
        table.insert1({**key, "score": 1}, allow_direct_insert=True)
    while claims:
        taken += claims.next()
    assert ([job.key for job in taken], skipped) == (keys[:1], keys[1:])
