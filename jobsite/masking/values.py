"""Where does the value end that follows a name, and is it one that may be shown: a placeholder, a type, a variable?"""

import re
from collections.abc import Iterator

from jobsite.masking.calls import is_getter
from jobsite.masking.names import NAME, Secrecy, is_plain, secrecy
from jobsite.masking.spans import Span

QUOTE = re.compile(
    r"""(?:\b(?:[bBrRuUfFnNxX]{1,2}|_[a-z0-9]+)|[@$])?(?P<escapes>(?<!\\)\\*)(?P<quote>\"{3}|'{3}|["'`“‘])"""
)
CLOSING = {"“": "”", "‘": "’"}
LONGEST = 2000
"""Characters of a value that are looked at; when they are hidden, so are those that follow."""
BARE = re.compile(rf"\S{{1,{LONGEST}}}")
FOLLOWING = re.compile(r"\S*")
TRAILING = ")]}>,;.'\"`"
AFTER_QUOTED = re.compile(r"""[\s,:;.)\]}'"`+\\]|\Z""")
"""What can follow a text that has been closed."""
NOTHING = """none null nil nan true false yes no na n/a empty unset default redacted hidden masked omitted"""
TYPES = """
str string int integer bytes bool boolean float list dict tuple set any optional union secretstr literal text varchar
char enum tinyint smallint bigint mediumint decimal double blob longblob varbinary binary timestamp date datetime uuid
"""
"""Of Python, SQL and DataJoint."""
PROSE = """
a an the this that these it its is was are were be been must should shall can cannot can't could may might will would
has have had does do did don't doesn't didn't not no and or of for to in on at by from with without as if when required
missing incorrect invalid wrong expired expected unexpected unknown unsupported rejected denied refused failed too at
least only also please enter your my their our use used using authentication field value argument parameter changed
updated reset stored saved unchanged forbidden unauthorized optional ok protection login prompt file based policy hash
hashing auth manager fields form option options input check checks length rules rule encryption support store column
columns table name names provided given supplied set specified found entered exchange expiry expiration rotation
plugin plugins method methods authenticated access accepted disabled enabled matched matches mismatch mode
"""
"""What is said of a password, a token, a cookie."""
SHOWN = frozenset(" ".join((NOTHING, TYPES, PROSE)).split())
"""Words that are no secret, although they stand where one would."""
PLACEHOLDER = re.compile(
    r"""(?:(?:bearer|basic|token|apikey)[ ]?)?
    (?: %s | ~ | %\(\w{1,80}\)[sr]
    | \{[^{}'"]{0,200}\} | \$?\{\{[^{}]{0,200}\}\} | \$\{[^}]{0,200}\} | \$\([^)]{0,200}\)
    | (?-i:\$[A-Z_][A-Z0-9_]{2,80}) | (?-i:%[A-Z_]{3,80}%) | <[\w .-]{1,80}> | \[[A-Za-z_ .-]{1,80}\] | [*•·]{1,80}
    | [xX]{3,80} | \?{1,80} | \.{3}.{0,200} | …{1,80} | :\w{1,80} | -{1,80} )
    (?=$|[\s,;:)\]}'"&.])""",
    re.VERBOSE | re.IGNORECASE,
)
MEASURED = ("pass", "pw")
"""The ends of names that may be those of a count or of the width of a pulse."""
NUMBER = re.compile(r"[+-]?\d{1,5}(?:\.\d*)?(?![\w.])")
CALL = re.compile(r"(?:await )?[A-Za-z_][\w.]{0,80} ?[(\[][^\n]{0,300}?[)\]]")
GOT = re.compile(r"(?:\.get|\.pop|getenv)\($")
JOINED = re.compile(r"""[ ]?(?:(?:\+|to|and)[ ]?)?(?=[bru]?['"])|[ ]?\+""")
"""Before the next part of a text: `"a" + "b"`."""
OPENED = re.compile(r"[(\[{]\s{0,80}")
SCHEME = re.compile(r"(?:bearer|basic|digest|token|apikey)[ ]?", re.IGNORECASE)
"""Of the header of a request: the secret follows."""
SETTING = re.compile(r"""(?:^|\n)[ \t]*[\w.-]{1,80}[ \t]?[:=][ \t]*\Z""")
WORDS_TO_THE_END = re.compile(r"""(?:[ ][^\s=:,;"'()\[\]{}#]{1,80}){1,8}[ ]*(?=\n|\Z)""")
KEYWORD = re.compile(r"(\w{1,40})[ ]?=[ ]?$")
SUBSCRIPT = re.compile(r"[\w)\]]\[")
PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?=$|[\s,;)\]}])")
WORD = re.compile(r"[A-Za-z'/]+")
ARGUMENT = re.compile(r"[a-z_]+[,)]")
CALLED_WITH = re.compile(r"[ ]['\"]")
"""`ConvertTo-SecureString 'x'`"""
DEFINED = re.compile(r"[ ](?:for|of|to|in|that|which|is|must|as|used|needed)\b")
SENTENCE = re.compile(r"[A-Z][a-z]+(?: [\w']+){2,}\.")
LONE_NAME = re.compile(r"[^\W\d]+(?:[_.-][^\W\d]+)*")
PROMPT = re.compile(r"[\w' -]+[:?] ?|.*: ")
FOLDER = re.compile(r"[/~]|[A-Za-z]:[\\/]")


