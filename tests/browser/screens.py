"""Where things are on the pages: every selector of the browser tests stands here, and only here."""

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect


class Screen:
    """What every page has."""

    path = "./"
    """From where the site is found, which may be below a path of its host."""

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        self.page = page
        self.heading = page.get_by_role("heading", level=1)
        self.notices = page.locator("#main .notice")
        self.live_notice = page.locator("#notice")
        self.theme_button = page.get_by_role("button", name="Switch between light and dark")
        self.danger = page.locator("button.danger")
        self.back_to_list = page.get_by_role("link", name="Back to the list")

    def open(self, query: str = "") -> "Screen":
        """Go to the page."""
        self.page.goto(f"{self.path}?{query}" if query else self.path)
        self.wait()
        return self

    def wait(self) -> None:
        """Wait until what comes after the frame is there."""
        if self.page.evaluate("typeof htmx !== 'undefined'"):
            expect(self.page.locator(".list.waits, #numbers:not(:has(template))")).to_have_count(0)

    def log_in(self, name: str, password: str = "") -> None:
        """Fill the login form; who is in a test has a password that everybody knows."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password or f"{name}-password")
        self.page.get_by_role("button", name="Log in").click()

    def expect_whole(self) -> None:
        """Expect a page with its header, not a bare fragment."""
        expect(self.page.locator("header.top")).to_have_count(1)
        expect(self.heading).to_have_count(1)


class Listing(Screen):
    """What both lists have."""

    root = ""

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        super().__init__(page)
        self.list = page.locator(self.root)
        self.says = self.list.locator(".says")
        self.read = self.list.locator(".read")
        self.rows = self.list.locator("tbody tr")
        self.boxes = self.rows.get_by_role("checkbox")
        self.select_page = page.get_by_role("checkbox", name="Select every row of this page")
        self.next_page = self.list.get_by_role("link", name="Next")
        self.previous_page = self.list.get_by_role("link", name="Previous")
        self.first_page = self.list.get_by_role("link", name="First")
        self.last_page = self.list.get_by_role("link", name="Last", exact=True)
        self.range = self.list.locator(".pager .range")
        self.more_filters = page.get_by_text("More filters", exact=True)
        self.offers = page.get_by_role("listbox", name="Completions").get_by_role("option")
        self.mistakes = page.locator(".mistakes .notice")
        self.go_to = self.list.get_by_role("searchbox", name="Go to")
        self.whose = self.list.get_by_role("navigation", name="Whose")
        self.mine = self.whose.get_by_role("link", name="Mine")
        self.saved_filters = self.list.locator(".saved summary")
        self.saved = self.list.locator(".saved li").get_by_role("link")

    def export(self, form: str) -> Locator:
        """Return the link to the list as a file."""
        return self.list.locator(".export").get_by_role("link", name=form, exact=True)

    def box(self, name: str) -> Locator:
        """Return a field of the filter."""
        return self.page.locator(f"form.filter [name={name}]")

    def choose(self, name: str, value: str | None = None, label: str | None = None) -> None:
        """Open a menu of the filter, which reads what there is to choose from, and choose by value or label."""
        self.box(name).focus()
        self.box(name).select_option(value=value, label=label)

    def row(self, text: str) -> Locator:
        """Return the rows that contain `text`."""
        return self.rows.filter(has_text=text)

    def cells(self, label: str) -> Locator:
        """Return the cells of a column."""
        return self.rows.locator(f'td[data-label="{label}"]')

    def select(self, texts: Sequence[str]) -> None:
        """Select the row of each of `texts`."""
        for text in texts:
            self.row(text).get_by_role("checkbox").check()

    def header(self, label: str) -> Locator:
        """Return a column's header."""
        return self.list.get_by_role("columnheader", name=re.compile(rf"^{label}( [↑↓])?$"))

    def sort_by(self, label: str) -> None:
        """Click a column's header."""
        self.header(label).get_by_role("link").click()

    def save_filter(self, name: str) -> None:
        """Save what the list shows under a name."""
        self.saved_filters.click()
        self.list.get_by_label("Save this list as").fill(name)
        self.list.get_by_role("button", name="Save").click()

    def submit_filter(self) -> None:
        """Click the filter's own button, which people without JavaScript need."""
        self.page.get_by_role("button", name="Filter").click()


class Jobs(Listing):
    """The list of jobs, and the panel over its right part."""

    path = "jobs/"
    root = "#job_list"

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        super().__init__(page)
        self.panel = page.locator("#panel")
        self.opened = self.rows.and_(page.locator("[aria-selected=true]"))
        self.said = page.locator("#said")
        self.clear_selected = self.to_selected("Clear")
        self.clear_all = page.get_by_role("button", name=re.compile("^Clear all"))

    def to_selected(self, verb: str) -> Locator:
        """Return the button that does something to the selected jobs."""
        return self.page.get_by_role("button", name=re.compile(rf"^{verb} (\d+ )?selected…$"))

    def tab(self, word: str) -> Locator:
        """Return a status tab."""
        return self.list.get_by_role("navigation", name="Status").get_by_role("link", name=word)

    def open_job(self, text: str) -> "Job":
        """Click the job's link in its row."""
        self.row(text).get_by_role("link").click()
        return Job(self.page)

    def clear(self, text: str) -> None:
        """Clear the one job in whose row `text` is."""
        self.select([text])
        self.clear_selected.click()
        self.danger.click()
        expect(self.notices).to_have_text("Cleared 1 job.")


