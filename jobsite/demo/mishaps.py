"""What else happened that night? Frank computes at a Python prompt, and somebody clears what nobody has mended.

A lock that is held and a connection that is cut make errors of what he computes; Jobsite's own workers wait until such
things pass. Jobs that are cleared fail once more.
"""

import threading
from pathlib import Path

from jobsite.demo.accounts import FRANK, SITE, Accounts
from jobsite.demo.filling import ANIMALS, LONG_SESSIONS, PROBES, SESSIONS
from jobsite.demo.night import BUDGET_S
from jobsite.demo.processes import ROOT, DemoError, Processes
from jobsite.demo.prompt import Prompt
from jobsite.demo.waiting import LIMIT_S, wait_until

LOCKED = ("M017", "M019", "M021")
CUT, CUTS = "M025", 2
"""An animal whose long recordings none of the workers takes, and how often Frank is cut off."""
CLEARED = ("--table", "Trials", "--message", "pupil_mm")
LONG = f"""
    SELECT COUNT(*) FROM lab_ephys._raw_signal JOIN lab_behavior.session USING (subject, session_start)
    WHERE subject = '{CUT}' AND duration_min > 90
"""  # noqa: S608  names of our own, here and below
TRIED = """
    SELECT (SELECT COUNT(*) FROM lab_behavior._trials)
        + (SELECT COUNT(*) FROM lab_behavior.`~jobs` WHERE table_name = '_trials' AND status = 'error')
"""
COMPUTES = f"""
    SELECT id FROM information_schema.innodb_trx JOIN information_schema.processlist ON id = trx_mysql_thread_id
    WHERE user = '{FRANK}' AND trx_started < NOW() - INTERVAL 1 SECOND
"""  # noqa: S608
"""DataJoint's populate dies of a connection that is cut between the begin of a transaction and its make."""


class Mishaps:
    """What happens beside the workers of the night."""

    def __init__(self, accounts: Accounts, processes: Processes, site_home: Path, archive: Path) -> None:
        """Nothing has happened yet."""
        self.accounts, self.processes = accounts, processes
        self.site_home, self.archive = site_home, archive
        self._ended = threading.Event()

    def happen(self) -> None:
        """Return when all of it has happened. Raises DemoError when it does not."""
        self._root = self.accounts.connect_as_root()
        environ = {"LAB_ARCHIVE": str(self.archive), "LAB_BUDGET_S": str(BUDGET_S)}
        prompt = Prompt(FRANK, self.accounts, self.processes, environ)
        self._hold_a_lock(prompt)
        self._clear_in_vain(prompt)
        self._cut_connections(prompt)
        prompt.leave()
        self._root.close()

    def end(self) -> None:
        """Let `happen` wait no longer."""
        self._ended.set()

    def _hold_a_lock(self, prompt: Prompt) -> None:
        """Lock animals for which Frank computes; he waits a second for each."""
        notebook, animals = self.accounts.connect_as_root(), ", ".join(f"'{animal}'" for animal in LOCKED)
        notebook.autocommit(False)
        with notebook.cursor() as cursor:
            cursor.execute(f"SELECT * FROM lab_behavior.subject WHERE subject IN ({animals}) FOR UPDATE")  # noqa: S608
        prompt.type("behavior.schema.connection.query('SET SESSION innodb_lock_wait_timeout = 1')")
        prompt.populate("behavior.TrainingProgress", f"subject IN ({animals})")
        self._wait_for_errors("lab_behavior", "__training_progress", len(LOCKED))
        notebook.close()

    def _cut_connections(self, prompt: Prompt) -> None:
        """Cut Frank's connection while he computes, as a network does, and the one that he opens then."""
        self._wait_for(LONG, LONG_SESSIONS * PROBES)
        prompt.populate("ephys.DriftMap", f"subject = '{CUT}'", max_calls=CUTS)
        for cuts in range(1, CUTS + 1):
            wait_until(self._cut, "Frank did not compute", self._ended)
            self._wait_for_errors("lab_ephys", "__drift_map", cuts)

    def _cut(self) -> bool:
        """Cut Frank's connection if it is in a transaction, and say whether it was."""
        number = self._number(COMPUTES)
        if number:
            self._root.kill(number)
        return bool(number)

    def _clear_in_vain(self, prompt: Prompt) -> None:
        """Clear jobs whose files are as they were, once every session was tried; Frank tries these again."""
        self._wait_for(TRIED, len(ANIMALS) * SESSIONS)
        environ = {**self.accounts.environ(SITE), "JOBSITE_HOME": str(self.site_home)}
        clearing = self.processes.start("clear", [str(ROOT / "manage.py"), "jobs", "clear", *CLEARED, "--yes"], environ)
        if clearing.wait(LIMIT_S):
            raise DemoError(f"no job was cleared: {self.processes.last_words('clear')}")
        prompt.populate("behavior.Trials")
        self._wait_for(TRIED, len(ANIMALS) * SESSIONS)

    def _wait_for_errors(self, schema: str, table_name: str, number: int) -> None:
        """Return when so many jobs of Frank's have failed."""
        his = f"table_name = '{table_name}' AND status = 'error' AND user LIKE '{FRANK}@%'"
        self._wait_for(f"SELECT COUNT(*) FROM {schema}.`~jobs` WHERE {his}", number)  # noqa: S608

    def _wait_for(self, sql: str, number: int) -> None:
        wait_until(lambda: self._number(sql) == number, f"there were not {number} of {sql.strip()}", self._ended)

    def _number(self, sql: str) -> int:
        """Return the first value of the first row, 0 where there is none."""
        with self._root.cursor() as cursor:
            cursor.execute(sql)
            found: tuple[int] | None = cursor.fetchone()
        return found[0] if found else 0
