# ruff: noqa: E501  # one text a line
"""Statements, messages, source lines and tracebacks, with their secrets between ⟦ and ⟧; and some that hold none."""

STATEMENTS_WITH_SECRETS = r"""
CREATE USER 'a'@'%' IDENTIFIED BY '⟦hunter2⟧'
CREATE USER a IDENTIFIED BY PASSWORD '⟦*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4⟧'
ALTER USER a IDENTIFIED BY '⟦new swordfish⟧' REPLACE '⟦old tuna⟧' RETAIN CURRENT PASSWORD
ALTER USER a IDENTIFIED WITH caching_sha2_password AS 0x⟦24412430303524⟧
create user a identified via ed25519 using password('⟦swordfish⟧') or unix_socket
CREATE USER a IDENTIFIED VIA mysql_native_password USING '⟦*54958E764CE10E50764C2EECBB71D01F08549980⟧'
GRANT SELECT ON lab.* TO 'a'@'%' identified by "⟦it''s tuna⟧"
SET PASSWORD FOR 'anna'@'%' = PASSWORD('⟦swordfish⟧')
SET PASSWORD = '⟦swordfish⟧'
SET PASSWORD FOR anna TO RANDOM; SET PASSWORD = "⟦swordfish⟧"
/* it's a comment */ SET PASSWORD = '⟦swordfish⟧'
SET @password := '⟦swordfish⟧'
SET @root_pw = '⟦swordfish⟧'
SET GLOBAL wsrep_sst_auth = 'sst:⟦swordfish⟧'
SET GLOBAL s3_secret_key = '⟦wJalrXUtnFEMI/K7MDENG⟧', s3_access_key = '⟦AKIAIOSFODNN7EXAMPLE⟧'
SET GLOBAL innodb_encryption_key='⟦deep⟧'
CHANGE MASTER TO MASTER_HOST='db', MASTER_USER='repl', MASTER_PASSWORD='⟦swordfish⟧'
CHANGE REPLICATION SOURCE TO SOURCE_USER='repl', SOURCE_PASSWORD = '⟦swordfish⟧'
START REPLICA USER='repl' PASSWORD='⟦swordfish⟧'
CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD '⟦swordfish⟧')
CREATE TABLE f (id INT) ENGINE=FEDERATED CONNECTION='mysql://root:⟦swordfish⟧@db/lab/t'
CREATE TABLE f (id INT) ENGINE=FEDERATED CONNECTION='mysql://root:⟦sword
CREATE TABLE f (id INT) ENGINE=FEDERATED CONNECTION='mysql://root:⟦sword''fish⟧@db/lab/t'
CREATE TABLE f (id INT) ENGINE=CONNECT TABLE_TYPE=ODBC CONNECTION='DSN=lab;UID=anna;PWD=⟦swordfish⟧'
CREATE TABLE t (a INT) ENCRYPTED=YES COMMENT='password: ⟦swordfish⟧'
SELECT ENCODE('plain', '⟦swordfish⟧')
SELECT DECODE(body, '⟦swordfish⟧') FROM note
SELECT AES_ENCRYPT('⟦plain tuna⟧', '⟦swordfish⟧')
SELECT AES_DECRYPT(body, UNHEX('⟦F3229A0B371ED2D9441B830D21A390C3⟧')) FROM note
SELECT DES_ENCRYPT('⟦tuna⟧'), ENCRYPT('⟦swordfish⟧', 'ab')
SELECT '⟦swordfish⟧' AS password
SELECT 'anna' AS name, '⟦swordfish⟧' `passwd` FROM dual
SELECT 0x⟦73776f7264⟧ AS secret
SELECT ⟦31415926⟧ AS password
SELECT * FROM people WHERE name='anna' AND password='⟦swordfish⟧'
SELECT * FROM people WHERE '⟦swordfish⟧' = password
SELECT * FROM people WHERE password IN ('⟦swordfish⟧', "⟦tuna⟧")
SELECT * FROM people WHERE password LIKE '⟦tuna⟧%'
SELECT * FROM people WHERE (name, pwd) = ('anna', '⟦swordfish⟧')
SELECT * FROM people WHERE password_hash = SHA2('⟦swordfish⟧', 256)
SELECT * FROM people WHERE password BETWEEN '⟦salmon⟧' AND '⟦tuna⟧'
SELECT IF(password='⟦swordfish⟧', 1, 0) FROM people
SELECT CASE passwd WHEN '⟦swordfish⟧' THEN 1 END FROM people
SELECT user FROM mysql.user WHERE authentication_string = '⟦$A$005$abc⟧'
INSERT INTO people (name, password) VALUES ('anna', '⟦swordfish⟧'), ('bob', '⟦tuna⟧')
INSERT INTO people (`name`, `API_Key`) VALUES ('anna', '⟦swordfish⟧')
INSERT INTO people ("name", "password") VALUES ('anna', '⟦swordfish⟧')
INSERT INTO people (name, pin_password) VALUES ('anna', ⟦8765⟧)
INSERT INTO people SET name='anna', passwd=X'⟦73776f7264⟧'
INSERT INTO people (name, password) SELECT 'anna', '⟦swordfish⟧'
REPLACE INTO people (name, secret) VALUES ('anna', _utf8mb4'⟦swordfish⟧')
INSERT INTO settings VALUES ('smtp_password', '⟦swordfish⟧')
INSERT INTO settings (name, value) VALUES ('token', '⟦swordfish⟧')
INSERT INTO t VALUES ('a password is', '⟦swordfish⟧')
UPDATE settings SET value='⟦swordfish⟧' WHERE name='db_password'
UPDATE people SET token='⟦swordfish⟧' WHERE name='anna'
UPDATE people SET name='a', accessToken = "⟦swordfish⟧"
INSERT INTO people (name, password) VALUES ('anna', '⟦x⟧') ON DUPLICATE KEY UPDATE password='⟦swordfish⟧'
INSERT INTO config VALUES ('{"user": "anna", "password": "⟦swordfish⟧"}')
INSERT INTO config VALUES ('user: anna\npassword: ⟦swordfish⟧\n')
INSERT INTO config VALUES ('https://anna:⟦swordfish⟧@lab.org/api')
INSERT INTO config VALUES ('⟦ghp_16C7e42F292c6912E7710c838347Ae178B4a⟧')
PREPARE s FROM 'ALTER USER a IDENTIFIED BY ''⟦swordfish⟧'''
PREPARE s FROM "SET PASSWORD = '⟦swordfish⟧'"
EXECUTE IMMEDIATE 'CREATE USER b IDENTIFIED BY "⟦swordfish⟧"'
EXECUTE IMMEDIATE CONCAT('SET PASSWORD = ', QUOTE('⟦swordfish⟧'))
EXECUTE IMMEDIATE 'UPDATE p SET password = ?' USING '⟦swordfish⟧'
CALL set_password('anna', '⟦swordfish⟧')
CALL run('ALTER USER a IDENTIFIED BY ''⟦swordfish⟧''')
ALTER USER a IDENTIFIED BY '⟦pa\' REPLACE 'ss word⟧'
ALTER USER a IDENTIFIED BY '⟦s3''cret\\' s3cret\\\\⟧'
ALTER USER a /* ' */ IDENTIFIED BY '⟦swordfish⟧'
ALTER USER a -- don't
ALTER USER a /*!50706 IDENTIFIED BY '⟦swordfish⟧' */
ALTER USER a IDENTIFIED BY '⟦swordfish
SELECT * FROM people # don't
UPDATE people SET password = /* new */ '⟦swordfish⟧'
SET SESSION sql_log_bin=0; alter user root@localhost identified by '⟦swordfish⟧'
CREATE DATABASE LINK x USING 'postgres://anna:⟦p@ss/word⟧@db:5432/lab'
LOAD DATA INFILE 's3://⟦AKIAIOSFODNN7EXAMPLE⟧:⟦wJalrXUtnFEMI⟧@bucket/x' INTO TABLE t
BACKUP TO 's3://bucket/x' WITH aws_secret_access_key='⟦wJalrXUtnFEMI⟧'
INSERT INTO log VALUES ('Authorization: Bearer ⟦abc.def-123⟧')
SELECT * FROM people WHERE private_key = '-----BEGIN RSA PRIVATE KEY-----⟦MIIEpAIBAAKCAQEA⟧
ALTER USER IF EXISTS 'anna'@'%' IDENTIFIED WITH mysql_native_password BY "⟦Tr0ub4dor&3⟧" PASSWORD EXPIRE NEVER
SET @@global.wsrep_sst_auth="mariabackup:⟦Tr0ub4dor&3⟧"
SELECT HEX(AES_ENCRYPT('⟦card 42⟧', SHA2('⟦my key⟧',512)))
INSERT INTO mysql.user (Host, User, Password) VALUES('%','bob',PASSWORD('⟦zebra⟧'))
INSERT INTO `users` VALUES (1,'anna',MD5('⟦zebra⟧'))
UPDATE mysql.user SET authentication_string=PASSWORD('⟦zebra⟧') WHERE User='root'
UPDATE auth_user SET password='⟦pbkdf2_sha256$260000$abc$defghijklmnop=⟧' WHERE id=1
SELECT id FROM users WHERE email='anna@lab.org' AND pass='⟦zebra⟧'
SELECT id FROM users WHERE pass=MD5('⟦zebra⟧')
SELECT * FROM sessions WHERE session_token = '⟦zebra⟧'
SELECT * FROM users WHERE api_key = 0x⟦DEADBEEF⟧
SELECT 1 FROM dual WHERE 'mysql://a:⟦b⟧@c' = x
CREATE USER jobs@'10.%' IDENTIFIED VIA pam USING '⟦mariadb⟧'
ALTER SERVER s OPTIONS (PASSWORD '⟦zebra⟧')
INSTALL SONAME 'file_key_management'; SET GLOBAL file_key_management_filekey='⟦zebra⟧'
INSERT INTO secrets VALUES (1, '⟦zebra⟧')
INSERT INTO passwords (a, b) VALUES (1, '⟦zebra⟧')
SELECT * FROM credentials WHERE x='⟦zebra⟧'
INSERT INTO lab.account (login, pw) VALUES ('anna','⟦zebra⟧')
SELECT SHA1(CONCAT('⟦zebra⟧', salt)) = password_hash FROM users
SET sql_mode='ANSI'; SELECT "password" FROM t WHERE "password" = '⟦zebra⟧'
GRANT ALL ON *.* TO anna@localhost IDENTIFIED BY PASSWORD '⟦*0123456789ABCDEF0123456789ABCDEF01234567⟧' WITH GRANT OPTION
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO ALTER USER x IDENTIFIED BY '⟦zebra⟧'
CREATE PROCEDURE p() BEGIN SET @s = 'ALTER USER x IDENTIFIED BY "⟦zebra⟧"'; PREPARE q FROM @s; END
SELECT JSON_EXTRACT('{"api_token":"⟦zebra⟧"}', '$.api_token')
SELECT LOAD_FILE('x'), 'ftp://anna:⟦zebra⟧@ftp.lab.org/x'
UPDATE t SET `db pass` = '⟦zebra⟧'
SELECT '⟦zebra⟧' AS `user password`
SELECT u.'x', u.secret FROM u WHERE u.secret<>'⟦zebra⟧'
INSERT INTO params SET name='SMTP_PASS', value='⟦zebra⟧'
SELECT * FROM t WHERE cookie = '⟦sid=zebra⟧'
CREATE TABLE x ENGINE=SPIDER COMMENT='wrapper "mysql", user "a", password "⟦zebra⟧"'
CREATE SUBSCRIPTION; SET GLOBAL group_replication_recovery_password='⟦zebra⟧'
SELECT @mypwd:='⟦zebra⟧'
SET @k='⟦zebra⟧', @auth_token='⟦lion⟧'
SELECT get_lock('x',1), decode(unhex('abcd'), '⟦zebra⟧')
SELECT DECODE (x, '⟦zebra⟧') FROM t
CALL mysql.rds_set_external_master('host',3306,'repl','⟦zebra⟧','mysql-bin.000001',4,0)
SELECT PASSWORD('⟦quokka⟧')
SELECT * FROM u WHERE passphrase = "⟦quokka⟧"
SET PASSWORD FOR 'bob'@'%.example.org' = '⟦quokka⟧'
CREATE USER 'x'@'h' IDENTIFIED WITH 'mysql_native_password' AS '⟦*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19⟧'
ALTER USER CURRENT_USER() IDENTIFIED BY '⟦quokka⟧'
INSERT INTO t(`password`)VALUES('⟦quokka⟧')
INSERT INTO t (id,user_pwd) VALUES (1,"⟦quo\"kka⟧"),(2,'⟦wom''bat⟧')
UPDATE t SET pwd=AES_ENCRYPT('⟦quokka⟧','⟦wombat⟧'), x=1
SELECT * FROM t WHERE x = 1 AND access_token IN ("⟦quokka⟧")
SELECT 1 /* pw: ⟦quokka⟧ */
SELECT 1 -- password=⟦quokka⟧
SELECT JSON_OBJECT('password','⟦quokka⟧')
SELECT * FROM OPENQUERY; SET @token=CONCAT('⟦quo⟧','⟦kka⟧')
CREATE OR REPLACE SERVER srv FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1', USER 'u', PASSWORD '⟦quokka⟧', PORT 3306)
CREATE TABLE t ENGINE=CONNECT CONNECTION='Driver={MySQL};Server=db;Password=⟦quokka⟧;'
SELECT * INTO OUTFILE 's3://k:⟦quokka⟧@b/f' FROM t
SET GLOBAL init_connect='SET @pw="⟦quokka⟧"'
INSERT INTO env VALUES ('MYSQL_ROOT_PASSWORD=⟦quokka⟧')
CREATE USER 'anna'@'%' IDENTIFIED BY '⟦Sommer2024!⟧'
create user if not exists bob identified by '⟦b0b''s pw⟧' require ssl
ALTER USER root@localhost IDENTIFIED WITH caching_sha2_password BY '⟦tr0ub4dor⟧' REPLACE '⟦oldone99⟧'
ALTER USER 'svc'@'10.%' IDENTIFIED WITH mysql_native_password AS '⟦*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4⟧'
CREATE USER lab IDENTIFIED VIA ed25519 USING PASSWORD('⟦wombat⟧')
CREATE USER lab IDENTIFIED VIA mysql_native_password USING '⟦*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29⟧' OR unix_socket
ALTER USER USER() IDENTIFIED BY ⟦0x68756e74657232⟧
SET PASSWORD = '⟦nimmersatt⟧'
SET PASSWORD FOR 'rig3'@'localhost' = PASSWORD('⟦mouse42⟧')
set password for rig3 = ⟦'unterminated-pw⟧
SET PASSWORD FOR CURRENT_USER() = OLD_PASSWORD(\"⟦kiwi⟧\")
CHANGE MASTER TO MASTER_HOST='db2', MASTER_USER='repl', MASTER_PASSWORD='⟦r3plic8⟧', MASTER_LOG_FILE='mysql-bin.000003'
CHANGE REPLICATION SOURCE TO SOURCE_HOST='db2', SOURCE_USER='repl', SOURCE_PASSWORD = '⟦s0urce-pw⟧', SOURCE_AUTO_POSITION=1
START REPLICA USER='repl' PASSWORD='⟦start-me⟧' DEFAULT_AUTH='x'
START GROUP_REPLICATION USER='g', PASSWORD='⟦gr-pw⟧'
CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'Remote', HOST '198.51.100.106', PASSWORD '⟦fdw-pw⟧', DATABASE 'test')
ALTER SERVER s OPTIONS (PASSWORD ⟦'half writ⟧
CREATE TABLE f (id int) ENGINE=FEDERATED CONNECTION='mysql://fed:⟦fedpw1⟧@10.0.0.5:3306/lab/f'
SELECT AES_DECRYPT(cipher, '⟦k3y-of-lab⟧') FROM subject_private
INSERT INTO t VALUES (1, AES_ENCRYPT('⟦patient name⟧', UNHEX(SHA2('⟦passphrase one⟧',512))))
SELECT DES_ENCRYPT('⟦text⟧','⟦deskey⟧'), DECODE(c,'⟦dkey⟧') FROM x
GRANT ALL PRIVILEGES ON `lab_%`.* TO 'kim'@'%' IDENTIFIED BY '⟦kim4ever⟧' WITH GRANT OPTION
GRANT SELECT ON *.* TO kim IDENTIFIED BY PASSWORD '⟦*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19⟧'
INSERT INTO lab.`#accounts` (user, password) VALUES ('anna', '⟦annapw⟧'), ('ben', '⟦benpw⟧')
INSERT INTO api_access SET user='anna', api_token='⟦9f8e7d6c5b⟧'
REPLACE INTO settings (name, secret_value) VALUES ('slack', '⟦hook-hook⟧')
UPDATE users SET pwd = MD5('⟦geheim⟧') WHERE id = 4
UPDATE `people` SET `passwd`=_utf8mb4'⟦pw-utf⟧', updated=NOW() WHERE name='x'
SELECT * FROM users WHERE name='admin' AND password='⟦letmein⟧'
SELECT id FROM session WHERE token IN ('⟦aaa111⟧', '⟦bbb222⟧')
SELECT '⟦opensesame⟧' AS password
SELECT * FROM users WHERE '⟦yoda-pw⟧' = password
SELECT * FROM users WHERE passwd LIKE '⟦abc⟧%'
EXECUTE IMMEDIATE CONCAT('CREATE USER u IDENTIFIED BY \'⟦im-pw⟧\'')
SET @pw = '⟦uservar⟧'
SET @db_password := '⟦uservar2⟧', @n = 3
SET GLOBAL wsrep_sst_auth = 'sst:⟦sstpw⟧'
SET GLOBAL s3_secret_key='⟦wJalrXUtnFEMI/K7MDENG⟧', GLOBAL s3_access_key='⟦AKIAIOSFODNN7EXAMPLE⟧'
CALL add_user('anna', '⟦callpw⟧')
CALL lab.change_password('anna', '⟦oldpw1⟧', '⟦newpw1⟧')
/* login with password=⟦cmtpw⟧ */ SELECT 1
SELECT 1 -- token: ⟦cmt-token-55⟧\n
# pw for rig: ⟦rigpw7⟧\nSELECT 2
ALTER USER 'a'@'b' IDENTIFIED BY '⟦cut in the mid⟧
INSERT INTO `cfg` VALUES ("smtp_password", "⟦mailpw⟧")
INSERT INTO `cfg` VALUES (NULL, '{\"db\": {\"password\": \"⟦jsonpw⟧\", \"port\": 3306}}')
UPDATE cfg SET v = JSON_SET(v, '$.password', '⟦jpath⟧')
CREATE USER x IDENTIFIED BY PASSWORD ⟦'*AAAA⟧
SELECT PASSWORD('⟦helloo⟧'), SHA1(CONCAT('⟦salt1⟧','⟦helloo2⟧'))
create user 'rig7'@'192.168.%' identified by password '⟦*A4B6157319038724E3560894F7F932C8886EBFCF⟧'
ALTER USER\n  'anna'@'%'\n  IDENTIFIED\n  BY\n  '⟦multi-line⟧'
ALTER USER 'anna'@'%' IDENTIFIED BY '⟦n1⟧' , 'ben'@'%' IDENTIFIED BY '⟦n2-ben⟧'
ALTER USER anna IDENTIFIED BY '⟦first⟧' AND IDENTIFIED WITH authentication_ldap_sasl AS '⟦uid=anna,ou=x⟧'
CREATE USER u IDENTIFIED WITH sha256_password BY '⟦$ecure⟧' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 20
CREATE OR REPLACE USER u@localhost IDENTIFIED VIA pam USING 'mariadb' OR mysql_native_password USING PASSWORD('⟦or-pw⟧')
CREATE USER u INITIAL AUTHENTICATION IDENTIFIED BY '⟦init-auth⟧'
ALTER USER u DISCARD OLD PASSWORD; ALTER USER u IDENTIFIED BY _binary'⟦binpw⟧'
SET PASSWORD FOR 'bob'@'%.example.org' = '⟦auth_string⟧' REPLACE '⟦current_auth⟧' RETAIN CURRENT PASSWORD
SET @@SESSION.x=1, PASSWORD FOR u = '⟦inset⟧'
SET STATEMENT max_statement_time=5 FOR SET PASSWORD FOR u = PASSWORD('⟦stmtpw⟧')
CHANGE MASTER 'conn1' TO MASTER_PASSWORD='⟦m1⟧', MASTER_SSL_KEY='/etc/k.pem'
change replication source to source_password=N'⟦natpw⟧' for channel 'c'
START SLAVE UNTIL MASTER_LOG_FILE='b.1', MASTER_LOG_POS=4 USER='r' PASSWORD='⟦slv⟧'
CREATE SERVER `x` FOREIGN DATA WRAPPER mariadb OPTIONS(PORT 3306, PASSWORD '⟦srvpw⟧' , USER 'u')
CREATE TABLE t (a int) ENGINE=FEDERATED DEFAULT CHARSET=utf8 CONNECTION 'mysql://u:⟦fedpw2⟧@h:3306/d/t'
ALTER TABLE t CONNECTION='mysql://u:⟦fedpw3⟧@h/d/t'
CREATE TABLE s (a int) ENGINE=SPIDER COMMENT 'host \"h\", user \"u\", password \"⟦spdpw⟧\", port \"3306\"'
CREATE TABLE c ENGINE=CONNECT TABLE_TYPE=MYSQL CONNECTION='mysql://u:⟦conpw⟧@h/d/t'
CREATE TABLE o ENGINE=CONNECT TABLE_TYPE=ODBC TABNAME='x' CONNECTION='DSN=orcl;UID=scott;PWD=⟦tiger5⟧'
SELECT HEX(AES_ENCRYPT('⟦Jane Doe⟧', '⟦master-k⟧')) INTO @x
SELECT CAST(AES_DECRYPT(UNHEX(ssn), '⟦dk-77⟧', iv) AS CHAR) FROM patient WHERE id=4
SELECT * FROM p WHERE name = AES_ENCRYPT('⟦Jane Roe⟧', @k)
SET @key = '⟦var-key-1⟧'; SELECT AES_DECRYPT(c, @key) FROM t
SELECT HMAC('⟦hm-key⟧', x), ENCRYPT('⟦cryp⟧')
SELECT asymmetric_sign('RSA', @digest, '⟦-----BEGIN RSA PRIVATE KEY-----abc⟧', 'SHA256')
SELECT keyring_key_store('MyKey', 'AES', '⟦keyring-secret⟧')
INSERT INTO labdb.experimenter VALUES ('anna','Anna K','anna@lab.org','⟦anna-pass-1⟧') /* columns: user, name, mail, password */
INSERT INTO `u`.`login_data` (`login`,`pass`) VALUES ('rig', '⟦rigpass⟧')
INSERT INTO instruments (name, ip, credentials) VALUES ('scope', '10.0.0.8', '⟦admin:scope1⟧')
INSERT INTO integration (service, bearer_token) VALUES ('lims', '⟦limstok⟧') ON DUPLICATE KEY UPDATE bearer_token='⟦limstok2⟧'
INSERT INTO kv (k, v) VALUES ('aws.secret', '⟦kvsecret⟧')
UPDATE kv SET v='⟦upw-kv⟧' WHERE k='slack.token'
UPDATE user SET Password=PASSWORD('⟦newpass1⟧') WHERE User='root' AND Host='localhost'
UPDATE wifi SET ssid='lab', psk='⟦wifikey99⟧'
UPDATE rigs SET config = '{\"wifi\": {\"passphrase\": \"⟦wifi pass⟧\"}}' WHERE rig=3
SELECT * FROM wp_users WHERE user_login='a' AND user_pass=MD5('⟦wp-pw⟧')
SELECT check_login('anna', '⟦chk-pw⟧')
SELECT lab.verify_user('anna', '⟦vrf-pw⟧')
DO RELEASE_LOCK('x'); CALL create_account('kim', '⟦kim-acc⟧', 'kim@lab.org')
CALL sp_set_pw('⟦sp-pw⟧')
EXECUTE IMMEDIATE 'CREATE USER x IDENTIFIED BY ?' USING '⟦using-pw⟧'
PREPARE st FROM 'INSERT INTO u(name,pw) VALUES(?,?)'; SET @a='anna', @b='⟦bound-b⟧'; EXECUTE st USING @a,@b
SELECT 'mysql -u root -p⟦shellpw⟧ lab' AS cmd
SELECT * FROM t WHERE url = 'https://bot:⟦boturl⟧@git.lab.org/x.git'
SELECT sys_exec('curl -H \"Authorization: Bearer ⟦udf-tok-12⟧\" http://x')
LOAD DATA INFILE 'x' INTO TABLE u (name, @p) SET password = SHA2(CONCAT(@p,'⟦pepper⟧'),256)
GRANT PROXY ON a TO b IDENTIFIED BY '⟦prx⟧'
INSERT INTO user_account (uname, pwhash) VALUES ('x', '⟦$2y$10$abcdefghijklmnopqrstuu5h1Pe8.c7bH3.Kf1hZB5cQ5Wk9x1Yy⟧')
SET GLOBAL innodb_encrypt_key = '⟦enc-k⟧', GLOBAL hashicorp_key_management_token='⟦hcv-tok⟧'
ALTER INSTANCE ROTATE x; SET GLOBAL keyring_okv_conf_dir='/x'; SET @@global.authentication_ldap_simple_bind_root_pwd='⟦ldappw⟧'
INSERT INTO notes VALUES (5, 'vpn login: anna / ⟦vpnpw88⟧')
INSERT INTO notes VALUES (6, 'the password for the scope is ⟦scopepw⟧')
/* ApplicationName=x; apikey=⟦cmt-key⟧ */ SELECT NOW()
SELECT 1; -- mysql://lab:⟦cmturl⟧@db
UPDATE users SET token=UUID(), secret=CONCAT('⟦pre-⟧', id), name='x'
ALTER USER u IDENTIFIED BY \"⟦dq pw with 'quote'⟧\"
alter  user  u  identified  by  ⟦'no-end-of-it⟧
CREATE USER `ephys`@`10.1.%` IDENTIFIED BY '⟦Cerebellum#1⟧' ACCOUNT UNLOCK
alter user if exists 'ro'@'%' identified with 'mysql_native_password' by '⟦ro-only⟧' password expire default
SET PASSWORD FOR `ro`@`%` = PASSWORD('⟦ro2go⟧')
GRANT USAGE ON *.* TO 'ro'@'%' IDENTIFIED BY '⟦grantpw⟧' REQUIRE X509
UPDATE mysql.global_priv SET priv=json_set(priv, '$.authentication_string', PASSWORD('⟦gpriv⟧')) WHERE User='x'
UPDATE `lab_users`.`user` SET `user_password`='⟦upw1⟧',`modified`='2024-05-01' WHERE `user`='anna'
INSERT IGNORE INTO lab.credentials (rig, username, password) VALUES (3,'scan','⟦scan!!image⟧'), (4,'scan','⟦other-pw⟧')
SELECT `id` FROM `auth_user` WHERE `username` = 'anna' AND `password` = SHA1('⟦plainsha⟧')
SELECT * FROM api_client WHERE client_secret = '⟦cs-abc⟧' AND active = 1
INSERT INTO oauth2_token (access_token, refresh_token, expires) VALUES ('⟦at-1⟧','⟦rt-1⟧',3600)
CHANGE MASTER TO MASTER_HOST='10.0.0.2', MASTER_PORT=3306, MASTER_USER='repl', MASTER_PASSWORD='⟦repl_pw_is_lon
CREATE SERVER backup FOREIGN DATA WRAPPER mysql OPTIONS (HOST '10.0.0.9', DATABASE 'b', USER 'bk', PASSWORD '⟦bk-pass⟧')
SELECT AES_DECRYPT(`dob`, SHA2('⟦cohort-key⟧', 512)) FROM human_subject
SET @@GLOBAL.s3_secret_key = '⟦s3globalsk⟧'
CALL admin.reset_password('kim@%', '⟦resetpw⟧')
SELECT connect_api('https://lims', 'lab', '⟦limspw⟧')
INSERT INTO slack_config SET channel='#lab', bot_token='⟦xoxb-111-222-abc⟧'
REPLACE INTO prefs VALUES ('anna', 'imap_password', '⟦imap-pw⟧')
UPDATE job SET args='--user anna --password ⟦jobargpw⟧' WHERE id=9
INSERT INTO log (msg) VALUES ('login with password "⟦logpw⟧" failed')
/* user=anna pass=⟦cpass⟧ */ SELECT COUNT(*) FROM t
PREPARE q FROM 'SET PASSWORD FOR x = "⟦prep-x⟧"'
EXECUTE IMMEDIATE "GRANT ALL ON *.* TO z IDENTIFIED BY '⟦imm-z⟧'"
SET @sql = CONCAT('ALTER USER kim IDENTIFIED BY ', QUOTE('⟦concat-kim⟧'))
INSERT INTO `users` (`name`,`salt`,`pw`) VALUES('a','⟦s4lt⟧','⟦p4ss⟧')
SELECT * FROM login WHERE user='a' AND pin_code=⟦8842⟧
ALTER TABLE remote CONNECTION='mysql://rem:⟦rempw⟧@10.0.0.8/lab/remote'
UPDATE nas SET smb_pass='⟦smb-pass⟧', share='data'
INSERT INTO wiki VALUES (1,'Server: db.lab.org\nUser: anna\nPassword: ⟦wikipw⟧\n')
SET GLOBAL event_scheduler=1; CREATE USER q IDENTIFIED BY '⟦afterpw⟧'
CREATE USER "lims"@"%" IDENTIFIED BY "⟦dq-pass⟧"
ALTER USER lims@'%' IDENTIFIED BY '⟦p1⟧' PASSWORD EXPIRE INTERVAL 30 DAY
SET PASSWORD FOR lims=PASSWORD("⟦p2-lims⟧")
GRANT SELECT ON lab.* TO a@b IDENTIFIED WITH ed25519 USING '⟦ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY⟧'
UPDATE accounts SET pwd_hash='⟦5f4dcc3b5aa765d61d8327deb882cf99⟧' WHERE login='anna'
INSERT INTO vault(label, secret, owner) VALUES('wifi', '⟦wifi-secret⟧', 'anna')
INSERT INTO rig_access VALUES ('rig4','scan','⟦scan-pw-4⟧','ssh password')
SELECT * FROM api_keys WHERE api_key='⟦ak-live-1⟧' LIMIT 1
SELECT user FROM accounts WHERE user='anna' AND pw=CONCAT('⟦half1⟧','⟦half2⟧')
START REPLICA USER = 'r' PASSWORD = '⟦startpw⟧' FOR CHANNEL 'x'
CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (PASSWORD "⟦dqsrv⟧", USER 'x')
CREATE TABLE f(a int) ENGINE=FEDERATED CONNECTION="mysql://f:⟦fpw9⟧@h/d/t"
SELECT AES_ENCRYPT("⟦secret text⟧", "⟦k9key⟧")
SET @dbpass='⟦dbp9⟧'; PREPARE s FROM @q
CALL register_user('kim','kim@lab.org','⟦regpw⟧')
SELECT fn_login('kim', '⟦fnpw⟧')
INSERT INTO settings(`key`,`value`) VALUES('smtp.password','⟦smtp9⟧')
INSERT INTO cfg VALUES ('DATABASE_URL','postgres://u:⟦cfgurl⟧@h/d')
UPDATE config SET value = '⟦valpw⟧' WHERE name = 'ftp_pass'
-- token=⟦tokcmt⟧\nSELECT 1
ALTER USER x IDENTIFIED BY '⟦esc\'aped⟧'
INSERT INTO secrets_store VALUES ('github','⟦ghp_abcdefghijklmnopqrstuvwxyz012345⟧')
SET GLOBAL rpl_semi_sync=1, GLOBAL sst_auth_password='⟦sstp⟧'
SELECT '⟦inline-pw⟧' INTO @password
EXECUTE s USING '⟦exec-pw⟧' /* password */
CREATE USER 'sync'@'10.%' IDENTIFIED WITH caching_sha2_password BY '⟦Wx-81⟧' COMMENT 'sync account'
ALTER USER sync IDENTIFIED BY '⟦Wx-82⟧', ops IDENTIFIED BY '⟦Wx-83⟧' REQUIRE NONE
SET PASSWORD FOR 'sync'@'10.%'='⟦Wx-84⟧'
UPDATE people SET name='x', secret_question='⟦dog⟧', passcode='⟦Wx85⟧' WHERE id=2
INSERT INTO device (name, host, login, pass) VALUES ('cam1','10.0.0.7','admin','⟦Wx-86⟧')
SELECT name FROM device WHERE pass = '⟦Wx-87⟧' OR token LIKE '%⟦Wx88⟧%'
GRANT REPLICATION SLAVE ON *.* TO 'r'@'%' IDENTIFIED BY '⟦Wx-89⟧'
CHANGE REPLICATION SOURCE TO SOURCE_HOST='a', SOURCE_PASSWORD='⟦Wx-90⟧', GET_SOURCE_PUBLIC_KEY=1
SELECT AES_DECRYPT(v, CONCAT('⟦Wx-91⟧', id)) FROM t
INSERT INTO mail_account VALUES (1,'lab@x.org','imap.x.org','password=⟦Wx-92⟧')
CALL update_password(5, '⟦Wx-93⟧')
EXECUTE IMMEDIATE 'SET PASSWORD FOR x = PASSWORD(''⟦Wx-94⟧'')'
SET @smtp_secret = '⟦Wx-95⟧'
INSERT INTO keys_of_lab (api_key_openai) VALUES ('⟦Wx-96⟧')
ALTER USER ops IDENTIFIED BY '⟦Wx-9
ALTER USER IF EXISTS viewer@'%' IDENTIFIED BY '⟦Qy-1⟧' FAILED_LOGIN_ATTEMPTS 4
CREATE USER m IDENTIFIED VIA mysql_native_password USING PASSWORD("⟦Qy-2⟧")
INSERT INTO ftp_site VALUES ('a.org','anonymous','password','⟦Qy-3⟧')
UPDATE ftp_site SET ftp_password = '⟦Qy-4⟧' WHERE site=3
SELECT site FROM ftp_site WHERE MD5('⟦Qy-5⟧') = pw_hash
SET PASSWORD TO '⟦Qy-6⟧'
CHANGE MASTER TO MASTER_USER='x', MASTER_PASSWORD = "⟦Qy-7⟧", MASTER_CONNECT_RETRY=10
CREATE SERVER z FOREIGN DATA WRAPPER mysql OPTIONS (USER 'a', PASSWORD '⟦Qy''8⟧')
DO SLEEP(1) /* pwd=⟦Qy-9⟧ */
CALL login('kim', '⟦Qy-10⟧')
SET @aes_key = '⟦Qy-11⟧'
GRANT ALL ON x.* TO y@z IDENTIFIED BY '⟦Qy-12
CREATE USER 'carol'@'%' IDENTIFIED BY '⟦carolPw9⟧'
ALTER USER 'root'@'localhost' IDENTIFIED WITH caching_sha2_password BY '⟦newRoot!⟧' REPLACE '⟦oldRoot!⟧'
SET PASSWORD FOR 'bob'@'%' = PASSWORD('⟦bobNew⟧')
CHANGE MASTER TO MASTER_HOST='m', MASTER_USER='repl', MASTER_PASSWORD='⟦replPw⟧', MASTER_LOG_POS=4
CHANGE REPLICATION SOURCE TO SOURCE_HOST='m', SOURCE_USER='repl', SOURCE_PASSWORD='⟦replPw2⟧'
UPDATE lab_users.account SET password_hash = SHA2('⟦plainpw⟧', 256) WHERE name = 'alice'
INSERT INTO `lab_meta`.`service` (`name`, `api_token`) VALUES ('dandi', '⟦d4nd1t0k3nabcdef123456⟧')
SELECT AES_DECRYPT(secret, '⟦theAesKey⟧') FROM lab_meta.credentials
CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'remote', PASSWORD '⟦fedPw⟧', HOST '10.0.0.1', DATABASE 'x')
GRANT ALL ON lab.* TO 'dan'@'%' IDENTIFIED BY PASSWORD '⟦*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19⟧'
CREATE USER IF NOT EXISTS `rig1`@`10.0.%` IDENTIFIED WITH 'mysql_native_password' BY '⟦rigpw1⟧' REQUIRE SSL
INSERT INTO `lab_common`.`#credential` (`service`,`user`,`pass`) VALUES ('dandi','alice','⟦insPw8⟧')
UPDATE `lab_common`.`lab_member` SET `pin_code`='⟦4711⟧' WHERE `member`='alice'
SET GLOBAL group_replication_recovery_public_key_path='/x', @pw='⟦varPw3⟧'
CALL lab_common.add_user('dan', '⟦callPw5⟧')
SELECT * FROM `lab_common`.`account` WHERE `user`='alice' AND `password`=MD5('⟦md5Pw2⟧')
"""

