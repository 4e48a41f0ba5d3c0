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
]


def marked(block: str) -> list[str]:
    """Return the texts of a block, one a line; what is written \\n in them is a line feed."""
    return [line.replace("\\n", "\n") for line in block.strip("\n").split("\n")]
