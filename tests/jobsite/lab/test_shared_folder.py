"""What was read of the lab's server is kept in memory, in a folder that is nobody else's."""

from pathlib import Path

from jobsite.lab.shared_folder import shared_folder


def test_what_was_read_lies_in_memory_for_its_owner_alone(tmp_path: Path) -> None:
    found = shared_folder(tmp_path / "home", tmp_path)
    assert found.parent == tmp_path
    assert oct(found.stat().st_mode)[-3:] == "700"
    assert shared_folder(tmp_path / "home", tmp_path) == found


def test_two_sites_keep_it_apart(tmp_path: Path) -> None:
    assert shared_folder(tmp_path / "one", tmp_path) != shared_folder(tmp_path / "two", tmp_path)


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    shared_folder(tmp_path / "home", tmp_path).chmod(0o777)
    assert shared_folder(tmp_path / "home", tmp_path) == tmp_path / "home" / "shared"


def test_a_link_that_somebody_laid_there_is_not_followed(tmp_path: Path) -> None:
    found = shared_folder(tmp_path / "home", tmp_path)
    found.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    found.symlink_to(tmp_path / "elsewhere")
    assert shared_folder(tmp_path / "home", tmp_path) == tmp_path / "home" / "shared"


def test_where_there_is_no_such_place_it_lies_beside_what_the_site_keeps(tmp_path: Path) -> None:
    assert shared_folder(tmp_path / "home", tmp_path / "nowhere") == tmp_path / "home" / "shared"