STATEMENTS_WITHOUT = r"""
SELECT 1
SELECT `token_id` FROM t WHERE token_id=5
SELECT `key_hash` FROM `lab`.`~jobs` WHERE `table_name`='__spike' AND key_hash='5f4dcc3b5aa765d61d8327deb882cf99'
INSERT INTO `~jobs` VALUES ('__spike', '5f4dcc3b5aa765d61d8327deb882cf99', 'reserved', NULL, '', NULL, 'anna@10.0.0.5')
UPDATE trial SET pass = 3 WHERE subject='m1'
INSERT INTO trial (subject, pass) VALUES ('m1', 3)
SELECT bandpass, low_pass FROM filter WHERE bandpass='300-6000'
SELECT * FROM secretary WHERE author='Anna'
SELECT password_expired, Host FROM mysql.user WHERE User='anna'
SELECT n_tokens FROM corpus WHERE tokens='[1, 2]'
SELECT * FROM subject WHERE subject_nickname="it's me"
SELECT 'a' -- don't
SELECT /* it's */ 'b'
DELETE FROM ephys.__spike WHERE subject_id=3 AND session_date='2026-01-04'
SELECT * FROM mail WHERE address='anna@lab.org'
SELECT * FROM link WHERE url='https://lab.org/data?id=5'
INSERT INTO note VALUES ('The mouse passed the test')
SELECT 'C:\data\x'
INSERT INTO `#probe` (`probe_type`) VALUES ('neuropixels 2.0')
SHOW FULL PROCESSLIST
SELECT * FROM commit WHERE sha='9fceb02d0ae598e95dc970b74767f19372d61af8'
SELECT MAX(`author`), 'cut in the mid
SELECT * FROM `lab_ephys`.`__lfp` WHERE `session_id`='s1' AND `electrode_id` IN (1,2,3)
INSERT INTO `lab`.`session` (`subject_id`,`session_key`,`notes`) VALUES (3,'a1','mouse passed out')
SELECT pass_number, pass_direction FROM `track`.`_pass` WHERE pass_number=3
SELECT COUNT(*) FROM `nlp`.`token` WHERE `word`='mouse'
UPDATE `lab`.`author` SET name='Anna Secretan' WHERE author_id=5
SELECT DISTINCT `filter` FROM f WHERE name = 'lowpass'
DELETE FROM `~log` WHERE event LIKE 'Delete%'
SELECT * FROM t WHERE u = 'https://user@lab.org/x'
SHOW GRANTS FOR 'anna'@'10.0.0.5'
SET time_zone='+00:00', sql_mode='STRICT_TRANS_TABLES'
SELECT `auth_method` FROM people WHERE id=3
SELECT a FROM b WHERE key_name='PRIMARY' AND primary_key='x'
CREATE TABLE users (name varchar(20), password varchar(64))
SELECT user, password_lifetime FROM mysql.user
SELECT user, host, plugin FROM mysql.user WHERE password_expired = 'N'
CREATE TABLE users (id int, password varchar(255) NOT NULL COMMENT 'hashed', token char(32))
ALTER TABLE users ADD COLUMN api_token varchar(64) DEFAULT NULL AFTER password
INSERT INTO `lab_ephys`.`__spikes` (subject, session, unit, amplitude) VALUES ('M12', 3, 5, 1.25)
SELECT key_hash, status FROM `~jobs` WHERE table_name='__spikes' AND key_hash='0cc175b9c0f1b6a831c399e269772661'
SHOW VARIABLES LIKE 'validate_password%'
SET PASSWORD FOR x = NULL
UPDATE `~jobs` SET status='error', error_message='ValueError: bad shape (12, 4)' WHERE key_hash='abc'
DELETE FROM users WHERE token_id = 17
SELECT COUNT(*) FROM tokens WHERE position = 12 AND word = 'the'
SHOW CREATE USER 'anna'@'%'
ALTER USER anna PASSWORD EXPIRE INTERVAL 90 DAY
ALTER USER anna ACCOUNT LOCK
ALTER USER anna FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME 2
CREATE USER anna IDENTIFIED VIA unix_socket
GRANT SELECT ON `lab`.* TO 'anna'@'%'
SHOW GRANTS FOR 'anna'@'%'
SET GLOBAL max_connections = 500
SET NAMES utf8mb4
SET @n := 5, @name = 'M12'
CALL make_session('M12', 3)
SELECT AES_ENCRYPT(name, @k) FROM t
SELECT SHA1(name) FROM subject WHERE subject = 'M12'
SELECT * FROM session WHERE session_date = '2024-05-01' AND author = 'anna'
SELECT compass_heading FROM track WHERE compass_heading > 12.5
SELECT * FROM t WHERE password IS NULL
SELECT password_last_changed FROM mysql.user WHERE user='anna'
FLUSH PRIVILEGES
SELECT * FROM bandpass WHERE low_pass = 300 AND high_pass = 6000 AND filter='butter'
INSERT INTO filter SET bandpass='300-6000', passes=2
/* pass 2 of 3 */ SELECT * FROM unit
SELECT * FROM trial WHERE bypass = 'yes'
KILL QUERY 1234
SELECT 'done' AS status
LOCK TABLES user READ
SELECT * FROM information_schema.columns WHERE column_name = 'password'
SHOW COLUMNS FROM `users` LIKE 'token'
UPDATE users SET token = NULL WHERE id=4
SELECT subject FROM subject WHERE (subject='M12') AND (key_id=4)
INSERT INTO author (author, author_name) VALUES ('ak', 'Anna K')
SELECT `password_policy`, `min_length` FROM `settings` WHERE `id`=1
SELECT user, password FROM users WHERE user = 'anna'
SELECT COUNT(*) FROM users WHERE password IS NOT NULL AND active=1
SELECT LENGTH(password) FROM users LIMIT 10
DESCRIBE users password
ALTER TABLE users MODIFY password varchar(128) NOT NULL COMMENT 'salted hash'
ALTER TABLE users DROP COLUMN token, ADD INDEX (user)
CREATE TABLE `#lab` (`lab` varchar(24) NOT NULL COMMENT 'lab name', `pass_phrase_hint` varchar(40) DEFAULT NULL COMMENT 'hint', PRIMARY KEY (`lab`)) ENGINE=InnoDB, COMMENT 'labs'
CREATE TABLE `token` (`token` int NOT NULL, `word` varchar(40), PRIMARY KEY (`token`)) ENGINE=InnoDB COMMENT 'tokens of a corpus'
CREATE TABLE t (id int, auth enum('none','ldap') DEFAULT 'none')
CREATE VIEW v AS SELECT name FROM users
SHOW FULL COLUMNS FROM `users` FROM `lab` LIKE 'pass%'
SHOW STATUS LIKE 'Ssl_session_cache_mode'
SHOW PLUGINS
SELECT PASSWORD_LIFETIME FROM x LIMIT 5
SELECT * FROM mysql.user WHERE plugin='auth_socket'
SELECT authentication_string <> '' FROM mysql.user WHERE user='anna'
SET GLOBAL default_password_lifetime = 180
SET GLOBAL validate_password.length = 12
SET GLOBAL validate_password.policy = 'MEDIUM'
CREATE ROLE reader
GRANT reader TO 'anna'@'%'
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'anna'@'%'
DROP USER IF EXISTS 'anna'@'%'
RENAME USER 'a'@'%' TO 'b'@'%'
ALTER USER 'anna'@'%' REQUIRE SSL
ALTER USER 'anna'@'%' PASSWORD EXPIRE NEVER
ALTER USER 'anna'@'%' PASSWORD HISTORY 5 PASSWORD REUSE INTERVAL 365 DAY
CREATE USER 'x'@'%' IDENTIFIED WITH auth_socket
START REPLICA
STOP SLAVE IO_THREAD
CHANGE MASTER TO MASTER_LOG_POS=107, MASTER_LOG_FILE='bin.000004'
SELECT ENCODING FROM t WHERE codec='h264'
SELECT MD5(CONCAT(a,b)) FROM t
SELECT * FROM t WHERE h = MD5(name)
SELECT secret_santa FROM party WHERE year=2024
INSERT INTO session (subject, session, task, pass_rate) VALUES ('M12', 3, 'bandit', 0.8)
INSERT INTO `_filtered` (`key_hash`, `low_pass`, `high_pass`) VALUES ('0cc175b9c0f1b6a831c399e269772661', 300, 6000)
UPDATE probe SET pass=2, author='kim' WHERE probe=5
UPDATE ticket SET status='closed', keywords='passivation, token ring' WHERE id=3
DELETE FROM auth_group WHERE id=4
SELECT * FROM django_session WHERE expire_date < '2024-01-01'
SELECT `auth_user`.`username` FROM `auth_user` WHERE `auth_user`.`is_active` = 1
SELECT * FROM `~external_raw` WHERE hash='0cc175b9-c0f1-b6a8-31c3-99e269772661'
SELECT * FROM t WHERE path LIKE '/data/passive/%'
SELECT cookie_count, n_tokens FROM doc WHERE n_tokens > 512
CALL refresh_stats('M12')
SELECT user_id FROM login_log WHERE ip='10.0.0.4' AND success=1
INSERT INTO `lab_beh`.`#task` (`task`, `description`) VALUES ('2afc', 'two alternative forced choice')
SELECT `__spikes`.* FROM `__spikes` NATURAL JOIN `session` WHERE `subject`='M12' AND `session`=3
DELETE FROM `~jobs` WHERE `table_name`='__spikes' AND `key_hash`='c4ca4238a0b923820dcc509a6f75849b'
UPDATE `~jobs` SET status='reserved', host='rig4', pid=4123, connection_id=88 WHERE key_hash='c4ca'
SELECT * FROM `user` WHERE `username`='anna' AND `email`='anna@lab.org'
SHOW TABLES LIKE '%token%'
SHOW CREATE TABLE `users`
SELECT table_name FROM information_schema.tables WHERE table_schema='lab_auth'
SELECT column_name FROM information_schema.columns WHERE column_name LIKE '%pass%'
CREATE TABLE `account` (`account` varchar(20) NOT NULL, `password_hash` char(60) NOT NULL COMMENT 'bcrypt', PRIMARY KEY (`account`)) COMMENT='accounts'
ALTER TABLE `account` ADD `api_key` varchar(40) NULL COMMENT 'key of the lims'
ALTER TABLE account CHANGE passwd password varchar(60)
CREATE INDEX i ON users (token)
SELECT id, token FROM tokens WHERE id=5
UPDATE users SET password=NULL WHERE user='anna'
SELECT user FROM users WHERE password=''
ALTER USER 'kim'@'%' ACCOUNT LOCK
CREATE USER 'kim'@'%'
SET ROLE 'reader'
SET SESSION wait_timeout=28800
SELECT @@default_authentication_plugin
SELECT CURRENT_USER()
SELECT encode_rate FROM video WHERE fps=30
SELECT COMPRESS(data) FROM raw
INSERT INTO passes VALUES (1, 'first')
SELECT pass, fail FROM qc WHERE run='M12-3'
SELECT * FROM qc WHERE pass='yes'
SELECT 5 AS pass
SELECT secretary FROM staff
SELECT * FROM authors WHERE author='kim'
SELECT `user`,`host`,`authentication_string` FROM mysql.user
SELECT COUNT(*) FROM `tokens` WHERE `doc`=12
SHOW VARIABLES WHERE Variable_name LIKE '%password%'
ALTER USER 'a'@'b' PASSWORD REQUIRE CURRENT
CREATE TABLE pw (pw int NOT NULL COMMENT 'pulse width', PRIMARY KEY (pw))
SELECT pulse_width FROM stim WHERE pulse_width=0.5
INSERT INTO `stim` (`stim`,`pw`) SELECT stim, width FROM old
UPDATE u SET failed_logins=0 WHERE name='a'
SELECT login, last_login FROM u WHERE login='anna'
SELECT * FROM account WHERE account='lab' AND active=1
GRANT SELECT, INSERT ON `lab\_%`.* TO `anna`@`%`
DROP TABLE IF EXISTS `auth_token`
TRUNCATE `session_tokens`
SELECT MAX(session) FROM session WHERE subject='M12'
SELECT 'password' FROM dual
EXPLAIN SELECT password FROM users WHERE id=5
ALTER TABLE `u` MODIFY `auth` enum('ldap','local') NOT NULL DEFAULT 'local'
DELETE FROM password_reset WHERE created < '2024-01-01'
SELECT id FROM t WHERE note LIKE '%passed%'
CREATE USER IF NOT EXISTS 'a'@'localhost' IDENTIFIED VIA unix_socket
SELECT * FROM `session` WHERE `session`=3 AND `auth`=1
INSERT INTO `subject` VALUES ('M12','F','2024-01-01','C57BL/6J')
UPDATE `probe` SET `pass_filter`='high' WHERE `probe`=2
SELECT token_id, token_count FROM doc WHERE token_count>5
SHOW GRANTS
SHOW COLUMNS FROM auth
CREATE TABLE s (secret_santa varchar(10), author varchar(20))
ALTER USER a PASSWORD EXPIRE
SELECT plugin, password_expired FROM mysql.user
SET autocommit=1
SELECT SUM(pass) FROM qc GROUP BY rig
DELETE FROM t WHERE key_hash IN ('0cc175b9c0f1b6a831c399e269772661')
SELECT name, password FROM people WHERE name='kim'
UPDATE people SET last_login=NOW() WHERE user='kim'
SELECT pass FROM qc WHERE user='kim'
INSERT INTO qc (user, pass) VALUES ('kim', 1)
SELECT * FROM t WHERE x='a' AND y=12345
SHOW PROCESSLIST
SELECT `user`, `host` FROM mysql.user WHERE `password_expired` = 'Y'
INSERT INTO `lab_ephys`.`~jobs` (`table_name`, `key_hash`, `status`, `host`) VALUES ('__spikes', 'c4ca4238a0b923820dcc509a6f75849b', 'reserved', 'worker3')
SELECT count(*) FROM `lab_nlp`.`token` WHERE `token_count` > 10 AND `key_name` = 'M1'
UPDATE `lab_behavior`.`trial` SET `pass`=1, `fail`=0 WHERE `trial_id`=12
SELECT `key_hash`, `error_message` FROM `lab_ephys`.`~jobs` WHERE `status`='error' AND `table_name`='__spikes'
CREATE TABLE `lab_nlp`.`vocab` (`token` varchar(64) NOT NULL COMMENT 'word of the corpus', PRIMARY KEY (`token`))
"""