class Job(Screen):
    """A job, in the panel or on its own page."""

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        super().__init__(page)
        self.whole = page.locator("#job_detail")
        self.exception = self.whole.locator("pre.exception")
        self.own_frames = self.whole.locator(".frame.own")
        self.library_frames = self.whole.locator("details.library .frame")
        self.full_text = self.whole.locator("#stack_text")
        self.key = self.whole.locator(".key")
        self.facts = self.whole.locator("dl.facts")
        self.lines = self.whole.locator(".copy code")
        self.copy_buttons = self.whole.locator(".copy").get_by_role("button")
        self.close = page.get_by_role("button", name="Close")
        self.previous = page.get_by_role("button", name="Previous job")
        self.next = page.get_by_role("button", name="Next job")
        self.place = page.locator("#panel .place")
        self.own_page = page.get_by_role("link", name="Own page")
        self.clear = self.whole.get_by_role("button", name="Clear this job…")

    def unfold(self) -> None:
        """Open all that is folded."""
        self.whole.locator("summary").evaluate_all("all => all.forEach((one) => one.click())")


class Account(Screen):
    """The page "Your account"."""

    path = "account/"

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        super().__init__(page)
        self.offered = page.locator(".names").get_by_role("checkbox")
        self.others = page.get_by_label("with commas between")
        self.zone = page.get_by_label("Zone")

    def link(self, *names: str) -> None:
        """Link these database users, and no others."""
        for box in self.offered.all():
            box.uncheck()
        self.others.fill(", ".join(names))
        self.others.press("Enter")

    def choose_zone(self, name: str) -> None:
        """Choose a time zone."""
        self.zone.select_option(name)
        self.page.locator("form:has(select[name=zone])").get_by_role("button", name="Save").click()


class Act(Screen):
    """The page of an act that takes longer than one request."""

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        super().__init__(page)
        self.bar = page.get_by_role("progressbar")
        self.says = page.locator("#act_progress > p")
        self.stop = page.get_by_role("button", name="Stop")
        self.go_on = page.get_by_role("button", name="Go on")


class Errors(Listing):
    """The page of errors: groups of failed jobs."""

    path = "errors/"
    root = "#error_list"

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        super().__init__(page)
        self.summary = page.locator("#error_summary")
        self.groups = self.list.locator("a.group")
        self.numbers = self.list.locator(".tabs b")
        self.how_many = self.list.locator(".how-many")
        self.their_jobs = self.list.locator(".their-jobs")
        self.clear_selected = page.get_by_role("button", name=re.compile(r"^Clear ([\d,]+ )?selected…$"))

    def tab(self, word: str) -> Locator:
        """Return a tab of a kind of error."""
        return self.list.get_by_role("navigation", name="Kind of error").get_by_role("link", name=word)


class ErrorGroup(Screen):
    """The page of one group of errors."""

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        super().__init__(page)
        self.summary = page.locator(".summary")
        self.back = page.locator("#up")
        self.as_list = page.locator("#as_list")
        self.previous = page.locator(".steps [rel=prev]")
        self.next = page.locator(".steps [rel=next]")
        self.sharing = page.locator("#sharing")
        self.clear_all = page.get_by_role("button", name=re.compile("^Clear all"))


class Connections(Listing):
    """The list of connections."""

    path = "connections/"
    root = "#connection_list"
    mark = ".holds .mark"

    def __init__(self, page: Page) -> None:
        """`page` is the browser's."""
        super().__init__(page)
        self.kill_selected = page.get_by_role("button", name=re.compile(r"^Kill (\d+ )?selected connections…$"))
        self.kill_statements = page.get_by_role("button", name="Kill only their statements…")
        self.consequences = page.locator("section.consequence")
        self.number = page.get_by_label("to confirm")
        self.result = page.locator("#kill_result")
        self.look_again = page.get_by_role("link", name="Look again")

    def connection(self, number: int) -> Locator:
        """Return the row of the connection with this id, which may stand in other rows too, in a port or a key."""
        return self.rows.filter(has=self.page.locator('td[data-label="Id"]').get_by_text(str(number), exact=True))

    def ask_to_kill(self, number: int) -> None:
        """Select the connection with this id, and go to the page that asks before it is killed."""
        self.connection(number).get_by_role("checkbox").check()
        self.kill_selected.click()
