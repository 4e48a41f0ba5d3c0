"""How texts of the lab's server are compared where Python sorts them."""

from jobsite.lab.columns import ONE_COLLATION, sort_key
from tests.server import SERVER

TEXTS = [*"abZé_ßsΣςяЁ한漢🧠", "B1", "Ä", "ärger", "az", "E2", "st", "е2", "😀a"]


def test_python_sorts_texts_as_the_server_does() -> None:
    rows = " UNION ALL ".join(["SELECT CONVERT(%s USING utf8mb4) AS x"] * len(TEXTS))
    found = SERVER.sql(f"SELECT x FROM ({rows}) texts ORDER BY x COLLATE {ONE_COLLATION}, HEX(x)", TEXTS)
    assert sorted(TEXTS, key=lambda text: (sort_key(text), text.encode())) == [text for (text,) in found]