TEXTS_WITH_SECRETS = r'''
Can't connect to mysql://root:⟦hunter2⟧@db.lab.org:3306/ephys
sqlalchemy.exc.OperationalError: postgresql+psycopg2://anna:⟦p@ss:w/ord⟧@db/lab
redis.exceptions.ConnectionError: redis://:⟦swordfish⟧@cache:6379/0
amqp://guest:⟦tuna⟧@mq/ refused
mongodb://anna:⟦sword⟧@h1:27017,h2:27017/?replicaSet=r
GET https://bucket.s3.amazonaws.com/x?X-Amz-Credential=⟦AKIAIOSFODNN7EXAMPLE⟧%2F2026&X-Amz-Signature=⟦aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404⟧ failed
HTTPError: 403 for url: https://lab.org/api?user=anna&access_token=⟦abcdef⟧
HTTPError: 403 for url: https://lab.blob.core.windows.net/x?sv=2022&sig=⟦abc%2Bdef%3D⟧
https://⟦ghp_16C7e42F292c6912E7710c838347Ae178B4a⟧@github.com/lab/repo.git
https://x-access-token:⟦abc123def⟧@github.com/lab/repo.git
fatal: unable to access 'https://⟦a94a8fe5ccb19ba61c4c0873d391e987982fbbd3⟧@github.com/lab/repo.git/'
https://hooks.slack.com/services/⟦T000/B000/XXXXabcd⟧
dial error: root:⟦swordfish⟧@tcp(10.0.0.5:3306)/lab
root:⟦swordfish⟧@db.lab.org:3306
password=⟦swordfish⟧
password = '⟦sword fish⟧'
Password: ⟦swordfish⟧
PASSWORD="⟦swordfish⟧"
passwd: ⟦12345678⟧
DJ_PASS=⟦swordfish⟧ python run.py
export MYSQL_PWD=⟦swordfish⟧
PGPASSWORD=⟦sword;fish⟧ psql -h db
AWS_SECRET_ACCESS_KEY=⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧
aws_access_key_id = ⟦AKIAIOSFODNN7EXAMPLE⟧
environ({'HOME': '/home/anna', 'DJ_PASS': '⟦swordfish⟧'})
{"user": "anna", "password": "⟦swordfish⟧"}
{'user': 'anna', 'password': '⟦sword fish⟧', 'port': 3306}
{\"user\": \"anna\", \"password\": \"⟦swordfish⟧\"}
"{\"password\":\"⟦sword,fish⟧\"}"
{"dbPassword": "⟦swordfish⟧"}
{"client_secret":"⟦swordfish⟧"}
{"name": "DB_PASSWORD", "value": "⟦swordfish⟧"}
dj.config['database.password'] = '⟦swordfish⟧'
dj.config["database.password"] = "⟦swordfish⟧"
config.set('database', 'password', '⟦swordfish⟧')
os.environ.setdefault("DJ_PASS", "⟦swordfish⟧")
password = os.environ.get("DJ_PASS", "⟦swordfish⟧")
conn = pymysql.connect(host='db', user='anna', password='⟦swordfish⟧')
conn = pymysql.connect('db', 'anna', '⟦swordfish⟧')
dj.conn("db", "anna", "⟦swordfish⟧")
Connection(host='db', user='anna', passwd=b'⟦swordfish⟧')
Namespace(host='db', password='⟦swordfish⟧', token=None)
def connect(host, password: str = "⟦swordfish⟧"):
PASSWORD: Final[str] = "⟦swordfish⟧"
requests.get(url, auth=('anna', '⟦swordfish⟧'))
requests.get(url, auth=HTTPBasicAuth('anna', '⟦swordfish⟧'))
requests.get(url, headers={'Authorization': 'Bearer ⟦abcdef⟧'})
requests.get(url, headers={"X-Api-Key": "⟦swordfish⟧"})
Authorization: Bearer ⟦abcdef⟧
Authorization: Basic ⟦YW5uYTpzd29yZGZpc2g=⟧
authorization: token ⟦abcdefgh⟧
> Proxy-Authorization: ⟦swordfish⟧
Cookie: sessionid=⟦abcdef⟧; csrftoken=⟦ghijkl⟧
Set-Cookie: sid=⟦abcdef⟧; Path=/
curl -H "Authorization: Bearer ⟦abcdef⟧" https://lab.org
curl -u anna:⟦swordfish⟧ https://lab.org
curl --user anna:⟦swordfish⟧ https://lab.org
mysql -uroot -p⟦swordfish⟧ lab
mysqldump --user=root --password=⟦swordfish⟧ lab
mysql -u root -p'⟦sword fish⟧' lab
CalledProcessError: Command '['mysqldump', '-uroot', '-p⟦swordfish⟧', 'lab']' returned non-zero exit status 2.
CalledProcessError: Command '['tool', '--password', '⟦swordfish⟧', 'lab']' returned non-zero exit status 2.
tool --password ⟦swordfish⟧ --host db
tool --api-key ⟦swordfish⟧
tool --token=⟦swordfish⟧
sshpass -p ⟦swordfish⟧ ssh db
sshpass -p '⟦swordfish⟧' ssh db
machine lab.org login anna password ⟦swordfish⟧
Login failed for anna with password ⟦hunter2⟧
the password is ⟦hunter2⟧
token: ⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N⟧
openai.AuthenticationError: Incorrect API key provided: ⟦sk-proj-abc123def456ghi789⟧
slack token ⟦xoxb-123456789012-abcdefghij⟧ was revoked
HF_TOKEN=⟦hf_abcdefghijklmnopqrst⟧
SECRET_KEY = '⟦django-insecure-abc$def⟧'
database_url = "mysql://anna:⟦swordfish⟧@db/lab"
Server=db;Uid=anna;Pwd=⟦swordfish⟧;
DefaultEndpointsProtocol=https;AccountName=lab;AccountKey=⟦abcd+ef/gh==⟧
(1064, "You have an error in your SQL syntax; check the manual for the right syntax to use near 'IDENTIFIED BY '⟦swordfish⟧'' at line 1")
(1064, "You have an error in your SQL syntax; check the manual for the right syntax to use near 'identified by '⟦swordfish⟧'' at line 1")
cursor.execute("ALTER USER anna IDENTIFIED BY '⟦swordfish⟧'")
cursor.execute("INSERT INTO people (name, password) VALUES ('anna', '⟦swordfish⟧')")
cursor.execute("INSERT INTO people (name, password) VALUES (%s, %s)", ('anna', '⟦swordfish⟧'))
cursor.execute("SELECT * FROM people WHERE password='⟦swordfish⟧'")
QuerySyntaxError: ('You have an error', 'ALTER USER anna IDENTIFIED BY \'⟦swordfish⟧\'')
AccessError: ('Insufficient privileges.', "SET PASSWORD FOR anna = PASSWORD('⟦swordfish⟧')")
conn.query("SELECT AES_DECRYPT(x, '⟦swordfish⟧') FROM t")
Duplicate entry '⟦swordfish⟧' for key 'people.password'
SELECT '⟦swordfish⟧' AS password
<password>⟦swordfish⟧</password>
<input name="password" value="⟦swordfish⟧">
password:\n  "⟦swordfish⟧"
token = "⟦abcdef⟧"
self.token = '⟦abcdef⟧'
api_key: ⟦abcdef⟧
private key: -----BEGIN OPENSSH PRIVATE KEY-----\n⟦b3BlbnNzaC1rZXktdjE⟧\n-----END OPENSSH PRIVATE KEY-----
creds = {"user": "anna", "password": "⟦swordfish⟧"}
credentials = ("anna", "⟦swordfish⟧")
user.set_password("⟦swordfish⟧")
ValueError: invalid credentials for {'login': 'anna', 'pwd': '⟦swordfish⟧'}
passphrase="""⟦correct horse⟧"""
password=“⟦swordfish⟧”
pwd => '⟦swordfish⟧'
Passwort: ⟦geheim⟧
secret: ⟦swordfish⟧
pass: ⟦hunter⟧
pass='⟦swordfish⟧'
password%3D⟦swordfish⟧
django.db.utils.OperationalError: (1045, "Access denied") dsn=mysql://anna:⟦pa%40ss⟧@db
ERROR 1045: jdbc:mysql://db:3306/lab?user=anna&password=⟦zebra⟧&ssl=true
jdbc:sqlserver://db;user=sa;password=⟦zebra⟧;
Traceback: boto3.client('s3', aws_access_key_id='⟦AKIAABCDEFGHIJKLMNOP⟧', aws_secret_access_key='⟦abc/def⟧')
dj.config['stores'] = {'ext': {'protocol': 's3', 'access_key': '⟦zebra⟧', 'secret_key': '⟦lion⟧'}}
{'database.host': 'db', 'database.user': 'anna', 'database.password': '⟦zebra⟧', 'database.port': 3306}
    "database.password": "⟦zebra⟧",
database.password = ⟦zebra⟧
paramiko.SSHClient().connect('host', username='anna', password='⟦zebra⟧')
ssh.connect(host, 22, "anna", "⟦zebra⟧")
smtplib.SMTP.login("anna@lab.org", "⟦zebra⟧")
server.login(user, "⟦zebra⟧")
engine = create_engine("mysql+pymysql://root:⟦zebra⟧@localhost/lab")
create_engine(f"mysql://{user}:⟦zebra⟧@db/lab")
export SLACK_BOT_TOKEN="⟦xoxb-1-abcdefgh⟧"
ENV MYSQL_ROOT_PASSWORD ⟦zebra1⟧
MYSQL_ROOT_PASSWORD: ⟦zebra⟧
  password: "⟦zebra⟧"
  - name: PASSWORD\n    value: ⟦zebra⟧
[client]\nuser=anna\npassword=⟦zebra⟧
password = "⟦zeb\"ra⟧"
pw = '⟦zebra⟧'
PW=⟦zebra⟧
db_pwd="⟦zebra⟧"
const apiKey = "⟦zebra⟧";
headers["X-Auth-Token"] = "⟦zebra⟧"
X-Auth-Token: ⟦zebra⟧
'Cookie': 'sid=⟦zebra⟧; x=⟦y7y7⟧'
Authorization: Digest username="anna", response="⟦6629fae49393a05397450978507c4ef1⟧"
Authorization: AWS4-HMAC-SHA256 Credential=⟦AKIAIOSFODNN7EXAMPLE⟧/x, Signature=⟦fe5f80f77d5fa3beca038a248ff027d0⟧
wget --http-password=⟦zebra⟧ https://lab.org
wget --user=anna --password ⟦zebra⟧ https://lab.org
git clone https://anna:⟦zebra⟧@github.com/lab/x.git
git clone https://oauth2:⟦glpat-abcdefghijklmnopqrst⟧@gitlab.com/x.git
subprocess.run(["mysql", "-u", "root", "-p⟦zebra⟧"])
subprocess.run(["curl", "-u", "anna:⟦zebra⟧", "https://x"])
mariadb-dump -uroot -p⟦zebra⟧ --all-databases
mysqladmin -u root password '⟦zebra⟧'
docker login -u anna -p ⟦zebra⟧ registry.lab.org
docker run -e MYSQL_PASSWORD=⟦zebra⟧ mysql
redis-cli -a ⟦zebra⟧ ping
psql "host=db user=anna password=⟦zebra⟧"
smb://anna:⟦zebra⟧@server/share
File "x.py", line 3, in f\n    PASSWORD = '⟦zebra⟧'
AssertionError: assert 'anna' == 'bob' where password='⟦zebra⟧'
ValidationError: 1 validation error: password='⟦zebra⟧' input_value={'password': '⟦zebra⟧'}
User(name='anna', password_hash='⟦$2b$12$abcdefghijklmnopqrstuv⟧')
(1396, "Operation ALTER USER failed for 'x'@'%'") [SQL: ALTER USER x IDENTIFIED BY '⟦zebra⟧']
[parameters: {'name': 'anna', 'password': '⟦zebra⟧'}]
[SQL: INSERT INTO users (name, password) VALUES (%s, %s)]\n[parameters: ('anna', '⟦zebra⟧')]
Incorrect string value: '⟦zebra⟧' for column `lab`.`users`.`password` at row 1
Data: ('password', '⟦zebra⟧')
passwords = {'anna': '⟦zebra⟧', 'bob': '⟦lion⟧'}
key = Fernet(b'⟦zebra⟧')
jwt.encode(payload, "⟦zebra⟧", algorithm="HS256")
SECRET_KEY: '⟦zebra⟧'
webhook: https://discord.com/api/webhooks/⟦123/abcdefghij⟧
token=⟦abc⟧
?token=⟦zebra⟧&x=1
access_token: ⟦ya29.a0AfH6SMBxxxxxxxxxx⟧
Token ⟦9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b⟧
refresh_token='⟦1//0gabc⟧'
npm ERR! //registry.npmjs.org/:_authToken=⟦npm_abcdefghijklmnopqrstuvwxyz123456⟧
azure: SharedAccessKey=⟦abc=⟧;EntityPath=x
SharedAccessSignature sr=x&sig=⟦abcdef%3d⟧&se=1
my password: "⟦zebra⟧" was refused
login with user=anna pass=⟦zebra⟧
user/pass: anna/⟦zebra⟧
username anna, password ⟦zebra9⟧
Wrong password '⟦zebra⟧' for anna
password "⟦zebra⟧" rejected
unable to log in with anna:⟦zebra⟧@db.lab.org:3306
TypeError: bad operand: {'pwd': b'⟦zebra⟧'}
OrderedDict([('user', 'anna'), ('password', '⟦zebra⟧')])
SetPassword(password=⟦zebra⟧)
password	⟦zebra1⟧
password: >-\n  ⟦zebra⟧
"pass": "⟦zebra⟧"
{"auth": {"user": "a", "pass": "⟦zebra⟧"}}
{"auths": {"reg.lab.org": {"auth": "⟦YW5uYTp6ZWJyYQ==⟧"}}}
-----BEGIN EC PRIVATE KEY-----\n⟦MHcCAQEEIIGlRZ⟧
PGPASSFILE=x PGPASSWORD='⟦ze bra⟧' psql
OperationalError: (2005, "Unknown MySQL server host 'anna:⟦quokka⟧@db' (-2)")
pymysql.connections.Connection(user='a', password='⟦quokka⟧', host='h')
self.conn = Connection(host, port, user, passwd="⟦quokka⟧")
c = MySQLdb.connect(host, user, "⟦quokka⟧", db)
connection = connect_db(user="u", pw="⟦quokka⟧")
{"Authorization": "Basic ⟦dTpwdw==⟧"}
-H 'X-API-KEY: ⟦quokka⟧'
api-key: ⟦quokka⟧
apikey=⟦quokka⟧&x=1
GET /x?apikey=⟦quokka⟧&user=anna
https://api.lab.org/v1?client_id=5&client_secret=⟦quokka⟧
"aws_session_token": "⟦FwoGZXIvYXdzEBYaD⟧"
s3fs.S3FileSystem(key='⟦AKIAIOSFODNN7EXAMPLE⟧', secret='⟦wJalr/XUtn⟧')
s3fs.S3FileSystem(key='x', secret=⟦wJalrXUtn⟧)
ftp://anna:⟦quokka⟧@ftp.lab.org/data.bin not found
imaplib.login('anna', '⟦quokka⟧')
ValueError: bad password: ⟦quokka⟧
ValueError: bad password '⟦quokka⟧'
Login with password="⟦quokka⟧" failed
invalid token '⟦eyJhbGciOiJIUzI1NiJ9.e30.abc⟧'
Invalid API key: ⟦quokka42⟧
MY_SECRET='⟦quokka⟧'
os.environ["MY_SECRET"] = "⟦quokka⟧"
os.environ['DB_PASS']='⟦quokka⟧'
settings.SECRET_KEY = "⟦quokka⟧"
password: '⟦quo''kka⟧'
password = "⟦quo'kka⟧"
password = r'⟦quo\kka⟧'
password = f"⟦quokka{x}⟧"
PASSWORD = ("⟦quokka⟧"
passwd : ⟦quokka⟧
Password:⟦quokka⟧
password → ⟦quokka1⟧
password is '⟦quokka⟧'
pass phrase: ⟦quokka⟧
db.password: ⟦quokka⟧
spring.datasource.password=⟦quokka⟧
[mysql]\npassword = "⟦quokka⟧"
<add key="password" value="⟦quokka⟧"/>
<property name="password">⟦quokka⟧</property>
mysql --user=root --password='⟦quo kka⟧' lab
mysql -h db -u root -p"⟦quokka⟧" lab
sh -c 'mysql -uroot -p⟦quokka⟧ < x.sql'
PGPASSWORD='⟦quokka⟧' pg_dump lab
sqlplus anna/⟦quokka⟧@db
ldap_bind(dn, "⟦quokka⟧")
cifs //server/share username=anna,password=⟦quokka⟧,uid=5
//anna:⟦quokka⟧@server/share
tokens: {"github": "⟦ghp_abcdefghijklmnopqrstuvwxyz0123456789⟧"}
xapikey: "⟦quokka⟧"
user:anna password:⟦quokka⟧
(user=anna, password=⟦quokka⟧)
AuthenticationError: user anna / password ⟦quokka7⟧
secret_access_key: ⟦wJalr+/x⟧
machine h\n  login a\n  password ⟦quokka9⟧
Key: ⟦sk-abcdefghij0123456789klmn⟧
DuplicateEntry: Duplicate entry 'anna-⟦quokka⟧' for key 'user_password'
'IDENTIFIED BY "⟦quokka⟧"'
pymysql.err.OperationalError: (1396, "ALTER USER 'x' IDENTIFIED BY '⟦quokka⟧'")
OperationalError: (1045, "Access denied for user 'lab'@'10.0.0.4' (using password: YES)") dsn=mysql+pymysql://lab:⟦dsn-pw⟧@db:3306/lab
Traceback (most recent call last):\n  File "/home/a/pipe.py", line 12, in make\n    conn = pymysql.connect(host='db', user='lab', password='⟦srcpw⟧')\npymysql.err.OperationalError: (2003, "Can't connect to MySQL server on 'db'")
    dj.config['database.password'] = '⟦djpw⟧'
dj.config["database.password"]="⟦djpw2⟧"
{'database.host': 'db', 'database.password': '⟦djpw3⟧', 'database.port': 3306, 'stores': {'ext': {'protocol': 's3', 'access_key': '⟦AKKK⟧', 'secret_key': '⟦SKKK/+1⟧'}}}
requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.lab.org/v1/x?user=a&api_key=⟦abcd1234efgh⟧&page=2
urllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='api.lab.org', port=443): Max retries exceeded with url: /v2/up?access_token=⟦tok-en-1⟧ (Caused by NewConnectionError)
httpx.HTTPStatusError: Client error '403 Forbidden' for url 'https://u:⟦httpxpw⟧@files.lab.org/data.nwb'
https://s3.amazonaws.com/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F2024&X-Amz-Signature=⟦fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024⟧
https://lab.blob.core.windows.net/c/f?sv=2022-11-02&sr=b&sig=⟦Z%2FRHIX5Xcg0Mq2rqI3OlWTjEg2tYkboXr1P9ZUXDtkk%3D⟧
DefaultEndpointsProtocol=https;AccountName=lab;AccountKey=⟦Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==⟧;EndpointSuffix=core.windows.net
botocore.exceptions.ClientError: aws_secret_access_key=⟦wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY⟧ is wrong
minio.error.S3Error: Minio('store:9000', access_key='lab', secret_key='⟦minio-s3⟧', secure=False)
paramiko.ssh_exception.AuthenticationException: Authentication failed: ssh.connect('rig', username='lab', password='⟦sshpw⟧', timeout=5)
smtplib.SMTPAuthenticationError: (535, b'5.7.8 bad') in server.login('bot@lab.org', '⟦smtp-pw!⟧')
subprocess.CalledProcessError: Command '['mysql', '-u', 'lab', '-p⟦clipw⟧', 'lab_ephys']' returned non-zero exit status 1.
subprocess.CalledProcessError: Command '['curl', '--user', 'lab:⟦curlpw⟧', 'https://x.org']' returned non-zero exit status 22.
subprocess.CalledProcessError: Command '['rclone', '--password', '⟦rclpw⟧', 'ls']' returned non-zero exit status 22.
subprocess.CalledProcessError: Command 'sshpass -p ⟦sshp4ss⟧ scp a b' returned non-zero exit status 5.
KeyError: {'user': 'anna', 'pw': '⟦dictpw⟧'}
ValueError: bad settings {"token": "⟦settok⟧", "n": 5}
pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nport\n  Input should be a valid integer [type=int_parsing, input_value={'password': '⟦pydpw⟧', 'port': 'x'}, input_type=dict]
environ({'PATH': '/usr/bin', 'DJ_PASS': '⟦envdj⟧', 'HOME': '/root', 'AWS_SECRET_ACCESS_KEY': '⟦envaws⟧'})
DJ_HOST=db\nDJ_USER=lab\nDJ_PASS=⟦envfile1⟧\nDEBUG=1
export MYSQL_PWD=⟦mypwd⟧ && python run.py
PGPASSWORD=⟦pgpw⟧ psql -h db -U lab
Settings(host='db', user='lab', password='⟦dcpw⟧', port=3306)
Credentials(username='anna', secret=b'⟦bytespw⟧')
Login(user='anna', passphrase="⟦two words here⟧")
mysql -h db -ulab -p⟦gluedpw⟧ lab < dump.sql
mysqldump --user=lab --password=⟦longopt⟧ lab
mysqldump --user lab --password '⟦spacedopt⟧' lab
curl -u anna:⟦cu-pw⟧ https://api.lab.org/x
curl -H 'Authorization: Bearer ⟦abcdef.ghijk.lmnop⟧' https://api.lab.org/x
curl -H "X-API-Key: ⟦xapikey01⟧" https://api.lab.org
docker login -u lab -p ⟦dockpw⟧ registry.lab.org
net use Z: \\srv\data ⟦netpw⟧ /user:LAB\anna
wget --http-password=⟦wgpw⟧ --http-user=a http://x.org/f
[client]\nuser=lab\npassword=⟦mycnf⟧\nhost=db
[client]\nuser = lab\npassword = "⟦my cnf 2⟧"
database:\n  host: db\n  password: ⟦yamlpw⟧\n  port: 3306
db:\n  user: lab\n  pass: '⟦yamlpw2⟧'\n
api_token = "⟦tomltok⟧"\nport = 80
{"database.password": "⟦djlocal⟧", "loglevel": "INFO"}
machine files.lab.org login anna password ⟦netrcpw⟧
db.lab.org:5432:lab:anna:⟦pgpasspw⟧
<connection><user>lab</user><password>⟦xmlpw⟧</password></connection>
<add key="DbPassword" value="⟦xmlattr⟧" />
<server host="db" password="⟦xmlattr2⟧"/>
Error using mysql (line 90)\nAccess denied\nError in connect (line 12)\n    mysql('open', 'db', 'lab', '⟦matpw⟧');
Error in dj.conn (line 54)\nsetenv('DJ_PASS', '⟦matenv⟧')
Server=db;Database=lab;Uid=lab;Pwd=⟦odbcpw⟧;
AKIAIOSFODNN7EXAMPLE and ⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧
token ⟦ghp_16C7e42F292c6912E7710c838347Ae178B4a⟧ was refused
fatal: could not read from https://oauth2:⟦glpat-x7Yz12abCDefGHijKLmn⟧@gitlab.lab.org/a.git
slack_sdk.errors.SlackApiError: invalid_auth: ⟦xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy⟧
openai.AuthenticationError: Incorrect API key provided: ⟦sk-proj-abcDEF123456abcDEF123456abcDEF123456⟧
anthropic: ⟦sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AA⟧
huggingface_hub.errors: ⟦hf_AbCdEfGhIjKlMnOpQrStUvWxYzABCDEFGH⟧
stripe ⟦sk_live_4eC39HqLyjWDarjtT1zdp7dc⟧
SENDGRID ⟦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⟧
jwt eyJhbGciOiJIUzI1NiJ9.⟦eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U⟧
-----BEGIN RSA PRIVATE KEY-----\n⟦MIIEpAIBAAKCAQEA1c7+9z5Pad7OejecsQ0buoXhqGfN\nqpN3v8bH3m8iU2⟧\n-----END RSA PRIVATE KEY-----
-----BEGIN OPENSSH PRIVATE KEY-----\n⟦b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\nQyNTUxOQAAACD⟧
Authorization: Basic ⟦YW5uYTpwYXNzd29yZA==⟧
{'Authorization': 'Token ⟦0123456789abcdef⟧', 'Accept': '*/*'}
Cookie: sessionid=⟦k3j4h5k3j4h5⟧; csrftoken=⟦csrf99⟧
Set-Cookie: session=⟦eyJfZnJlc2giOmZhbHNlfQ.Zx⟧; Path=/; HttpOnly
Proxy-Authorization: Digest username="a", realm="r", response="⟦6629fae49393a05397450978507c4ef1⟧"
x = connect('db', 'lab', passwd="⟦posn⟧")
    password = f'⟦fstr⟧{n}'
    PASSWORD: str = '⟦typed⟧'
AssertionError: assert 'x' == get(token='⟦asserttok⟧')
failed to log in as lab with password ⟦plainword1⟧
Wrong password '⟦quotedword⟧' for lab
Password is: ⟦colonword⟧
The API key ⟦k-12345-zz⟧ has expired
login failed for lab/⟦orapw⟧@db.lab.org:1521/ORCL
redis.exceptions.AuthenticationError redis://:⟦redispw⟧@cache:6379/0
mongodb+srv://lab:⟦mongo%40pw⟧@cluster0.abc.mongodb.net/?retryWrites=true
ftp://anna:⟦p@ss/w⟧@ftp.lab.org/in
git clone https://⟦x-token-1234567890⟧@github.com/lab/repo.git
['--db-password', '⟦arg1⟧', '--host', 'db']
--token ⟦clitok99⟧ --verbose
AUTH_TOKEN=⟦at-55⟧ ./run.sh
Invalid credentials: (('anna', '⟦tuplepw⟧'),)
HTTPBasicAuth('anna', '⟦hbapw⟧')
requests.get(url, auth=('anna', '⟦authpw⟧'))
os.environ['LAB_SECRET'] = '⟦osenvpw⟧'
twilio account AC0123456789abcdef0123456789abcdef auth_token '⟦0123456789abcdef0123456789abcdee⟧'
https://hooks.slack.com/services/⟦T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX⟧
login anna\npassword ⟦netrc2⟧\n
self._client_secret='⟦cs-1⟧', self.client_id='lab'
ALTER USER 'x' IDENTIFIED BY '⟦msgpw⟧' -- failed (1064, "You have an error in your SQL syntax near 'IDENTIFIED BY '⟦msgpw2⟧''")
conn = dj.Connection('db.lab.org', 'anna', '⟦djconn-pw⟧', None, True)
dj.conn('hub://djhub.io/org/proj', 'raphael', '⟦hubpw⟧', reset=True)
dj.config.update({'database.user': 'anna', 'database.password': '⟦upd-pw⟧'})
dj.config.database.password = '⟦attr-pw⟧'
with dj.config.override(database__password='⟦ovr-pw⟧'):
dj.config['stores']['ext']['secret_key'] = "⟦stor-sk⟧"
Config(database=DatabaseSettings(host='db', user='anna', password='⟦cfg-repr⟧', port=3306))
ValueError: dictionary update sequence element #0 has length 1; 2 is required: [('host','db'),('passwd','⟦seqpw⟧')]
TypeError: connect() got an unexpected keyword argument 'pasword' (kwargs={'pasword': '⟦typo-pw⟧', 'host': 'db'})
sqlalchemy.exc.OperationalError: (pymysql.err.OperationalError) (2003, ...) \n[SQL: UPDATE users SET pw=%(pw)s WHERE id=%(id)s]\n[parameters: {'pw': '⟦sqla-pw⟧', 'id': 4}]
sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from string 'mysql+mysqldb:/anna:⟦badurl⟧@db/lab'
ValidationError: [{'type': 'missing', 'loc': ('body', 'user'), 'input': {'password': '⟦fastapi⟧'}}]
json.decoder.JSONDecodeError: Extra data: {"user":"a","pwd":"⟦jsn-pwd⟧"}x
yaml.scanner.ScannerError: mapping values are not allowed here\n  in "db.yml", line 3:\n    password: ⟦yaml:err⟧
RuntimeError: login failed: {'resp': 401, 'sent': b'user=anna&password=⟦form-pw⟧&next=%2F'}
requests.exceptions.InvalidHeader: Header value must be str: ('Authorization', 'Bearer ⟦hdr-tuple-1⟧')
urllib.error.URLError: <urlopen error unknown url type: anna:⟦schemeless⟧@lab.org/x>
requests.exceptions.InvalidURL: Failed to parse: http://anna:⟦p#ss⟧@lab.org
requests.exceptions.ProxyError: HTTPSConnectionPool(host='x', port=443): Max retries exceeded (Caused by ProxyError('Cannot connect to proxy http://prox:⟦proxpw⟧@proxy.lab.org:3128'))
aiohttp.client_exceptions.ClientResponseError: 403, message='Forbidden', url=URL('https://api/x?auth=⟦aioauth⟧')
httpx.ConnectError: headers=Headers({'x-api-key': '⟦httpxkey⟧', 'accept': '*/*'})
botocore.exceptions.ClientError: An error occurred (InvalidAccessKeyId): session=Session(aws_access_key_id='⟦AKIAJ5Q7EXAMPLE12345⟧', aws_secret_access_key='⟦abcDEF123/ghi⟧')
boto3.resource('s3', 'eu', True, None, None, 'AKIAXXXXXXXXXXXXXXXX', '⟦q7ZpLr2Xv9Tb4Kd8Wm1Yc6Hs3Nf5Jg0Qa7Ue2Ri⟧')
fsspec: s3://key:⟦fs-secret⟧@bucket/data.zarr
minio = Minio('store:9000', 'labuser', '⟦minio-pos⟧', secure=False)
S3Store(endpoint='store:9000', bucket='b', access_key='⟦s3ak⟧', secret_key='⟦s3sk⟧')
ssh.connect('rig', 22, 'anna', '⟦ssh-pos⟧')
smtplib.SMTPAuthenticationError: (535, b'bad') while s.login('lab@gmail.com', 'abcd ⟦efgh ijkl⟧ mnop')
fabric.Connection('rig', connect_kwargs={'password': '⟦fabpw⟧'})
subprocess.CalledProcessError: Command '['sshpass', '-p', '⟦sp-arg⟧', 'rsync', 'a', 'b']' returned non-zero exit status 12.
subprocess.CalledProcessError: Command '['mysqldump', '--password=⟦mdpw⟧', '-u', 'x']' died with <Signals.SIGKILL: 9>.
subprocess.CalledProcessError: Command '['smbclient', '//srv/d', '-U', 'anna%⟦smbpw⟧']' returned non-zero exit status 1.
subprocess.TimeoutExpired: Command 'mount -t cifs //srv/d /mnt -o user=anna,pass=⟦mntpw⟧' timed out after 30 seconds
Command 'echo ⟦sudopw1⟧ | sudo -S ls' returned non-zero exit status 1.
CompletedProcess(args=['openssl', 'enc', '-k', '⟦openk⟧', '-in', 'x'], returncode=1)
gpg --batch --passphrase ⟦gpgpass⟧ -d x.gpg
openssl rsa -passin pass:⟦osslpw⟧ -in k.pem
zip -P ⟦zippw⟧ x.zip a
7z x -p⟦sevenpw⟧ a.7z
unzip -P ⟦unzpw1⟧ a.zip
mongo --username a --password ⟦mongopw⟧ --host h
redis-cli -h cache -a ⟦rcli-pw⟧ ping
psql postgresql://anna:⟦pg-pw⟧@db/lab
ftp -u ftp://anna:⟦ftppw⟧@h/x y
lftp -u anna,⟦lftppw⟧ sftp://h
kinit anna <<< ⟦kinitpw1⟧  # password
echo 'password=⟦echopw⟧' >> ~/.my.cnf
ansible-playbook x.yml -e ansible_ssh_pass=⟦anspw⟧ -e ansible_become_password='⟦becpw⟧'
vault login ⟦hvs.CAESIJlU9JMYEhOPYv4igdhm9PnZDrabYTobQ4Ymnlq1qY⟧
vault kv put secret/db password=⟦vkvpw⟧
kubectl create secret generic db --from-literal=password=⟦k8spw⟧
docker run -e MYSQL_ROOT_PASSWORD='⟦drootpw⟧' -e DJ_PASS=⟦ddjpw⟧ img
heroku config:set SECRET_KEY=⟦hsk⟧
npm config set //reg/:_password=⟦npmb64⟧
setx DJ_PASS ⟦setxpw1⟧
set MYSQL_PWD=⟦winpw⟧
$env:DJ_PASS = '⟦pspw⟧'
$password = ConvertTo-SecureString '⟦secstr⟧' -AsPlainText -Force
cmdkey /add:srv /user:anna /pass:⟦cmdkeypw⟧
net use \\srv\data /user:LAB\anna ⟦netuse2⟧
PsExec \\rig -u LAB\anna -p ⟦psexpw⟧ cmd
schtasks /create /ru anna /rp ⟦schpw⟧ /tn x
Error using database\nconn = database('lab','anna','⟦mldbpw⟧','Vendor','MySQL')
mym('open', 'db', 'anna', '⟦mympw⟧')
Error in startup (line 3)\nsetenv('DJ_PASS', '⟦mlenv2⟧');
opts = weboptions('Username','anna','Password','⟦mlweb⟧');
Error in dj.Connection (line 40)\n  self = dj.Connection('db','anna','⟦mldj⟧')
    dj.config('databasePassword', '⟦mlcfg⟧');
[database]\nuser: anna\npassword: ⟦ini:colon⟧\n
db_password: !vault ⟦vaulted1⟧\n
<password encoding="plain">⟦xmlenc⟧</password>
<Setting Name="ApiToken">⟦xmlset⟧</Setting>
<string name="password">⟦android⟧</string>
machine api.lab.org\n  login anna\n  password ⟦mach3⟧\n
//registry/:_authToken=⟦npmt-1⟧
[remote]\ntype = sftp\npass = ⟦rclonepass⟧
{"users": [{"name": "anna", "password": "⟦jsnlst⟧"}]}
{'name': 'DB_PASSWORD', 'value': '⟦k8senv⟧'}
password=⟦a;b⟧;user=x
host=db user=anna password='⟦libpq pw⟧' dbname=lab
Data Source=db;Initial Catalog=lab;User ID=sa;Password=⟦mssqlpw⟧;
mysql://anna:⟦pw%2Fx⟧@db/lab?ssl=1
jdbc:oracle:thin:anna/⟦orapw2⟧@db:1521:ORCL
amqp://guest:⟦rabbit⟧@mq:5672//
BROKER_URL = 'redis://:⟦rds⟧@h:6379/1'
DATABASE_URL=postgres://u:⟦dburl⟧@h/d
bad credentials ⟦github_pat_11ABCDEFG0abcdefghijkl_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstu⟧
Invalid token ⟦glptt-0d66598d696a02da33fb65e2a041f607c68ea50d⟧
OPENAI: ⟦sk-svcacct-1aB2cD3eF4gH5iJ6kL7mN8oP9qR0⟧
⟦AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY⟧ is not valid
xoxp-⟦1234567890-1234567890-1234567890-abcdef0123456789⟧
telegram bot ⟦110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw⟧
dapi⟦12345678901234567890123456789012⟧
⟦dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef⟧
figd_⟦AbCdEfGhIjKl-MnOpQrStUvWxYz0123456789_ab⟧
notion ⟦secret_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfG⟧
wandb: ERROR api key ⟦0123456789abcdef0123456789abcdef01234567⟧ invalid
session cookie: sessionid=⟦6k2p0qv5x8c7⟧; path=/
X-CSRFToken: ⟦AbCdEf012345⟧
Authorization: ApiKey ⟦VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==⟧
authorization=⟦Basic YTpi⟧
PRIVATE-TOKEN: ⟦gl-private-9⟧
https://x.org/cb?code=⟦4/P7q7W91a-oMsCeLvIaQm6bTrgtp7⟧&state=1
https://x.org/reset?token=⟦r3s3t⟧
https://maps.org/api?key=⟦AbC123dEf456⟧
https://storage.googleapis.com/b/o?X-Goog-Signature=⟦0a1b2c3d4e5f⟧&X-Goog-Expires=9
PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 1\n⟦AAAAgQC7xYz0123456789⟧\nPrivate-MAC: ⟦0123abcd⟧
The secret is ⟦opensesame7⟧, keep it
pw=⟦short⟧
pin code: ⟦4711⟧
creds: anna:⟦credcolon⟧
root:⟦rootpw1⟧@10.0.0.3 refused
passwort: ⟦deutsch1⟧
mot de passe : ⟦francais⟧
Login as anna with password '⟦apos''trophe⟧' failed
AuthFailed(user=anna,password=⟦noquotes⟧)
args=Namespace(host='db', user='anna', password='⟦nspw⟧', n=3)
user='anna' passwd=u'⟦py2pw⟧'
self.assertEqual(token, '⟦asserttok9⟧')
KeyError: "password='⟦nested⟧'"
b'{"access_token":"⟦byt-tok⟧","expires_in":3600}'
'Set-Cookie': 'sid=⟦cookiepw⟧; Secure'
Traceback (most recent call last):\n  File "/home/anna/sync.py", line 8, in <module>\n    client = boto3.client('s3', aws_access_key_id='⟦AKIAQWERTYUIOPASDFGH⟧', aws_secret_access_key='⟦h3Kf9/QmZx⟧')\nbotocore.exceptions.EndpointConnectionError: Could not connect
Traceback (most recent call last):\n  File "x.py", line 3, in <module>\n    dj.config['database.password'] = '⟦tbpw1⟧'\nKeyError: 'database.password'
RuntimeError: could not mount //nas/data with options username=anna,password=⟦cifspw⟧,vers=3.0
OSError: smb://LAB;anna:⟦smburl⟧@nas/data is not reachable
requests.exceptions.ConnectionError: HTTPConnectionPool(host='lims', port=80): Max retries exceeded with url: /api?user=lab&password=⟦limsq⟧&x=1
ValueError: invalid literal in url https://api.lab.org/v1/items?token=⟦qtok123⟧#frag
urllib.error.HTTPError: HTTP Error 401 for https://anna:⟦urlp:w⟧@api.lab.org/
slack: POST https://slack.com/api/chat.postMessage token=⟦xoxb-9-8-abcdef⟧ -> not_authed
https://hooks.slack.com/services/⟦T01ABC/B02DEF/abcdefghijklmnop⟧
https://discord.com/api/webhooks/1234/⟦abcDEF_ghi-jkl⟧
paramiko: AuthenticationException for SSHClient.connect(hostname='rig4', username='scan', password='⟦rig4pw⟧')
ssh.connect('rig4', username='scan', passphrase='⟦keyphr⟧')
AssertionError: login('scan', '⟦scanpw⟧') returned False
smtplib.SMTP('smtp.lab.org').login('bot', '⟦botsmtp⟧')
subprocess.CalledProcessError: Command 'mysqldump -h db -u anna -p⟦dumpw⟧ lab' returned non-zero exit status 2.
subprocess.CalledProcessError: Command '['mysql', '--user=anna', '--password=⟦arglist⟧', 'lab']' returned non-zero exit status 1.
Command '['curl', '-s', '-H', 'X-Api-Key: ⟦curlkey⟧', 'https://x']' failed
Command '['curl', '-u', 'anna:⟦curlu⟧', 'https://x']' failed
Command 'curl -H "Authorization: Bearer ⟦curlbear1⟧" https://x' failed
sshpass -p '⟦ssh pass⟧' ssh scan@rig4
PGPASSWORD='⟦pgq⟧' pg_restore -d lab x
MYSQL_PWD=⟦mysqlpwd⟧ mysqldump lab
docker login -u bot --password ⟦docklong⟧ reg
echo ⟦stdinpw1⟧ | docker login --password-stdin -u bot
rclone config create s3 s3 secret_access_key ⟦rclsk99⟧
aws configure set aws_secret_access_key ⟦awsconf99x⟧
jupyter notebook --NotebookApp.token='⟦nbtok⟧'
http://localhost:8888/?token=⟦c8de56fa4deed24899803e93c227592aef6538f93025fe01⟧
KeyError: {'host': 'db', 'user': 'anna', 'passwd': '⟦kepw⟧'}
TypeError: unsupported: Credentials(user='anna', pw='⟦tepw⟧')
ValueError: {'api_key': '⟦vekey⟧', 'region': 'eu'}
settings = {'SECRET_KEY': '⟦djsecret⟧', 'DEBUG': True}
AttributeError: 'Namespace' has no x: Namespace(host='db', passwd='⟦nspw2⟧')
pydantic: 1 validation error for S\nport\n  value is not a valid integer, input_value={'db_password': '⟦pyd2⟧', 'port': 'a'}
environ: {'DJ_HOST': 'db', 'DJ_USER': 'anna', 'DJ_PASS': '⟦envp⟧'}
DJ_USER=anna DJ_PASS=⟦shellenv⟧ python populate.py
os.environ['DJ_PASS'] = "⟦osenv⟧"
os.environ.setdefault('DJ_PASS', '⟦osdef⟧')
os.getenv('DJ_PASS', '⟦getdef⟧')
conn = pymysql.connect(host='db', user='anna', passwd='⟦pmpw⟧', db='lab')
conn = pymysql.connect('db', 'anna', '⟦pmpos⟧', 'lab')
engine = create_engine('mysql+pymysql://anna:⟦engpw⟧@db/lab')
conn = MySQLdb.connect('db','anna','⟦mdbpw⟧')
c = mysql.connector.connect(user='anna', password="⟦mcpw⟧")
PASSWORD = "⟦const⟧"
    api_key: str = '⟦typedkey⟧'
    self.token = "⟦selftok⟧"
Error using mym\nAccess denied for user (line 3)\n  mym(-1, 'open', 'db', 'anna', '⟦mym2⟧')
  dj.conn('db', 'anna', '⟦mlconn⟧')
setenv('DJ_PASS','⟦mlset⟧')
password = '⟦mlass⟧';
s = struct('user', 'anna', 'password', '⟦mlstruct⟧');
webread(url, weboptions('KeyName','Authorization','KeyValue','Bearer ⟦mlbearer1⟧'))
{\n  "database.host": "db",\n  "database.password": "⟦confjs⟧",\n  "connection.init_function": null\n}
[mysql]\nuser = anna\npassword = ⟦confini⟧\n
db:\n  password: "⟦confyml⟧"\n
MAIL_PASSWORD: ⟦mailp⟧
secret_access_key = ⟦sak⟧\n
[default]\naws_access_key_id = ⟦AKIAZZZZYYYYXXXXWWWW⟧\naws_secret_access_key = ⟦zzz/yyy+xxx⟧
machine lims login bot password ⟦netrc9⟧
db:3306:*:anna:⟦pgp⟧
<db user="anna" password="⟦xmlat⟧"/>
<Password>⟦xmlel⟧</Password>
auth failed: token ⟦ghs_16C7e42F292c6912E7710c838347Ae178B4a⟧
openai error: sk-⟦abc123def456ghi789jkl012mno345pqr678stu901vwx234⟧
HF_TOKEN=⟦hf_abcdefghijklmnopqrstuvwxyzABCDEFGH⟧
⟦glpat-AbCdEfGhIjKlMnOpQrSt⟧ expired
AccountKey=⟦dGhpc2lzYWtleQ==⟧;EndpointSuffix=x
?sv=2021&sig=⟦abc%2Bdef%3D⟧&se=2024
jwt ⟦eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.abc-DEF_123⟧
-----BEGIN PRIVATE KEY-----\n⟦MIIEvgIBADANBgkqhkiG9w0B⟧\n-----END PRIVATE KEY-----
Authorization: Bearer ⟦tok.en-42⟧
authorization: token ⟦9944b09199c62bcf9418⟧
X-Auth-Token: ⟦gAAAAABh⟧
Cookie: csrftoken=⟦cs1⟧; sessionid=⟦ss2⟧
password: ⟦plain7⟧
Password for anna is ⟦swordfish⟧
the db password is "⟦quoted pw⟧"
Using password ⟦hunter22⟧ for anna
pw: ⟦pw77⟧
credentials anna/⟦slash7⟧ rejected
username=anna&password=⟦formpw⟧
user=anna;pwd=⟦odbc7⟧;db=lab
login: anna password: ⟦inline⟧
bad password '⟦bad7⟧'
secret=⟦abc⟧
passphrase ⟦longphr4se⟧ rejected
token: ⟦t0k3n-55⟧
API key: ⟦key-abc-99⟧
apikey ⟦ak-12345⟧ not valid
auth=('anna', '⟦auth7⟧')
auth='⟦authstr7⟧'
access token '⟦acctok⟧' expired
Invalid password: ⟦inv7⟧
Exception: cannot log in to LIMS as lab using password ⟦Zebra-77⟧
Exception: LIMS login (lab / ⟦Zebra-78⟧) refused
Exception: sent {"username": "lab", "password": "⟦zebra79⟧"} got 401
IOError: smb mount failed: mount.cifs //nas/x /mnt -o username=lab,password=⟦nasPw⟧
ValueError: bad DSN 'host=db user=lab password=⟦dsn9⟧ dbname=x'
ValueError: bad DSN "DRIVER={SQL};SERVER=db;UID=lab;PWD=⟦drv9⟧"
ConfigError: unknown option in [lims] url=https://lims token=⟦cfgtok⟧ x=1
KeyError('password') while reading {'user': 'lab', 'pass': '⟦dict-pass⟧'}
AssertionError: {'token': '⟦at1⟧'} != {'token': '⟦at2⟧'}
hdfs: Request(url=..., headers={'Authorization': 'Basic ⟦bGFiOnB3⟧'})
> Authorization: Basic ⟦bGFiOnB3ZA==⟧
< Set-Cookie: session=⟦s3ss10n⟧; HttpOnly
> X-Api-Key: ⟦xk-9⟧
curl: (22) The requested URL returned error: 401 https://lims/api?apikey=⟦curlq9⟧
curl -k -u 'lab:⟦single-u⟧' https://lims
curl --header 'PRIVATE-TOKEN: ⟦gl-tok⟧' https://git
wget --header="Authorization: Bearer ⟦wgetb9x⟧" https://x
http -a lab:⟦httpie⟧ https://x
az storage blob upload --account-key ⟦azkey9⟧ -c x
gcloud auth activate --key-file=x --password=⟦gc9⟧
borg: BORG_PASSPHRASE=⟦borg9⟧ borg create
restic: RESTIC_PASSWORD='⟦rest 9⟧' restic backup
openssl enc -aes-256-cbc -pass pass:⟦encp⟧
sqlcmd -U sa -P ⟦sqlcmd9⟧ -S db
mongodump -u lab -p ⟦mongo9⟧ -d x
ldapsearch -D cn=x -w ⟦ldapw⟧ -b y
xfreerdp /u:lab /p:⟦rdp9⟧ /v:rig
plink -ssh lab@rig -pw ⟦plink9⟧
pscp -pw ⟦pscp9⟧ a lab@rig:b
winscp.com /command "open sftp://lab:⟦winscp9⟧@rig"
runas: echo ⟦runas9⟧ | runas /user:lab cmd
    client.login(username='lab', password='⟦kwpw9⟧')
    ftp.login('lab', '⟦ftplib9⟧')
    conn = psycopg2.connect("dbname=x user=y password=⟦psy9⟧")
    r = requests.post(url, data={'user': 'x', 'password': '⟦post9⟧'})
    r = requests.get(url, headers={'X-Token': '⟦xtok9⟧'})
    r = requests.get(url, params=dict(token='⟦par9⟧'))
    session.auth = ('lab', '⟦sess-auth9⟧')
    s.headers.update({'Authorization': 'Token ⟦tokhdr99⟧'})
    conn = dj.conn(host='db', user='lab', password="⟦djkw9⟧")
    dj.config['database.password']='⟦dj99⟧'; dj.conn()
    dj.set_password('⟦djset9⟧')
    PASSWORDS = {'rig1': '⟦rig1pw⟧', 'rig2': '⟦rig2pw⟧'}
    f = Fernet('⟦fernet9⟧')
    USER, PASSWORD = 'lab', '⟦tuple9⟧'
    user, pw = "lab", "⟦tuple8⟧"
    password = 'a' + '⟦concat9⟧'
    password = (\n        '⟦paren9⟧'\n    )
    if pw == '⟦cmp9⟧':
    token: Final = '⟦fin9⟧'
    x = Secret(value='⟦secval9⟧')
    cfg = {'db': {'user': 'lab', 'password': '⟦nest9⟧'}}
    os.system('mysql -ulab -p⟦ossys9⟧ x')
    subprocess.run(f'mysqldump --password=⟦sub9⟧ {db}', shell=True)
Error using urlread (line 5)\nhttps://lab:⟦mlurl9⟧@x
  ftpobj = ftp('ftp.lab.org','lab','⟦mlftp9⟧');
  conn = database('x','lab','⟦mldb9⟧');
  opts = weboptions('HeaderFields',{'Authorization' 'Bearer ⟦mlhead9x⟧'});
  pwd_ = '⟦mlpwd9⟧';
  setpref('lab','password','⟦mlpref9⟧');
{"auth":{"token":"⟦json9⟧"}}
{'Password': '⟦cap9⟧'}
password='⟦q9⟧' user='lab'
passwd=⟦envlike9⟧\nhost=db
PASSWORD=⟦upper9⟧
lab_pw: ⟦yml9⟧\n
pass: "⟦yml8⟧"
secretKey: ⟦camel9⟧
<password>⟦xml9⟧</password>
<property name="db.password" value="⟦prop9⟧"/>
smtp:\n  user: a\n  pass: ⟦smtp8⟧\n
machine nas login lab password ⟦netrc8⟧
nas:5432:x:lab:⟦pgp8⟧
client_secret = "⟦toml9⟧"
--db-pass=⟦opt9⟧
--password ⟦opt8⟧
['--token', '⟦lst9⟧']
/password:⟦win9⟧
AKIA⟦IOSFODNN7EXAMPLE⟧
token=⟦eyJhbGciOiJub25lIn0.eyJhIjoxfQ.⟧
⟦xoxa-2-abcdefgh-12⟧
⟦sk-ant-api03-abcdef1234567890abcdef⟧
⟦hf_abcdefghijKLMNOPqrst⟧
SG.⟦abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG⟧
Bearer ⟦abc123.def456⟧
⟦-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA⟧
https://u:⟦at@sign9⟧@h/x
sftp://lab:⟦sftp9⟧@nas:22/x
s3://⟦AKIAIOSFODNN7EXAMPLE⟧:⟦s3urlsec⟧@b/k
https://x?access_token=⟦qat9⟧
https://x/cb#access_token=⟦frag9⟧&t=1
?X-Amz-Security-Token=⟦FwoGZXIvYXdzEJr⟧
lab:⟦dsn8⟧@tcp(db:3306)/x
OperationalError: could not connect with mysql://ops:⟦Wx-01⟧@db:3306/x?charset=utf8
RuntimeError: Command failed: mysql -h db -u ops -p⟦Wx02⟧ -e 'SELECT 1'
RuntimeError: rclone: token = {"access_token":"⟦ya29.a0Wx03⟧","refresh_token":"⟦1//0Wx04⟧"}
HTTPError: 403 for https://api.x.org/d?apikey=⟦Wx05⟧&fmt=json
HTTPError: POST https://api.x.org body={'client_id': 'a', 'client_secret': '⟦Wx-06⟧'}
ConnectionError: redis://default:⟦Wx-07⟧@cache:6379
S3Error: access_key=AK, secret_key=⟦Wx-08⟧ rejected
botocore: {'aws_access_key_id': '⟦AKIAABCDEFGH12345678⟧', 'aws_secret_access_key': '⟦Wx-09/abc⟧'}
AuthenticationException: SSHClient.connect('rig', username='a', password='⟦Wx-10⟧')
SMTPAuthenticationError in smtp.login('a@x.org', '⟦Wx-11⟧')
CalledProcessError: Command '['pg_dump', '--dbname=postgresql://a:⟦Wx-12⟧@db/x']' returned 1
KeyError: 'db' in {'user': 'a', 'password': '⟦Wx-13⟧', 'opts': {}}
ValueError: config = {'database.password': '⟦Wx-14⟧', 'loglevel': 'INFO'}
ValidationError: input_value='{"password": "⟦Wx-15⟧"}'
os.environ: DJ_HOST=db DJ_PASS=⟦Wx-16⟧ HOME=/root
Account(name='a', password='⟦Wx-17⟧', active=True)
  File "a.py", line 5\n    dj.config['database.password'] = f"⟦Wx-18⟧"
  File "a.py", line 5\n    conn = connect("db", "a", "⟦Wx-19⟧")
In file conn.m line 4: dj.conn('db','a','⟦Wx-20⟧')
Undefined function; mysql('open','db','a','⟦Wx-21⟧')
curl -u a:⟦Wx-22⟧ https://x
curl -H 'X-Auth-Token: ⟦Wx-23⟧' https://x
PGPASSWORD=⟦Wx-24⟧ psql
sshpass -p⟦Wx-25⟧ ssh a@b
docker login -u a -p ⟦Wx-26⟧
[client]\npassword="⟦Wx 27⟧"
db: {user: a, password: ⟦Wx-28⟧}
password = '⟦Wx-29⟧'  # toml
{"password":"⟦Wx\"30⟧"}
machine x login a password ⟦Wx-31⟧
x:3306:lab:a:⟦Wx-32⟧
<connectionString>Server=x;Uid=a;Pwd=⟦Wx-33⟧;</connectionString>
GITHUB_TOKEN=⟦ghp_Wx34abcdefghijklmnopqrstuvwxyz0123⟧
Authorization: Bearer ⟦Wx35.abc.def⟧
Authorization: Digest username="a", nonce="n", response="⟦Wx36abcdef0123456789abcdef01234567⟧"
Cookie: sid=⟦Wx37⟧
-----BEGIN RSA PRIVATE KEY-----\n⟦Wx38MIIEow⟧\n-----END RSA PRIVATE KEY-----
https://acc.blob.core.windows.net/c?sp=r&sig=⟦Wx39%2Babc%3D⟧
https://b.s3.amazonaws.com/k?AWSAccessKeyId=⟦AKIAX⟧&Signature=⟦Wx40%3D⟧&Expires=1
The password was changed from '⟦Wx-41⟧' to '⟦Wx-42⟧'
Login failed, user=a, pw=⟦Wx-43⟧
tried password ⟦Wx-44⟧ three times
password [⟦Wx-45⟧] rejected
password `⟦Wx-46⟧` rejected
token ⟦Wx47abcdef⟧ rejected
Bad API key ⟦Wx-48-abc⟧
passwords tried: ['⟦Wx-49⟧', '⟦Wx-50⟧']
secret value: ⟦Wx-51⟧
private key passphrase: ⟦Wx-52⟧
wifi password = ⟦Wx-53⟧
kwargs: password='⟦Wx-54⟧', port=3306
password=>'⟦Wx-55⟧'
'password' => '⟦Wx-56⟧'
password	=	⟦Wx-57⟧
PASSWORD '⟦Wx-58⟧'
ConnectionError: failed to reach https://kim:⟦Qy-20⟧@nas.lab.org:5001/webapi
ValueError: unexpected keys in {'login': 'kim', 'passwd': '⟦Qy-21⟧'}
RuntimeError: `sshpass -p ⟦Qy-22⟧ scp x y` failed
File "s.py", line 3\n    os.environ["AWS_SECRET_ACCESS_KEY"] = "⟦Qy-23⟧"
dj.config = {'database': {'host': 'x', 'password': '⟦Qy-24⟧'}}
HTTPError 401: {'Authorization': 'Bearer ⟦Qy25abc⟧'}
Wrong passphrase ⟦Qy-26⟧
password is ⟦Qy-27⟧
pass=⟦Qy-29⟧
DB_PASS: ⟦Qy-30⟧
password for kim: ⟦Qy-31⟧
user kim password ⟦Qy-32⟧
Could not log in with kim:⟦Qy-33⟧@nas.lab.org/share
conn = mysql.connector.connect(user='kim', passwd='⟦Qy-34⟧')
conn = pymysql.connect(host, 'kim', '⟦Qy-35⟧')
Namespace(token='⟦Qy-36⟧')
token="⟦Qy-37⟧"
secret_key=⟦Qy-38⟧
https://x/y?sig=⟦Qy39abcd⟧
api.key=⟦Qy-40⟧
X-API-Key: ⟦Qy-41⟧
mysqldump -pQy⟦-42⟧ x
-----BEGIN OPENSSH PRIVATE KEY-----\n⟦b3BlbQy43⟧
AccountKey=⟦Qy44==⟧
ghp_⟦Qy45abcdefghijklmnopqrstuvwxyz01234⟧
<token>⟦Qy-46⟧</token>
  access_token: ⟦Qy-47⟧
client = Client('kim', password='⟦Qy-48⟧')
bcrypt.checkpw(b'⟦Qy-49⟧', h)
auth=HTTPBasicAuth('kim', '⟦Qy-50⟧')
smb = conn.login("kim", "⟦Qy-51⟧")
setenv('AWS_SECRET_ACCESS_KEY', '⟦Qy-52⟧')
credentials = ('kim', '⟦Qy-53⟧')
creds = {'u': 'kim', 'p': '⟦Qy-54⟧'}
LoginError(username='kim', password='⟦Qy-55⟧')
OSError: bad option -o password=⟦Qy-56⟧
cookie: ⟦Qy57=abc⟧
  File "/home/lab/pipeline/connect.py", line 12, in <module>\n    conn = dj.conn(host="db.lab.org", user="alice", password="⟦hunter2!x⟧")\ndatajoint.errors.AccessError: Insufficient privileges.
  File "ingest.py", line 4, in <module>\n    dj.config["database.password"] = '⟦Tr0ub4dor&3⟧'\nKeyError: 'database.host'
  File "store.py", line 31, in make\n    dj.config['stores'] = {'raw': dict(protocol='s3', endpoint='s3.lab.org:9000', bucket='raw', access_key='lab', secret_key='⟦wJalrXUtnFEMIK7MDENGbPxRfiCY⟧')}\nminio.error.S3Error: S3 operation failed; code: AccessDenied
  File "slurm.py", line 88, in submit\n    ssh.connect(host, username="hpc", password="⟦correct horse battery⟧", timeout=10)\nparamiko.ssh_exception.AuthenticationException: Authentication failed.
  File "notify.py", line 7, in make\n    slack = WebClient(token="⟦xoxb-2154353535-8732423423-abcDEFghiJKLmnoPQRst⟧")\nslack_sdk.errors.SlackApiError: channel_not_found
    requests.post("https://hooks.slack.com/services/⟦T024BE7LD/B0453GHJ/hY7dHs8sKJs72hshd⟧", json=msg)\nrequests.exceptions.ConnectionError: HTTPSConnectionPool(host='hooks.slack.com', port=443): Max retries exceeded
requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.github.com/repos/lab/x?access_token=⟦gho_16C7e42F292c6912E7710c838347Ae178B4a⟧
fatal: unable to access 'https://lab-bot:⟦ghp_wq8ZdLkP3nVbT6yRx0AoMfJc7uHgE2sK4iDa⟧@github.com/lab/pipeline.git/': The requested URL returned error: 403
subprocess.CalledProcessError: Command '['mysqldump', '-h', 'db', '-u', 'root', '-p⟦s3cr3tpw⟧', 'lab_ephys']' returned non-zero exit status 2.
subprocess.CalledProcessError: Command 'mysql -hdb.lab -uroot -p⟦S3cr3t⟧ lab_ephys < dump.sql' returned non-zero exit status 1.
subprocess.CalledProcessError: Command '['sshpass', '-p', '⟦labPass99⟧', 'scp', 'a.bin', 'nas:/raw']' returned non-zero exit status 5.
CalledProcessError: Command 'curl -u alice:⟦Qwerty12345⟧ -T raw.nwb https://nas.lab/dav/' returned non-zero exit status 22.
CalledProcessError: Command 'smbclient //nas/raw -U lab%⟦Sommer2023⟧ -c "get a.bin"' returned non-zero exit status 1
CalledProcessError: Command 'mount -t cifs //nas/raw /mnt/raw -o username=lab,password=⟦Winter2024!⟧,uid=1000' returned non-zero exit status 32.
CalledProcessError: Command ['aws', 's3', 'cp', 'x', 's3://b'] env={'AWS_ACCESS_KEY_ID': 'AKIAIOSFODNN7EXAMPLE', 'AWS_SECRET_ACCESS_KEY': '⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧'}
CalledProcessError: Command 'docker run -e DJ_PASS=⟦labpw77⟧ -e DJ_USER=bob lab/worker:2' returned non-zero exit status 125.
CalledProcessError: Command 'docker login -u lab --password ⟦dckr_pat_9xYQ-abcdEFGH1234⟧ registry.lab' returned non-zero exit status 1.
CalledProcessError: Command 'singularity exec --env MYSQL_PWD=⟦pa55⟧ img.sif python run.py' returned non-zero exit status 255.
CalledProcessError: Command 'PGPASSWORD=⟦pgpw123⟧ psql -h meta -U lab -c "select 1"' returned non-zero exit status 2.
sqlalchemy.exc.OperationalError: (pymysql.err.OperationalError) (2003, "Can't connect") [engine mysql+pymysql://lab:⟦p%40ss%2Fword⟧@db:3306/meta]
pymongo.errors.ServerSelectionTimeoutError: mongodb+srv://lab:⟦mongoPw!1⟧@cluster0.ab1cd.mongodb.net/test: timed out
redis.exceptions.ConnectionError: Error 111 connecting to redis://:⟦redispw42⟧@queue:6379/0. Connection refused.
amqp.exceptions.AccessRefused: amqp://worker:⟦rabbit-secret⟧@mq:5672//: (0, 0): (403) ACCESS_REFUSED
ftplib.error_perm: 530 Login incorrect. (ftp://lab:⟦ftpPass⟧@nas.lab/raw)
botocore.exceptions.ClientError: GET https://lab-raw.s3.amazonaws.com/a.bin?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F2024&X-Amz-Signature=⟦fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024⟧ 403
azure.core.exceptions.HttpResponseError: https://lab.blob.core.windows.net/raw/a.bin?sv=2022-11-02&se=2024-01-01&sr=b&sp=r&sig=⟦Z%2FRHIX5Xcg0Mq2rqI3OlWTjEg2tYkboXr1P9ZUXDtkk%3D⟧ AuthenticationFailed
ValueError: bad connection string DefaultEndpointsProtocol=https;AccountName=lab;AccountKey=⟦Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq⟧==;EndpointSuffix=core.windows.net
pyodbc.OperationalError: ('08001', "[08001] login timeout: DRIVER={ODBC Driver 17};SERVER=sql.lab;DATABASE=meta;UID=lab;PWD=⟦Sql!Pass7⟧")
DEBUG:urllib3: header: Authorization: Bearer ⟦eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U⟧
KeyError: 'data' in response to headers={'X-API-Key': '⟦3f9d8c7b6a5e4f3d2c1b0a99⟧', 'Accept': 'application/json'}
dandi.exceptions.HTTPError: 401; headers {'Authorization': 'token ⟦a1b2c3d4e5f60718293a4b5c6d7e8f9012345678⟧'}
openai.AuthenticationError: Error code: 401 - Incorrect API key provided: ⟦sk-proj-9dKJ3hF7sLqWm2NxTz84Yb1QvR0u⟧. You can find your key
wandb.errors.UsageError: api_key not configured: wandb login ⟦5f1c0b9e7a3d4c2b8e6f5a4d3c2b1a0f9e8d7c6b⟧
huggingface_hub.utils.HfHubHTTPError: 403 Forbidden: login(token="⟦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⟧")
json.decoder.JSONDecodeError: Expecting ',' delimiter: '{"database.host": "db", "database.user": "alice", "database.password": "⟦p4ss\\"word⟧" "database.port": 3306}'
yaml.scanner.ScannerError: while scanning config.yml\n  in "config.yml", line 3, column 1:\n    db:\n      user: alice\n      password: ⟦MyYamlPw1⟧\n      host db
pydantic ValidationError: 1 validation error for Settings\ndb_password\n  Field required [input_value={'db_user': 'lab', 'dbpasswd': '⟦typo-pw-1⟧'}, input_type=dict]
TypeError: connect() got an unexpected keyword argument 'pw' ({'host': 'db', 'user': 'bob', 'pw': '⟦bobpw⟧'})
TypeError: __init__() got an unexpected keyword argument: kwargs={'host': 'db', 'user': 'bob', 'passwd': '⟦bobpw2⟧', 'port': 3306}
Error using mym\nmym('open', 'db.lab.org', 'alice', '⟦matlabPw1⟧')\nAccess denied for user 'alice'@'10.0.0.4'
Error in getSchema (line 5)\nsetenv('DJ_PASS', '⟦matPw2⟧');\ndj.conn
paramiko.ssh_exception.SSHException: not a valid RSA private key file\n-----BEGIN RSA PRIVATE KEY-----\n⟦MIIEpAIBAAKCAQEA7bq0kzJfYx3dQvW9s8uTn1k2mL5oPq6rStUvWxYz0123456789\nabcdEFGHijklMNOPqrstUVWXyz0123456789abcdEFGHijklMNOPqrstUVWXyz01234⟧\n-----END RSA PRIVATE KEY-----
smtplib.SMTPAuthenticationError: smtp.login("lab@uni.edu", "⟦mailPw2020⟧") -> (535, b'5.7.8 bad credentials')
2024-05-01 08:01:02 INFO pipeline connecting as alice / password ⟦morning-pw⟧
2024-05-01 08:01:02 WARNING Using default password: "⟦changeme123⟧" for account lab
jupyter: http://worker3:8888/?token=⟦c8de56fa4deed24899803e93c227592aef6538f93025fe01⟧
globus_sdk.AuthAPIError: ('POST', 'https://auth.globus.org/v2/oauth2/token', 'client_secret=⟦XyZ123secretGlobus=⟧&grant_type=client_credentials')
cryptography.fernet.InvalidToken: Fernet(b'⟦ZmDfcTF7_60GrrY167zsiPd67pEvs0aGOv2oasOM1Pg=⟧')
  File "cfg.py", line 9, in load\n    DB = {"ENGINE": "mysql", "NAME": "lab", "USER": "alice", "PASSWORD": "⟦Gr33nMouse⟧", "HOST": "db"}\nImproperlyConfigured: no ENGINE
rclone: Failed to create file system for "nas:raw": config {"type":"sftp","host":"nas","user":"lab","pass":"⟦obscured_Q8s7d6f5g4⟧"}
2024-06-02 11:20:31,120 ERROR neptune: NeptuneInvalidApiTokenException: Provided API token is invalid: ⟦eyJhcGlfYWRkcmVzcyI6Imh0dHBzOi8vYXBwLm5lcHR1bmUuYWkiLCJhcGkifQ==⟧
influxdb_client.rest.ApiException: (401) Reason: Unauthorized HTTP request headers: {'Authorization': 'Token ⟦Jq7p2sKx9Vb3N8mRt5Ly6Wz1Qc4Fh0Gd==⟧'}
  File "sms.py", line 3, in <module>\n    auth_token = "⟦9f8e7d6c5b4a39281706f5e4d3c2b1a0⟧"\nNameError: name 'Client' is not defined
ConnectionError: wss://lab.server/ws?auth=⟦b7c8d9e0f1a2b3c4d5e6⟧&run=12 closed
urllib.error.HTTPError: HTTP Error 403: https://maps.lab/api/geocode?address=x&apikey=⟦3c4d5e6f7a8b9c0d⟧
subprocess.CalledProcessError: Command '['mysqladmin', '--user=root', '--password=⟦adm1npw⟧', 'ping']' returned non-zero exit status 1.
subprocess.CalledProcessError: Command '['openssl', 'enc', '-aes-256-cbc', '-in', 'a', '-pass', 'pass:⟦Fuchs7Bau⟧']' returned non-zero exit status 1.
subprocess.CalledProcessError: Command 'export SSHPASS=⟦ssh-pw-1⟧; sshpass -e sftp lab@nas' returned non-zero exit status 3.
subprocess.CalledProcessError: Command 'wget --user=lab --password=⟦wgetpw3⟧ ftp://nas/raw.bin' returned non-zero exit status 6.
subprocess.CalledProcessError: Command '7z x -p⟦arch1vePw⟧ raw.7z' returned non-zero exit status 2.
subprocess.CalledProcessError: Command 'gpg --batch --passphrase ⟦gpgPhrase9⟧ -d raw.gpg' returned non-zero exit status 2.
subprocess.CalledProcessError: Command 'kinit alice <<< ⟦KrbPw2024⟧' returned non-zero exit status 1.
subprocess.CalledProcessError: Command 'plink -pw ⟦PuttyPw1⟧ lab@rig dir' returned non-zero exit status 1.
Using config: host=db user=alice passwd=⟦Ca7Dog⟧ port=3306
DJ_HOST=db.lab DJ_USER=carol DJ_PASS="⟦with space 7⟧" python populate.py: command not found
os.environ: environ({'HOME': '/root', 'DJ_USER': 'alice', 'DJ_PASS': '⟦Env!Dump9⟧', 'PATH': '/usr/bin'})
Namespace(user='alice', password='⟦argparsePw1⟧', table='Spikes', jobs=4)
Config(host='db', user='alice', password=SecretStr('⟦notHidden2⟧'), port=3306)
LabConfig(db_user='alice', db_pw='⟦dataclassPw⟧', root=PosixPath('/data'))
jwt.exceptions.InvalidSignatureError: jwt.decode(tok, "⟦jwtSigningKey11⟧", algorithms=["HS256"])
django.core.exceptions.ImproperlyConfigured: SECRET_KEY = "⟦django-insecure-8$k2l)q9w@x⟧" must be changed
ldap.INVALID_CREDENTIALS: conn.simple_bind_s("uid=alice,ou=people", "⟦ldapPw6⟧")
  File "rig.py", line 5, in make\n    cam = rtsp.Client("rtsp://admin:⟦cam3ra⟧@10.0.0.31:554/stream1")\nConnectionError: no frames
Error in fetchRaw (line 12)\nwebread(url, weboptions('Username','alice','Password','⟦mlWebPw4⟧'))\nThe server returned the status 401
Error using database\nconn = database('lab','alice','⟦mlDbPw3⟧','Vendor','MySQL');\nAccess denied
config.json: {"stores": {"raw": {"protocol": "s3", "access_key": "labkey", "secret_key": "⟦8hG2kLm5Nq⟧"}}}
os.environ.setdefault("DJ_PASS", "⟦mypassword⟧")
Command '['wandb', 'login', '--relogin', '⟦5f1c0b9e7a3d4c2b8e6f5a4d3c2b1a0f9e8d7c6b⟧']' failed
config.set("database.password", "⟦labpass⟧")
'''