def quoted_end(text: str, opening: re.Match[str]) -> int:
    """Return where a quoted text ends, its closing quote included; where the line ends when nothing closes it.

    Inside a text that is itself quoted, quotes have backslashes: the one that closes has as many as the one that opens.
    Where JSON stands in quotes of another kind, a quote inside has two, and the text goes on behind it.
    """
    quote, escapes = opening["quote"], len(opening["escapes"])
    if len(quote) == 3:
        end = text.find(quote, opening.end())
        return len(text) if end < 0 else end + 3
    close = CLOSING.get(quote, quote)
    pattern = re.compile(rf"(?P<escapes>(?<!\\)\\*)(?P<found>{close}(?:{close})?)|\n")
    for found in pattern.finditer(text, opening.end()):
        if found["found"] is None:
            return found.start()
        behind = len(found["escapes"])
        goes_on = behind > 0 and not AFTER_QUOTED.match(text, found.end())
        is_escaped = behind > escapes if escapes else behind % 2 == 1 or goes_on
        is_doubled = len(found["found"]) == 2 and not escapes
        if not is_escaped and not is_doubled:
            return found.start("found") + 1
    return len(text)


class Values:
    """The values of one text, each looked at once."""

    def __init__(self, text: str) -> None:
        """All of `text` is still to be looked at."""
        self.text = text
        self.hidden_to = 0
        """A name before this place is a part of a value that is hidden."""
        self._looked_to = self._line_end = 0

    def at(self, at: int, name: str, sure: Secrecy) -> Iterator[Span]:
        """Yield what is to be hidden of the value at `at` that follows a name."""
        text = self.text
        if opening := QUOTE.match(text, at):
            yield from self._hidden(_quoted(text, opening, sure))
            if joined := JOINED.match(text, quoted_end(text, opening)):
                yield from self.in_line(joined.end())
        elif (opened := OPENED.match(text, at)) and not PLACEHOLDER.match(text, at):
            yield from self.in_line(opened.end())
        elif called := CALL.match(text, at):
            yield from () if is_getter(called[0]) else self.in_line(at)
        elif bare := BARE.match(text, at):
            yield from self._hidden(_bare(text, bare, name, sure))

    def in_line(self, at: int, *, also_names: bool = False) -> Iterator[Span]:
        """Yield the quoted texts from `at` to the end of its line; `also_names`: also secrets' names."""
        if at >= self._line_end:
            end = self.text.find("\n", at)
            self._line_end = len(self.text) if end < 0 else end
        begin, self._looked_to = max(at, self._looked_to), self._line_end
        yield from literals_in(self.text, begin, self._line_end, also_names=also_names)

    def header(self, at: int, before: str) -> Span:
        """Return the value of a header: up to the quote that stands before its name, else to the end of the line."""
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        quote = self.text.find(before, at, end) if before in ("'", '"') else -1
        self.hidden_to = end if quote < 0 else quote
        return at, self.hidden_to

    def _hidden(self, spans: Iterator[Span]) -> Iterator[Span]:
        for span in spans:
            self.hidden_to = span[1]
            yield span


def literals_in(text: str, begin: int, end: int, *, also_names: bool) -> Iterator[Span]:
    """Yield the quoted texts of an expression, but for keys, names of secrets, prompts and sentences."""
    while opening := QUOTE.search(text, begin, end):
        begin = quoted_end(text, opening)
        inner = text[opening.end() : begin - 1]
        is_key = _is_key(text, opening.start(), begin) or _is_given(text, opening.start())
        if not (is_key or _says_nothing(inner, also_names=also_names)):
            yield opening.end(), begin - len(opening["quote"]) if begin - 1 > opening.end() else begin


