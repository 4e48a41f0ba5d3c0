"""The cache of what viewers share stays small, though it is not looked over at each write."""

from pathlib import Path

from jobsite.lab.shared_files import CULLED_EACH_S, SharedFiles

MOST = 30


def test_many_writes_leave_no_more_files_than_come_between_two_looks(tmp_path: Path) -> None:
    cache = SharedFiles(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": MOST}})
    SharedFiles.culled_at = float("-inf")
    for number in range(2 * MOST):
        cache.set(f"list-{number}", number)
    assert len(list(tmp_path.iterdir())) == 2 * MOST
    SharedFiles.culled_at -= CULLED_EACH_S
    cache.set("one-more", 0)
    assert len(list(tmp_path.iterdir())) < 2 * MOST


def test_what_is_kept_is_found_by_another_thread_of_the_cache(tmp_path: Path) -> None:
    SharedFiles(str(tmp_path), {}).set("rows", [1, 2])
    assert SharedFiles(str(tmp_path), {}).get("rows") == [1, 2]