TEXTS_WITHOUT = r"""
KeyError: 'password'
KeyError: 'token'
token_id=5
pass = 3
pass
        pass
password must be 8 characters
The password is required.
password: must be 8 characters
password: This field is required.
Access denied for user 'anna'@'10.0.0.5' (using password: YES)
Access denied for user 'anna'@'localhost' (using password: NO)
TypeError: connect() missing 1 required positional argument: 'password'
Unknown column 'password' in 'field list'
Field 'password' doesn't have a default value
password = getpass.getpass("Password: ")
password = os.environ["DJ_PASS"]
conn = pymysql.connect(host=host, user=user, password=password)
self.password = password
token=self.token
def connect(host: str, password: str | None = None) -> Connection:
password=None
token: Optional[str] = None
password: %s
f"password={password}"
usage: tool [-h] [--password PASSWORD] [--token TOKEN]
fields = ['username', 'password', 'email']
SyntaxError: invalid token
SyntaxError: unexpected token: 'foo'
tokens = ['the', 'mouse']
tokenizer.pad_token = '[PAD]'
eos_token="</s>"
max_tokens=512
n_tokens: 77
tokenizer = AutoTokenizer.from_pretrained("bert-base")
ValueError: low_pass=300 must be below high_pass=6000
bandpass = [300, 6000]
bandpass="butter"
pass_id=3, session_key=5, subject_id='m1'
secretary = 'Anna'
author = "Anna"
author: Anna
authors=['Anna', 'Bob']
key_hash=5f4dcc3b5aa765d61d8327deb882cf99
commit 9fceb02d0ae598e95dc970b74767f19372d61af8
subject_id=3, session_date=2026-01-04, probe_key='p1'
recording_key: 5
https://lab.org/data?id=5
http://localhost:8080/jobs/?user=anna@lab.org
mysql://root@db/lab
Lost connection to MySQL server during query
(2003, "Can't connect to MySQL server on 'db:3306'")
git@github.com:lab/repo.git
ssh -p 22 anna@db.lab.org
mkdir -p /data/ephys
mail to anna@lab.org or bob@10.0.0.5
reserved by anna@10.0.0.5
file:///home/anna/data.bin
ValueError: s3://bucket/prefix/x.npy not found
DataJointError: Attempt to delete part table __spike__unit before deleting from its master __spike
IntegrityError: Duplicate entry 'm1-3' for key 'PRIMARY'
FileNotFoundError: [Errno 2] No such file or directory: '/data/pass2/spikes.npy'
The mouse passed 3 trials of 5
neurons identified by 'kilosort'
x = text.encode('utf-8').decode('latin-1')
AttributeError: 'NoneType' object has no attribute 'password'
Authentication plugin 'caching_sha2_password' cannot be loaded
PWD=/home/anna/pipeline
Authorization failed
authorization: required
Basic understanding of the pipeline is needed
cookie cutter template not found
Please enter your password
wrong password
The token expired
password : varchar(64)  # of the old system
pass : tinyint
assert count_tokens("the mouse") == 2
raise ValueError("password and token must differ")
if password == "":
docker run -u 1000:1000 image
compass=3
passenger = 'x'
encode(frames, 'h264')
MAC address 00:1b:44:11:3a:b7
2026-01-04 10:30:15 worker.py:12 INFO started
numpy.linalg.LinAlgError: Singular matrix
RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB
public key ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ anna@lab
argument --password: expected one argument
DataJointError: The key {'subject_id': 3, 'session': 1} has no match
ValueError: token 5 is out of vocabulary
IndexError: token index 512 out of range
ValueError: Authentication failed, check your password
PermissionError: secret folder /data/secret/x cannot be read
pass 1 of 3
pass: 3, fail: 0
Pass=3
all tests pass: True
RuntimeError: bandpass: [300, 6000] is too wide
AttributeError: 'Session' object has no attribute 'secret'
NameError: name 'password' is not defined
TypeError: login() got an unexpected keyword argument 'password'
AssertionError: token != 'mouse'
if token == "mouse":
tokens: 77
num_tokens = 5
token_ids=[1, 2, 3]
token_type: word
cookies = 3
secretion = 'saliva'
pwd
cwd: /home/anna; pwd: /data
key = {'subject_id': 3}
key: subject_id=3
primary_key = ['subject_id']
api version: 2
author_email="anna@lab.org"
contact: anna@lab.org:22
http://lab.org:8080/path@x
rtsp://camera:554/stream
tcp://10.0.0.5:5555
zmq.error.ZMQError: Address already in use (addr='tcp://*:5555')
docker://alpine:latest
image docker.io/lab/ephys@sha256:9fceb02d0ae598e95dc970b74767f19372d61af8
-p 8888
python run.py -p 3
mysql -u root -p lab
psql -h db -p 5432
passes = 5
bypass=True
password = None
password = input("Password: ")
password = config["database.password"]
password = cfg.password
kwargs = dict(user=user, password=password, host=host)
logger.info("password changed for %s", user)
raise PermissionError("wrong password")
help="password of the database"
parser.add_argument("--password", help="the password")
parser.add_argument('--token', required=True)
os.environ["DJ_PASS"]
os.environ.get('DJ_PASS')
print("Enter token:")
self.credentials = credentials
def authenticate(user, password):
return self._token
secret = secrets.token_hex(16)
hash = md5(key.encode()).hexdigest()
with open("password.txt") as f:
FileNotFoundError: '/home/anna/.config/credentials.json'
FileNotFoundError: [Errno 2] No such file or directory: 'tokens.pkl'
ImportError: cannot import name 'auth' from 'lab'
ModuleNotFoundError: No module named 'token'
auth: none
OSError: [Errno 122] Disk quota exceeded
sha256:9fceb02d0ae598e95dc970b74767f19372d61af8
Electrode(probe=1, pin=3)
password_policy=LOW
validate_password.policy=MEDIUM
default_authentication_plugin=caching_sha2_password
Plugin 'mysql_native_password' is not loaded
Your password does not satisfy the current policy requirements
Column 'token' cannot be null
Duplicate entry 'm1' for key 'subject.PRIMARY'
Duplicate column name 'password'
basic_filter = 'butter'
Basic block 12 failed
the bearer of bad news
encrypted=False
'encode' codec can't
decode("utf-8")
token (mouse) not found
subject_password_test passed
AssertionError: expected pass=3 got pass=4
The secret of a good recording is a quiet room
keys: ['subject_id', 'session']
key = (subject_id=3)
author_order: 2
authored by anna@lab.org: see git log
Authorised users only
tokenize(text)
token count: 512
Token limit exceeded
KeyError: 'access_token'
AttributeError: module 'secrets' has no attribute 'foo'
from secrets import token_hex
import getpass
getpass.getuser()
password = getpass()
password = keyring.get_password("lab", user)
if not password:
if password is None:
raise ValueError("No password given")
"password": null
password: null
"password": ""
password=""
password=''
DJ_PASS is not set
environment variable DJ_PASS missing
Set DJ_USER and DJ_PASS
check DJ_USER and DJ_PASS
config['database.password'] is missing
dj.config['database.password']
password=***
password: ********
password=<hidden>
password=[REDACTED]
mysql://user:***@host/db
mysql://user:%s@host
f"mysql://{user}:{password}@{host}/{db}"
mysql://$USER:$PASSWORD@db
http://127.0.0.1:5000/callback
ws://localhost:8765
ssh://anna@host:22/path
http://[::1]:8080/
urn:isbn:0451450523
time 10:30:15@host
anna@10.0.0.5:49152
'anna'@'10.0.0.5'
bob:x:1000:1000
C:\Users\anna\pass\data.mat
/home/anna/secret_project/x.py
File "/home/anna/auth/token.py", line 3, in token
  token = self.tokenizer.next_token()
  token, rest = text.split(" ", 1)
  for token in tokens:
  return password_hash(password)
  auth = load_auth()
  auth = None
  author = author or "unknown"
  cookie = request.cookies.get("sessionid")
  "--password", "-p"
  mysql -p
  mysqldump -u root -p lab > dump.sql
  pip install -p
  tar -pxf x.tar
  params = {"p": 3, "pass": 2}
  pass_band = (300, 6000)
  passband: 300-6000
  n_pass: 3
  pass_fail = "pass"
  n_secret = 5
  hash=9fceb02d0ae598e95dc970b74767f19372d61af8
  uuid=123e4567-e89b-12d3-a456-426614174000
  md5: 5f4dcc3b5aa765d61d8327deb882cf99
  session_id: 20260104_1
  access = 'public'
  api = lab.Api("v2")
  basic = BasicFilter("low")
  bearer = None
  encode = lambda x: x
  credential_type = 'user'
  privileges: SELECT, INSERT
password must be at least 8 characters
Access denied for user 'x'@'y' (using password: YES)
OperationalError: (1045, "Access denied for user 'lab'@'10.0.0.4' (using password: NO)")
token 5 of 120
Unexpected token '}' at line 4
tokenize.TokenError: ('EOF in multi-line statement', (12, 0))
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
ValueError: Token indices sequence length is longer than 512
12 passed, 3 failed in 2.3s
bypass = True
compass_heading = 12.5
bandpass=(300, 6000)
high_pass: 300 Hz, low_pass: 6000 Hz
key = {'subject': 'M12', 'session': 3}
auth_plugin = 'mysql_native_password'
RuntimeError: Authentication plugin 'caching_sha2_password' cannot be loaded
authorization failed
IntegrityError: (1062, "Duplicate entry 'M12-3' for key 'PRIMARY'")
secret_santa(3)
def get_password(user, host):
    password = get_password()
    pw = keyring.get_password("lab", "user")
connect(user='lab', password=None)
    password=os.environ["PW"],
password = getpass.getpass('Password: ')
    conn = pymysql.connect(host=host, user=user, password=password)
    password=self._password, port=self.port)
token_id = 15
tokens=[1, 2, 3]
max_tokens=4096
n_tokens: 12
key_hash = 0cc175b9c0f1b6a831c399e269772661
commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12
uuid 123e4567-e89b-12d3-a456-426614174000
md5 d41d8cd98f00b204e9800998ecf8427e
FileNotFoundError: [Errno 2] No such file or directory: '/data/passive/M12/key_3.npy'
mail anna@lab.org
http://localhost:8000/jobs/?status=error
https://anna@lab.org/x
mysql://db:3306/lab
ssh://git@github.com:22/lab/repo.git
requests.exceptions.ConnectionError: https://api.lab.org:443/v1?page=2&sort=name
ValueError: operands could not be broadcast together with shapes (3,4) (5,)
dj.config['database.host'] = 'db'
if token is None: raise ValueError
password:
password=
password = ''
Please enter your password:
Password for lab@db:
session = 5, key = 3, auth = True
The password has expired. Set it with ALTER USER.
datajoint.errors.AccessError: Insufficient privileges. ('SELECT command denied to user', ...)
Passing the token to the parser failed
encoder.layers.11.self_attention.layer_norm_b.weight has shape (768,)
feature AAAAAAAAABBBBBBBBBCCCCCCC is missing
  File "/opt/secrets/loader.py", line 12, in load_secret
s3://bucket/session_3/key.npy
ssh: connect to host rig port 22: Connection refused
mysql -u lab -p lab_ephys
curl -u anna https://x.org
docker run -p 8080:80 img
cp -p a b
rsync -avP src dst
mkdir -p /data/out
password=${DB_PASSWORD}
api_key: str | None = None
class Token(NamedTuple):
assert len(tokens) == 12
secret key not set
no password given
invalid API key
the token has expired
Bearer token missing
Authorization header is missing
primary key (subject, session)
for key, value in d.items():
passwords match: True
has_password=False, is_token=True
password_length=8
torch.Size([2, 3])
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB7pCq7x8i8r3vKQ2u anna@rig
-----BEGIN CERTIFICATE-----\nMIIBszCCARwCCQ\n-----END CERTIFICATE-----
passive_session='p3'
passenger='Anna'
Pass 3: 0.25 s
Credentials not found in ~/.aws/credentials
signature mismatch: expected (int, str)
sig=0.05, n=12
nonce repeated
cookie cutter failed
salt concentration = 0.9
pin=13, port='COM3'
KeyError: ('M12', 3, 'pw')
tok = tokenizer.encode(text)
pwd\n/home/anna
PWD=/home/anna/code
OLDPWD=/home
SSH_AUTH_SOCK=/tmp/ssh-abc/agent.1
XAUTHORITY=/home/a/.Xauthority
TOKENIZERS_PARALLELISM=false
keyboard interrupt
monkey='M12', donkey=3
public_key='rig3.pub'
foreign_key_checks=0
sort_key='date'
UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0
bytes 0xDEADBEEF at offset 0x10
mysql.connector.errors.DatabaseError: 1820 (HY000): You must reset your password using ALTER USER statement before executing this statement.
pymysql.err.OperationalError: (1820, 'You must SET PASSWORD before executing this statement')
OperationalError: (1698, "Access denied for user 'root'@'localhost'")
(1862, 'Your password has expired. To log in you must change it using a client that supports expired passwords.')
(1819, 'Your password does not satisfy the current policy requirements')
MySQLdb.OperationalError: (2059, "Authentication plugin 'caching_sha2_password' cannot be loaded: cannot open shared object file")
cryptography package is required for sha256_password or caching_sha2_password auth methods
paramiko.ssh_exception.PasswordRequiredException: Private key file is encrypted
paramiko.ssh_exception.SSHException: No authentication methods available
Permission denied (publickey,password).
anna@rig's password:
botocore.exceptions.NoCredentialsError: Unable to locate credentials
botocore.exceptions.ClientError: An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.
An error occurred (SignatureDoesNotMatch) when calling the GetObject operation: The request signature we calculated does not match
google.auth.exceptions.DefaultCredentialsError: Could not automatically determine credentials.
smtplib.SMTPAuthenticationError: (535, b'5.7.8 Username and Password not accepted')
imaplib.IMAP4.error: b'[AUTHENTICATIONFAILED] Invalid credentials (Failure)'
openai.BadRequestError: This model's maximum context length is 4097 tokens, however you requested 5000 tokens
transformers: Special tokens have been added in the vocabulary
ValueError: Asking to pad but the tokenizer does not have a padding token
KeyError: 'input_token_ids'
tokens per second: 1234.5
pad_token_id=50256
Setting `pad_token_id` to `eos_token_id`:50256 for open-end generation.
IndexError: list index out of range at token 17
lexer: unexpected token 'ELSE' on line 12
xml.parsers.expat.ExpatError: not well-formed (invalid token): line 1, column 3
    with open(password_file) as f:
    password = f.read().strip()
    token = response.json()['access_token']
    headers = {'Authorization': f'Bearer {token}'}
    headers={'Authorization': 'Bearer ' + token}
    auth=(user, password)
    auth = HTTPBasicAuth(user, password)
    conn = dj.conn(host, user, password)
    dj.config['database.password'] = os.environ['DJ_PASS']
    dj.config['database.password'] = getpass('Password: ')
    dj.config.load('dj_local_conf.json')
    password = input('password? ')
    pw = config.get('db', 'password')
    passwd = settings.DATABASES['default']['PASSWORD']
    client = Minio(endpoint, access_key=access_key, secret_key=secret_key)
    s3 = boto3.client('s3', aws_access_key_id=key_id, aws_secret_access_key=secret)
    secret = secrets.token_urlsafe(32)
    key = Fernet.generate_key()
    assert password is not None, 'password missing'
    if not check_password(user, password):
    def __init__(self, host, user, passwd, db=None):
    def login(self, user: str, password: str) -> bool:
    parser.add_argument('-p', '--password', default=None, help='database password')
    @property\n    def token(self):
    token: str = field(repr=False)
    password = models.CharField(max_length=128)
    password_confirm = forms.CharField(widget=forms.PasswordInput)
    PASSWORD_HASHERS = ['django.contrib.auth.hashers.Argon2PasswordHasher']
    'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator',
    from django.contrib.auth import authenticate, login
    from lab.secrets import load_secret
    cookies = session.cookies.get_dict()
    self.pass_count += 1
    n_pass = sum(r == 'pass' for r in results)
    while True: pass
    except Exception: pass  # ignore
ssh -i ~/.ssh/id_rsa anna@rig
scp -P 2222 a anna@rig:b
ssh -p 2222 anna@rig
docker run -p 3306:3306 mysql
python -m http.server -p 80
tar -xpf a.tar
mysql --defaults-file=~/.my.cnf -u anna lab
mysql -u anna --password lab
psql -U anna -h db lab
curl -u anna: https://x
git push origin password-reset
usage: prog [-u USER] [-p PASSWORD] [--token TOKEN]
error: the following arguments are required: --password
--password TEXT  Database password  [required]
DJ_PASS not set
export DJ_PASS=$(cat ~/.pw)
DJ_PASS=${DJ_PASS:?missing}
password: ${{ secrets.DB_PASSWORD }}
password: {{ vault_password }}
password = %(password)s
password: ~
password: ''
password=''; user=''
<password/>
<password></password>
{'database.password': None, 'database.user': 'anna'}
Config(host='db', password=SecretStr('**********'))
password=<redacted>
password: [hidden]
password=(not shown)
token='...'
mysql+pymysql://anna:***@db/lab
Engine(mysql+pymysql://root:***@localhost/lab)
The compass reading passed the threshold at trial 12
passive viewing session 3 of M12
bypass valve = 3
encompass(5)
high-pass filter at 300 Hz, low-pass at 6 kHz
pass-through: enabled
pass/fail: 12/3
1st pass: 100%|####| 12/12
Pass 2/3 done in 5.2 s
author = {Smith, J.}
authority: cert.pem
authenticated as anna
authorized_keys not found
Authentication required
auth method: none
auth_type = 'basic'
secretin receptor
Secret lab meeting at 5
secretary: Anna
key: 5
keys=['subject', 'session']
KeyError: ('subject', 'session')
keyword='stim'
monkey: Bert
hotkey=F5
sort key must be one of a, b
Duplicate key name 'password'
key_hash='d41d8cd98f00b204e9800998ecf8427e'
attribute `token` of table `lab`.`doc`
primary key: session_key, probe_key
sha1=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 size=5
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 anna@rig (ED25519)
checksum 7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730
0cc175b9-c0f1-b6a8-31c3-99e269772661.npy
ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"
request id 4442587FB7D0A2F9
arn:aws:iam::123456789012:user/anna
/mnt/lab/M12/2024-05-01/ephys_g0/ephys_g0_imec0/ephys_g0_t0.imec0.ap.bin
C:\Users\anna\AppData\Local\Temp\MATLAB_Passive\x.m
Thy1-GCaMP6f;Ai148D;CaMKIIa-tTA_M12_20240501
encoder.block.3.layer.1.DenseReluDense.wi_0.weight
sub-M12_ses-20240501T123000_task-VR2AFC_run-01_ecephys.nwb
ConvertTo_Float32_MinMaxScaler_PCA_50_UMAP_2_HDBSCAN
http://db.lab.org:8080/api/v2?limit=10&offset=20
ws://127.0.0.1:8765/ws?session=3
file:///data/secrets/README.md
mailto:anna@lab.org
bob@rig:~/data$ ls
ftp://ftp.ncbi.nlm.nih.gov/genomes
10.0.0.5:3306
localhost:5432:lab
12:30:15: anna: connected
user: anna, host: db, port: 3306
users: 5, tokens: 12, cookies: 3
Error in dj.conn (line 12)\n  connection to db failed
Error using database/fetch (line 37)\nInvalid connection.
login(user='anna') failed
connect('db', 3306)
create_user() takes 2 positional arguments but 3 were given
set_password() missing 1 required positional argument: 'password'
AttributeError: 'Config' object has no attribute 'secret_key'
NameError: name 'api_key' is not defined
TypeError: __init__() got an unexpected keyword argument 'token'
KeyError: 'DJ_PASS'
Missing environment variable: AWS_SECRET_ACCESS_KEY
Environment variable API_KEY is empty
Please set the environment variable OPENAI_API_KEY
ImproperlyConfigured: The SECRET_KEY setting must not be empty.
datajoint.errors.DuplicateError: ("Duplicate entry 'M12-3' for key 'session.PRIMARY'", 'To ignore duplicate entries in insert, set skip_duplicates=True')
datajoint.errors.LostConnectionError: Connection was lost during a transaction.
datajoint.errors.AccessError: ('Insufficient privileges.', "INSERT command denied to user 'anna'@'10.0.0.5' for table '__spikes'")
datajoint.errors.MissingExternalFile: Missing external file store/raw/ab/cd/abcd1234-0000-1111-2222-333344445555
datajoint.errors.DataJointError: Attribute `password` not found
pymysql.err.OperationalError: (1045, "Access denied for user 'anna'@'rig4' (using password: YES)")
ValueError: not enough values to unpack (expected 3, got 2)
RuntimeError: Expected all tensors to be on the same device, cuda:0 and cpu
KeyError: 'pass'
NameError: name 'token' is not defined
TypeError: get_password() takes 0 positional arguments but 1 was given
MemoryError: Unable to allocate 12.5 GiB for an array with shape (1234, 5678) and data type float64
h5py: Unable to open file (file signature not found)
nwb: missing field 'session_description'
OSError: [Errno 28] No space left on device: '/data/passive/M12.bin'
subprocess.CalledProcessError: Command '['kilosort', '-p', '4', 'M12']' returned non-zero exit status 1.
subprocess.CalledProcessError: Command 'ffmpeg -i a.avi -pass 1 b.mp4' returned non-zero exit status 1.
Command '['rsync', '-avP', 'a', 'anna@rig4:/data']' returned non-zero exit status 12.
    password = getpass.getpass()
    password = os.getenv('DJ_PASS')
    conn = dj.conn(reset=True)
    dj.config['database.user'] = 'anna'
    connect(host, user, password)
    token = tokens[i]
    tokens = line.split()
    if token not in vocab:
    auth = requests.auth.HTTPBasicAuth(user, pw)
    self.password = kwargs.pop('password', None)
    api_key = os.environ.get('API_KEY')
    return password.encode('utf-8')
    hashed = bcrypt.hashpw(password, salt)
    key = (subject & 'sex="F"').fetch1('KEY')
    secret = load_secret('lims')
    def verify(token): ...
    with pytest.raises(ValueError, match='password'):
    assert 'password' in form.errors
    fields = ('username', 'password', 'last_login')
    exclude = ['password', 'token']
    logger.error('wrong password for %s', user)
    cfg = dict(user=user, passwd=passwd, db=db)
    print('Password:', end='')
    args.password = args.password or getpass.getpass()
    headers['Authorization'] = 'Bearer %s' % token
    url = f'https://{user}:{password}@{host}'
    url = 'mysql://{}:{}@{}'.format(user, password, host)
    params = {'token': token}
    cur.execute('SELECT * FROM users WHERE password=%s', (pw,))
    pw: str
    passwd=cfg['passwd'],
    'password': password,
    "token": self.token,
Pass 1: reading; pass 2: writing
passed: 12
PASS tests/a.py
no token
token expired
Token has been revoked
password incorrect
The password you entered is wrong.
Password required
Passwords do not match
password is too short
password too weak
your password will expire in 5 days
Forgot your password?
Password authentication failed for user "anna"
FATAL: password authentication failed for user anna
key exchange failed
host key verification failed.
bad session key
API rate limit exceeded
api version 2.1
cookie expired
auth timeout after 30 s
Author: kim <kim@lab.org>
authorship: 2
credential helper not found
secret service is not running
The secret was not found in the vault
mouse M12 session 3 trial 120
compass: 270 deg
Thy1-GCaMP6s mouse 4
low_pass=300, order=4
bypass_filter: false
passband ripple 0.1 dB
n_passes=3
pass_num: 4
hash 5d41402abc4b2a76b9719d911017c592
checkpoint 7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069
run_id=20240501_123000_ab12cd
model.layers.0.self_attn.q_proj.weight
encoder/conv1d_12/kernel:0
/home/anna/miniconda3/envs/dj/lib/python3.11/site-packages/datajoint/table.py
https://github.com/datajoint/datajoint-python/issues/123
http://rig4:8080/?session=3&trial=5
udp://239.0.0.1:5000
anna@rig4:~$ ls
rig4:22
db.lab.org:3306
2024-05-01T12:30:00Z
00:11:22:33:44:55
fe80::1%eth0
version=1.2.3; build=abc123
user=anna, host=db, port=3306
user: anna
username='anna'
users=['anna', 'kim']
login: anna
login failed for anna
login successful
logged in as anna@db
account locked
member of group lab
database 'lab' does not exist
connect() timed out
connection(5) closed
Connection refused (10.0.0.5:3306)
open('passes.csv')
np.load('tokens.npy')
plt.savefig('bandpass.png')
re.compile('password')
x = 'pass' if ok else 'fail'
status='pass'
result: pass
quality = 'pass'
Error using passthrough (line 3)
Error in getPassword (line 12)\n  pw = input('Password: ','s');
Undefined function 'loadToken' for input arguments of type 'char'.
mym: Connection closed
Please check user name and password.
Password is required
password is not set
The password for user anna is missing
password for anna is wrong
no password for user 'anna'
using password file /etc/pw
with password authentication disabled
Login with password is disabled
new password must differ from the old password
wrong user or password
token is None
token is missing or invalid
unexpected end of token stream
invalid token in line 12: ';'
token type mismatch: got STRING
auth: 401
auth = OAuth2(client)
auth backend 'ldap' failed
auth server unreachable: https://auth.lab.org:8443
cookie jar is empty
secret shared by 3 subjects
secret sharing failed for n=5
api key required
API key not found in environment
access key id not given
encryption key has wrong length: 31
private key must be in PEM format
account key missing
login(user, password)
login() takes 1 positional argument but 2 were given
def connect(host, user, password, port=3306):
connect(host='db', user='lab', port=3306)
Connection('db', 3306)
database('lab') failed
mysql('status')
mym('closeall')
dj.conn().is_connected
create_user(name='a', email='a@b.org')
decrypt(data, key)
encrypt(x, self.key)
User('anna')
Account(id=5, name='lab')
Minio(endpoint, secure=False)
input('Continue? [y/n] ')
getpass('Enter password for lab: ')
ask_password('db')
raise AuthError('token expired')
raise ValueError(f'bad token {token!r}')
return {'token': make_token(user)}
self.assertIn('password', data)
@pytest.mark.parametrize('token', tokens)
assert response.cookies['sessionid']
data = {'username': username, 'password': password}
os.environ.pop('DJ_PASS', None)
dj.config['database.password'] = None
password = config.get('password', None)
password = config['db']['password']
passwd: Optional[str]
pw = pw or ''
pw = 0.5  # pulse width in ms
pw=0.5, freq=20
pw: 250 us
n_pw = 3
ppw = 12
PW=5
pulse_width=10, pw_unit='ms'
pass@1: 0.35
first-pass metabolism
all-pass filter of order 2
pass 12 (of 20)
lowpass: 300
passes: [1, 2]
qc_pass=True
did_pass: 1
passive=1
passenger_id: 3
compass=[1,2]
trespass
spass = 3
git commit 2fd4e1c: fix token parsing
index 3f2504e0-4f89-11d3-9a0c-0305e82c3301
sha256sum: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.bin
key_hash: 5d41402abc4b2a76b9719d911017c592
file hash=9e107d9d372bb6826bd81d3542a419d6
object 0x7f3c5c0b9d30
<Table at 0x7f3c5c0b9d30>
CUDA_VISIBLE_DEVICES=0,1
LD_LIBRARY_PATH=/usr/lib:/opt/lib
PATH=/usr/bin:/home/a/.local/bin
rig4:/data/M12/session_3/Pass2/imec0/ap.bin
D:\Data\M12\2024_05_01\TIFF\Scan00001_Pass.tif
zarr: /data/M12/20240501T123000/RawAcquisitionFull16bit.zarr
neuropixels: NP2014SerialNumber20403311234
model resnet50d_ra2-464e36ba
weights yolov8n-seg-640x640-b16-e100
GCaMP8mSofieUjvaryAAV9hSyn1 batch
http://db:8080/data?key=session&sort=date
https://doi.org/10.1038/s41586-020-2649-2
https://zenodo.org/record/1234567/files/a.nwb?download=1
https://github.com/lab/x/commit/2fd4e1c67a2d28fced849ee1bb76e7391b93eb12
ssh://rig4:22/home
10:30:15 INFO job: done
127.0.0.1:3306:lab
a:b:c:d:e
user: anna / rig: 4
login: anna / group: lab
user anna/kim not found
account lab | rig4
scp a.bin lab@rig4:/data/b.bin
rsync -e 'ssh -p 22' a b
find . -user anna -print
ps -u anna -p 4123
kill -9 4123
mysql -u lab -P 3307 -h db
docker run -u 1000 -p 80:80 x
python x.py -p fast
zip -r a.zip b
unzip a.zip -d b
openssl version
7z a x.7z y
echo done | tee log
cat <<< $x
Password must contain 8 characters, 1 digit and 1 sign.
password: at least 8 characters
Access denied for user 'a'@'b' (using password: NO)
token 17 of 512
token count = 512
tokenizer.model_max_length = 512
passed in 0.12s
3 passes over 5 files
bypass=1
compass_heading: 270.5
(1062, "Duplicate entry '3-M12' for key 'PRIMARY'")
key = {'subject': 'M12', 'session': 3, 'auth': 1}
key_hash=0cc175b9c0f1b6a831c399e269772661
123e4567-e89b-12d3-a456-426614174000
/home/a/.ssh/id_rsa
a@x.org
http://x.org:8080/a?b=c
secret_santa='Kim'
author='Kim'
def get_password(): ...
pw = get_password()
keyring.get_password('lab', 'kim')
password=os.environ['PW']
auth_plugin='x'
shape (3, 4), dtype float32
layer3.attn.q_proj.weight: 0.123
password = self.password
password=settings.PASSWORD
password=args.password,
passwd = getpass()
except AuthError: pass
session=3, key=5
api_key is required
no such secret: lab/db
cookies disabled
credentials: not found
auth: ok
Incorrect password
Incorrect username or password.
Enter passphrase for key '/home/a/.ssh/id_rsa':
Too many authentication failures
private key file not found: /home/a/k.pem
public key: ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 a@b
signature: (int, str) -> bool
max_tokens: 4096
secret: Optional[str] = None
class Password(models.Model):
import secrets
pass_rate=0.95
quality pass: yes
all checks pass
passing grade: 5
the key of the session
foreign key constraint fails (`lab`.`a`, CONSTRAINT `a_ibfk_1`)
xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
ACGTACGTACGTACGTACGTACGTACGTACGTACGT
dj_user=kim, dj_host=db
password missing
user kim has no password
key 3 of 5
Unknown token: <eof>
password: (hidden)
token: none
passed=True
n=3, pass=2
Wrong password for user kim
The password of kim was changed
password changed from default
passwords used: 3
secret value missing
no such token: x
auth: basic
auth was successful
password given: yes
token used twice
keys: a, b, c
login: kim
login(user)
kim@nas.lab.org:/share
ssh('kim')
ftp('ftp.ncbi.nlm.nih.gov')
ftp.login()
connect('db')
a, b = 'x', 'y'
user, host = 'kim', 'db'
user, password = get_login()
user, password = None, None
datajoint.errors.AccessError: ('Insufficient privileges.', "SELECT command denied to user 'bob'@'10.0.0.4' for table 'session'", '')
pymysql.err.OperationalError: (1045, "Access denied for user 'alice'@'10.0.0.7' (using password: YES)")
KeyError: 'api_token'
ValueError: password must be at least 8 characters
ValueError: invalid token 'spikes' at position 17
SyntaxError: unexpected token in JSON at position 0
jsonparser: Unexpected token < in JSON at position 0
tokenizers.Error: token count 4097 exceeds maximum 4096
FileNotFoundError: [Errno 2] No such file or directory: '/data/key=12/session=3/spikes.npy'
datajoint.errors.DuplicateError: ("Duplicate entry '12-3' for key 'PRIMARY'", 'To ignore duplicate entries in insert, set skip_duplicates=True')
datajoint.errors.IntegrityError: Cannot add or update a child row: a foreign key constraint fails (`lab_ephys`.`__spikes`, CONSTRAINT `__spikes_ibfk_1` FOREIGN KEY (`session_id`) REFERENCES `session` (`session_id`))
KeyError: "key: {'subject': 'M1', 'session': 3}"
AttributeError: 'NoneType' object has no attribute 'secret_key'
  File "auth.py", line 10, in login\n    password = getpass.getpass("password: ")\nEOFError
  File "auth.py", line 11, in connect\n    conn = pymysql.connect(host=host, user=user, password=password, db=db)\npymysql.err.OperationalError: (2003, "Can't connect to MySQL server on 'db' ([Errno 111] Connection refused)")
  File "auth.py", line 12, in connect\n    token = os.environ["LAB_TOKEN"]\nKeyError: 'LAB_TOKEN'
  File "auth.py", line 13, in connect\n    dj.config['database.password'] = os.environ.get('DJ_PASS')\nTypeError: str expected
  File "nn.py", line 203, in forward\n    attn = self.attention(query=q, key=k, value=v, key_padding_mask=mask)\nRuntimeError: shape mismatch
  File "model.py", line 5, in make\n    self.insert1(dict(key, token_count=len(tokens), password_ok=True))\nDataJointError: Attribute `password_ok` not found
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.dandiarchive.org', port=443): Max retries exceeded with url: /api/dandisets/?page=2&page_size=100
requests.exceptions.HTTPError: 404 Client Error: Not Found for url: https://zenodo.org/record/12345/files/a.nwb?download=1
paramiko.ssh_exception.NoValidConnectionsError: [Errno None] Unable to connect to port 22 on 10.0.0.9
git clone git@github.com:lab/pipeline.git failed: Permission denied (publickey).
subprocess.CalledProcessError: Command '['ffmpeg', '-i', 'a.avi', '-pix_fmt', 'yuv420p', 'b.mp4']' returned non-zero exit status 1.
CalledProcessError: Command '['python', 'run.py', '-p', '4', '--key', 'session=3']' returned non-zero exit status 1.
CalledProcessError: Command 'mkdir -p /mnt/raw/M1' returned non-zero exit status 1.
CalledProcessError: Command 'ssh -p 2222 hpc sbatch job.sh' returned non-zero exit status 255.
RuntimeError: CUDA error: no kernel image is available for execution on the device: hash 2470c0c06dee42fd1618bb99005adca2ec9d1e19
datajoint.errors.MissingExternalFile: Missing external file raw/ab/cd/abcd1234-5678-90ab-cdef-1234567890ab
minio.error.S3Error: S3 operation failed; code: NoSuchKey, message: Object does not exist, resource: /raw/a.bin, request_id: 16F3A2B7C8D9, host_id: dd9025bab4ad464b
numpy.linalg.LinAlgError: Singular matrix (seed=123456789, key=[1, 2, 3])
jax: PRNGKey(42), rng key: [0 42]
2024-05-01 08:01:02 INFO session token bucket refilled: 20 tokens
2024-05-01 08:01:02 INFO reward pass: 0.91 fail: 0.09
2024-05-01 08:01:02 INFO high-pass: 300 Hz low-pass: 6000 Hz
ValueError: could not convert string to float: 'pass'
2024-06-02 11:20:31 INFO bandpass=(300, 6000) order=3 passband ripple 0.1
KeyError: "['auth_user'] not in index"
TypeError: make() missing 1 required positional argument: 'key'
datajoint.errors.DataJointError: Attribute `tokens` cannot be updated because it is a primary key
AssertionError: n_passes 3 != 4
ImportError: cannot import name 'SecretClient' from 'azure.keyvault.secrets' (/usr/lib/python3/site-packages/azure/keyvault/secrets/__init__.py)
ModuleNotFoundError: No module named 'passlib'
ModuleNotFoundError: No module named 'tokenize_rt'
  File "/usr/lib/python3.11/tokenize.py", line 525, in _tokenize\n    raise TokenError("EOF in multi-line statement", (lnum, 0))\ntokenize.TokenError: ('EOF in multi-line statement', (2, 0))
  File "pipeline.py", line 40, in make\n    raw = self.store.get(key["file_hash"], key=key)\nFileNotFoundError: 3b5d5c3712955042212316173ccf37be
Command '['sbatch', '--account=lab', '--partition=gpu', '-p', 'gpu2', 'job.sh']' returned non-zero exit status 1.
Command 'rsync -avp --progress /raw/ nas:/raw/' returned non-zero exit status 23.
Command 'ssh -i /home/alice/.ssh/id_rsa lab@rig1 hostname' timed out after 10 seconds
OSError: [Errno 28] No space left on device: '/scratch/tmp_k3y_9a8b7c6d/recording.dat'
HDF5ExtError: Unable to open object (object 'acquisition/ElectricalSeries/data' doesn't exist)
RuntimeError: cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. UUID GPU-5f1c0b9e-7a3d-4c2b-8e6f-5a4d3c2b1a0f
MemoryError: Unable to allocate 12.3 GiB for an array with shape (1650000, 1000) and data type float64
pymysql.err.IntegrityError: (1062, "Duplicate entry 'M12-2024-05-01-3' for key '__spikes.PRIMARY'")
warnings: DeprecationWarning: 'crypt' is deprecated and slated for removal in Python 3.13
pymysql.err.OperationalError: (1227, 'Access denied; you need (at least one of) the SUPER, SYSTEM_VARIABLES_ADMIN privilege(s) for this operation')
login attempt 3 of 5 failed for alice from 10.0.0.7
User alice logged in; session expires in 3600 s
login node hpc-login01 reservation 20240501 expired
login shell /bin/bash on worker-0123456789abcdef
set("subject", "M12"), set("session", "3")
setattr(self, "probe_key", "value") failed: can't set attribute
form.add("password1", "password2")
names = fields("token", "api_token")
"""

