"""Jobs tables as others made them: an older DataJoint, MATLAB, or a person who changed one."""

from tests.server import SERVER

FIRST = (
    "table_name varchar(255) NOT NULL, key_hash char(32) NOT NULL, status enum('reserved','error','ignore') NOT NULL"
)
LAST = "PRIMARY KEY (table_name, key_hash)"
MESSAGE = "error_message varchar(1023) NOT NULL DEFAULT ''"
PLACE = "host varchar(255) NOT NULL DEFAULT '', pid int unsigned NOT NULL DEFAULT 0"
TIME = "`timestamp` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP"
USER = "`user` varchar(255) NOT NULL DEFAULT ''"
CONNECTION = "connection_id bigint unsigned NOT NULL DEFAULT 0"
SHAPES = {
    "before user and connection": f"{FIRST}, `key` blob, {MESSAGE}, error_stack blob, {PLACE}, {TIME}, {LAST}",
    "MATLAB": f"{FIRST}, `key` blob, {MESSAGE}, error_stack blob, {USER}, {PLACE}, {CONNECTION}, {TIME}, {LAST}",
    "MATLAB before 2.6.3": f"{FIRST}, error_key blob, {MESSAGE}, error_stack blob, {PLACE}, {TIME}, {LAST}",
    "no connection": f"{FIRST}, `key` blob, {MESSAGE}, error_stack blob, {USER}, {PLACE}, {TIME}, {LAST}",
    "no time": f"{FIRST}, `key` blob, {MESSAGE}, error_stack blob, {USER}, {PLACE}, {CONNECTION}, {LAST}",
    "no message": f"{FIRST}, `key` blob, error_stack mediumblob, {USER}, {PLACE}, {CONNECTION}, {TIME}, {LAST}",
    "narrow": (
        f"{FIRST}, `key` tinyblob, error_message tinytext, error_stack tinyblob, `user` varchar(5), host char(3), "
        f"pid int unsigned, {CONNECTION}, {TIME}, {LAST}"
    ),
    "in latin1": f"{FIRST}, `key` blob, {MESSAGE}, error_stack blob, {PLACE}, {TIME}, {LAST}",
    "in utf32": f"{FIRST}, `key` blob, error_message tinytext, error_stack blob, {PLACE}, {TIME}, {LAST}",
    "the least": f"{FIRST}, {LAST}",
}
"""What a `~jobs` may be declared as, by what is the matter with it."""
CHARSETS = {"in latin1": "latin1", "in utf32": "utf32"}


def declare(schema: str, shape: str) -> None:
    """Make the jobs table of a schema in one of SHAPES."""
    charset = CHARSETS.get(shape, "utf8mb4")
    SERVER.sql(f"CREATE TABLE `{schema}`.`~jobs` ({SHAPES[shape]}) CHARACTER SET {charset}")