def _is_given(text: str, begin: int) -> bool:
    """Say whether a quoted text is given to a name that is no secret's: `host='db'`."""
    keyword = KEYWORD.search(text, max(0, begin - 60), begin)
    return keyword is not None and is_plain(keyword[1])


def _says_nothing(inner: str, *, also_names: bool) -> bool:
    is_name = not also_names and bool(LONE_NAME.fullmatch(inner)) and secrecy(inner) is not Secrecy.NONE
    return is_name or bool(PROMPT.fullmatch(inner) or SENTENCE.fullmatch(inner) or PLACEHOLDER.fullmatch(inner))


def _is_key(text: str, begin: int, end: int) -> bool:
    """Say whether a quoted text is the key of a dict, or of what stands before its brackets: `environ['DJ_PASS']`."""
    if GOT.search(text, max(0, begin - 12), begin):
        return True
    if text[end : end + 1] == ":":
        return text[begin - 1] in "{, "
    return text[end : end + 1] == "]" and bool(SUBSCRIPT.match(text, begin - 2))


def _quoted(text: str, opening: re.Match[str], sure: Secrecy) -> Iterator[Span]:
    end = quoted_end(text, opening)
    close = len(CLOSING.get(opening["quote"], opening["quote"])) + len(opening["escapes"])
    closed = end - close if end - close >= opening.end() and not text[end - 1].isspace() else end
    inner = text[opening.end() : closed]
    if not inner or PLACEHOLDER.fullmatch(inner) or SCHEME.fullmatch(inner) or inner.lower() in SHOWN:
        return
    if sure is Secrecy.COUNT and NUMBER.fullmatch(inner):
        return
    yield opening.end(), closed if _closes(text, end, opening["quote"]) else end


def _closes(text: str, end: int, quote: str) -> bool:
    return text[:end].endswith(CLOSING.get(quote, quote))


def _bare(text: str, bare: re.Match[str], name: str, sure: Secrecy) -> Iterator[Span]:
    value = bare[0].rstrip(TRAILING) or bare[0]
    if PLACEHOLDER.match(text, bare.start()) or _is_word(value):
        return
    if NUMBER.match(value) and (sure < Secrecy.SURE or name.lower().endswith(MEASURED)):
        return
    if name.lower() in ("pwd", "oldpwd") and FOLDER.match(value):
        return
    if _is_variable(text, bare, value, name):
        return
    if SCHEME.fullmatch(value):
        after = BARE.match(text, bare.end() + 1) if text.startswith(" ", bare.end()) else None
        if after is None:
            return
        value = text[bare.start() : after.end()].rstrip(TRAILING)
    end = bare.start() + len(value)
    if len(bare[0]) == LONGEST and (following := FOLLOWING.match(text, end)):
        end = following.end()
    rest = WORDS_TO_THE_END.match(text, end) if sure is Secrecy.SURE and _is_setting(text, bare.start()) else None
    yield bare.start(), rest.end() if rest else end


def _is_setting(text: str, at: int) -> bool:
    """Say whether what stands before a value is all of its line, as in a file of settings: `password: two words`."""
    return bool(SETTING.search(text, max(0, at - 120), at))


def _is_word(value: str) -> bool:
    word = WORD.match(value)
    if word is None:
        return False
    return word[0].lower() in SHOWN and not value[word.end() :].strip(f"{TRAILING}[|:=")


def _is_variable(text: str, bare: re.Match[str], value: str, name: str) -> bool:
    """Say whether a value is a name itself: `password=password`, `token=self.token`, `[--password PASSWORD]`."""
    last = name.rpartition(".")[2].lower()
    named = NAME.match(value)
    if not named:
        return False
    if ARGUMENT.match(text, bare.start()) and is_plain(named[0]):
        return True
    if secrecy(named[0].rstrip(".-")) is Secrecy.NONE:
        return False
    if PATH.match(value) or re.split(r"[,)\]};]", value)[0].lower() == last or value.isupper():
        return True
    end = bare.start() + len(value)
    return bool(DEFINED.match(text, end) or CALLED_WITH.match(text, end) or ARGUMENT.match(text, bare.start()))
