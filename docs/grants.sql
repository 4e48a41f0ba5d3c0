-- What Jobsite's own account needs on the lab's server, and no more. The demo runs this very file.
--
-- Run it as an administrator, once for each schema; what was granted before stays. Three words are to be replaced:
--   {password}  a password for the new account
--   {schema}    the schema's name, such as lab_ephys
--   {pattern}   the same name with a backslash before every underscore, such as lab\_ephys: in a grant on a whole schema
--               a bare underscore stands for any character
-- For example:
--   sed -e 's/{password}/.../; s/{schema}/lab_ephys/; s/{pattern}/lab\\_ephys/' docs/grants.sql | mariadb -u root -p

CREATE USER IF NOT EXISTS 'jobsite'@'%' IDENTIFIED BY '{password}';

-- So the site never uses up the server's connections. Each of its processes has 5 at most (docs/admin.md: two processes, so
-- 10), as many again while new processes take the place of the old ones, and 10 are left for commands.
ALTER USER 'jobsite'@'%' WITH MAX_USER_CONNECTIONS 30;

-- PROCESS: see every connection and which transactions are open. CONNECTION ADMIN: kill connections of other accounts;
-- MariaDB (10.5 and later) reads the first comment, MySQL (8.0 and later) the second.
GRANT PROCESS /*M!100502 , CONNECTION ADMIN */ /*!80000 , CONNECTION_ADMIN */ ON *.* TO 'jobsite'@'%';

-- On Amazon RDS and Aurora these take the place of CONNECTION_ADMIN:
--   GRANT EXECUTE ON PROCEDURE `mysql`.`rds_kill` TO 'jobsite'@'%';
--   GRANT EXECUTE ON PROCEDURE `mysql`.`rds_kill_query` TO 'jobsite'@'%';

-- Name the connection that holds a lock on a jobs table, where the server keeps a list of locks.
GRANT SELECT ON `performance_schema`.`metadata_locks` TO 'jobsite'@'%';
GRANT SELECT ON `performance_schema`.`threads` TO 'jobsite'@'%';

-- Tell a worker that is gone from one that has reconnected, and in which job of a cluster it is, where the server keeps that.
GRANT SELECT ON `performance_schema`.`session_connect_attrs` TO 'jobsite'@'%';

-- Find the schema's jobs table and read it.
GRANT SELECT ON `{pattern}`.* TO 'jobsite'@'%';

-- Clear, release and un-ignore jobs, and nothing else. The jobs table must exist: DataJoint makes it at the first populate with
-- reservation.
GRANT DELETE ON `{schema}`.`~jobs` TO 'jobsite'@'%';

-- Optional: ignore jobs (UPDATE), also by a command a key that has no job yet (INSERT). Leave this line out, and ignoring is not
-- offered; all else works without it, also to un-ignore jobs.
GRANT INSERT, UPDATE ON `{schema}`.`~jobs` TO 'jobsite'@'%';