TRACEBACKS_WITH_SECRETS = [
    """Traceback (most recent call last):
  File "/home/anna/pipeline/ephys.py", line 12, in make
    conn = dj.conn("db", "anna", "⟦swordfish⟧")
  File "/home/anna/pipeline/ephys.py", line 3, in read
    requests.get("https://anna:⟦tuna⟧@lab.org/x", params={"api_key": "⟦salmon⟧"})
ValueError: https://anna:⟦tuna⟧@lab.org/x?api_key=⟦salmon⟧ does not answer
""",
    '''Traceback (most recent call last):
  File "/home/anna/pipeline/users.py", line 12, in make
    conn.query("""INSERT INTO people (name, password)
        VALUES ('anna', '⟦swordfish⟧'),
               ('bob', '⟦tuna⟧')""")
  File "/usr/lib/python3/dist-packages/datajoint/connection.py", line 300, in query
    raise translate_query_error(err, query)
datajoint.errors.QuerySyntaxError: ('You have an error', "INSERT INTO people (name, password) VALUES ('anna', '⟦swordfish⟧')")
''',
    r"""send: b'GET /api/v1/animals HTTP/1.1\r\nHost: colony.lab\r\nAuthorization: Basic ⟦bGFiOnMzY3JldA==⟧\r\n\r\n'
""",
    r"""configparser.ParsingError: Source contains parsing errors: '/root/.my.cnf'
	[line  3]: 'password = ⟦cnfpw-88⟧\n'
""",
    r"""google.auth.exceptions.RefreshError: {"type": "service_account", "private_key_id": "⟦0a1b2c3d4e5f60718293a4b5c6d7e8f901234567⟧", "private_key": "-----BEGIN PRIVATE KEY-----\n⟦MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7⟧\n-----END PRIVATE KEY-----\n"}
""",
    r"""subprocess.CalledProcessError: Command 'net use Z: \\\\nas\\raw ⟦NetUse77⟧ /user:LAB\\alice' returned non-zero exit status 2.
""",
]


def marked(block: str) -> list[str]:
    """Return the texts of a block, one a line; what is written \\n in them is a line feed."""
    return [line.replace("\\n", "\n") for line in block.strip("\n").split("\n")]
