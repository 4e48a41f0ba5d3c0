-- What Jobsite's own account needs on the lab's server, and no more. Run as an administrator; choose the host and the
-- password. The demo runs this very file.

CREATE USER IF NOT EXISTS 'jobsite'@'%' IDENTIFIED BY 'choose-a-password';

-- See every connection, and which transactions are open (information_schema.processlist, innodb_trx).
GRANT PROCESS ON *.* TO 'jobsite'@'%';

-- Read and clear jobs. One pair of lines for each schema; an underscore in a schema's name is written \_ .
-- SELECT on the whole schema lets Jobsite discover the jobs table; DELETE is given on the jobs table alone, which must
-- exist already (DataJoint makes it at the first populate with reservation).
-- GRANT SELECT ON `lab\_ephys`.* TO 'jobsite'@'%';
-- GRANT DELETE ON `lab_ephys`.`~jobs` TO 'jobsite'@'%';

-- End connections of other accounts. MariaDB 10.5 and later:
-- GRANT CONNECTION ADMIN ON *.* TO 'jobsite'@'%';
-- MySQL 8.0 and later:
-- GRANT CONNECTION_ADMIN ON *.* TO 'jobsite'@'%';
