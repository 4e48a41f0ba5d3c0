#!/bin/sh
# What does this machine lack for `make demo` or `make test`? Puts it there, or says what to install and changes nothing.
#
# Usage: sh jobsite/demo/install.sh demo|test
# Debian packages are asked for only where a program is missing; the Python packages go to .venv. A stamp in .venv says
# what was installed there: the second run only reads it. A run that was interrupted is thrown away and done again.
set -eu

ring=${1:?usage: install.sh demo|test}
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
case $ring in
demo) requirements="requirements-worker.txt requirements-serve.txt" ;;
test) requirements=requirements-dev.txt ;;
*) echo "install.sh: $ring is neither demo nor test" >&2; exit 2 ;;
esac
# Debian keeps mariadbd where an ordinary user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin

fail() {
    printf 'jobsite: %s\n' "$1" >&2
    shift
    if [ $# -gt 0 ]; then printf '%s\n' "$@" >&2; fi
    exit 1
}

# step WORDS COMMAND...: one line on the terminal; what the command printed is shown only when it fails.
step() {
    words=$1 began=$(date +%s)
    shift
    printf '  %s ... ' "$words"
    if "$@" >"$log" 2>&1 </dev/null; then
        printf '%s s\n' "$(($(date +%s) - began))"
        return 0
    fi
    printf 'failed\n\n' && tail -n 40 "$log" >&2
    return 1
}

# --- Is there anything to do? ----------------------------------------------------------------------------------------
runs() { command -v "$1" >/dev/null 2>&1; }
ask_python() { "$python" -c "import os, sys, sysconfig; $1" 2>/dev/null; }
place() { ask_python 'print(os.getcwd(), sys.version_info, sys.base_prefix)'; }
fingerprint() { { place && cat requirements-constraints.txt requirements.txt requirements-worker.txt requirements-cluster.txt requirements-serve.txt $requirements; } | cksum; }
stamp=.venv/installed-$ring
is_installed() {
    [ -e "$stamp" ] && [ ! -e .venv/unfinished ] && [ "$(cat "$stamp")" = "$(fingerprint)" ] &&
        .venv/bin/python -c 'import django, MySQLdb' 2>/dev/null
}
is_debians() { ask_python 'sys.exit(sys.base_prefix != "/usr")'; }
has_venv() { ask_python 'import venv, ensurepip'; }
has_headers() { ask_python 'sys.exit(not os.path.exists(sysconfig.get_paths()["include"] + "/Python.h"))'; }
check_python() {
    runs "$python" || fail "$python was not found: install Python 3.10 or later (Debian: apt-get install python3)."
    ask_python 'sys.exit(sys.version_info < (3, 10))' ||
        fail "$(command -v "$python") is older than 3.10, or does not start. Name another: make $ring PYTHON=/path/to/python3"
    if ! is_debians && ! { has_venv && has_headers; }; then
        fail "$(command -v "$python") has no venv module or no C headers (Python.h), and no Debian package can add them." \
            "Name another Python: make $ring PYTHON=/usr/bin/python3"
    fi
}
# Asked once: each start of Python counts for those who run the fast tests after every change.
installed=no
if is_installed; then installed=yes; else check_python; fi
has_mysql_headers() { pkg-config --exists libmariadb || pkg-config --exists mysqlclient || pkg-config --exists mariadb; }
has_font() { find /usr/share/fonts /usr/local/share/fonts -name '*.ttf' 2>/dev/null | grep -q .; }

missing=
lacks() { missing="$missing $*"; }
if [ "$installed" = no ]; then
    has_venv || lacks python3-venv
    has_headers || lacks python3-dev
    runs gcc || lacks gcc
    runs pkg-config || lacks pkg-config
    { runs pkg-config && has_mysql_headers; } || lacks libmariadb-dev
fi
{ runs mariadbd && runs mariadb-install-db; } || lacks mariadb-server-core
runs my_print_defaults || lacks mariadb-client-core
if [ "$ring" = test ]; then
    runs chromium-headless-shell || runs chromium || runs chromium-browser || runs google-chrome ||
        lacks chromium-headless-shell
    has_font || lacks fonts-dejavu-core
    runs nginx || lacks nginx-light
fi
# Slurm's daemons are started as root only. Where they are not, their tests are skipped.
slurm=
if [ "$ring" = test ] && [ "$(id -u)" = 0 ] && [ ! -e .venv/without-slurm ] && runs apt-get; then
    { runs slurmctld && runs slurmd && runs munged && runs sbatch; } || slurm="munge slurmctld slurmd slurm-client"
fi
[ -n "$missing$slurm" ] || [ "$installed" = no ] || exit 0

log=$(mktemp) policy=
trap 'rm -f "$log" $policy' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
echo "Setting up for make $ring"

# --- Debian packages -------------------------------------------------------------------------------------------------
# --no-remove: a MySQL server that is here must not make room for MariaDB.
apt_options="-y -q --no-install-recommends --no-remove -o DPkg::Lock::Timeout=120"
say_what_to_install() {
    fail "$1" "Install these, then run make $ring again:" "" \
        "    ${sudo_hint}apt-get update && ${sudo_hint}apt-get install --no-install-recommends$missing"
}
as_root() { env DEBIAN_FRONTEND=noninteractive "$@"; }
sudo_hint=
if [ "$(id -u)" != 0 ]; then
    sudo_hint="sudo "
    # sudo forgets the environment: the proxies must be handed on. It asks for a password only where somebody can type it.
    as_root() {
        sudo $sudo_quietly env DEBIAN_FRONTEND=noninteractive ${http_proxy:+"http_proxy=$http_proxy"} \
            ${https_proxy:+"https_proxy=$https_proxy"} ${no_proxy:+"no_proxy=$no_proxy"} "$@"
    }
fi
sudo_quietly=-n
may_be_root() {
    [ "$(id -u)" = 0 ] && return 0
    runs sudo || return 1
    sudo -n true 2>/dev/null && return 0
    [ -t 0 ] && [ -t 1 ] || return 1
    echo "  Debian packages are missing:$missing"
    sudo_quietly= && sudo -v
}

if [ -n "$missing" ]; then
    runs apt-get || fail "This is no Debian: install what these Debian packages hold, then run make $ring again:" "   $missing"
    may_be_root || say_what_to_install "Debian packages are missing, and there is neither root nor a sudo that works here."
    # A foreign source that does not answer is no reason to stop: the install decides.
    step "Debian's package lists" as_root apt-get update -q || echo "  (going on with the lists that are here)"
    # shellcheck disable=SC2086  # words on purpose
    step "Debian packages:$missing" as_root apt-get install $apt_options $missing ||
        say_what_to_install "apt-get could not install them."
fi

# --- Python packages -------------------------------------------------------------------------------------------------
# Two makes in one clone: the second waits here. The lock goes with the process.
if runs flock; then exec 9<Makefile && flock 9; fi
if ! is_installed; then
    # An environment that is half made, of another Python, or of a folder that was moved is made anew.
    if [ -e .venv/unfinished ] || [ "$(cat .venv/made-for 2>/dev/null)" != "$(place)" ] || ! .venv/bin/python -c "import pip" 2>/dev/null; then
        # --clear would empty what a link leads to: another clone's.
        [ ! -L .venv ] || rm .venv
        step ".venv" "$python" -m venv --clear .venv || exit 1
        place >.venv/made-for
    fi
    touch .venv/unfinished
    # --no-compile: what is never imported need not be compiled; what is imported compiles itself once.
    # shellcheck disable=SC2046  # words on purpose
    step "Python packages of $requirements" .venv/bin/python -m pip install --disable-pip-version-check --no-input \
        --no-compile --prefer-binary -c requirements-constraints.txt $(printf -- '-r %s ' $requirements) || exit 1
    fingerprint >"$stamp"
    rm .venv/unfinished
fi

# --- Slurm -----------------------------------------------------------------------------------------------------------
# Not as services: the tests start a cluster of their own (Debian policy-rc.d(8): 101 forbids to start one).
install_slurm() {
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    fi
    apt-get update -q || true
    # shellcheck disable=SC2086  # words on purpose
    as_root apt-get install $apt_options $slurm
}
if [ -n "$slurm" ] && ! step "Debian packages: $slurm" install_slurm; then
    echo "  (going on without Slurm: its tests are skipped)"
    touch .venv/without-slurm
fi
