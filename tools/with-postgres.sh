#!/bin/bash
# Runs a command beside a PostgreSQL server of its own, in a temporary folder and on a socket there; it ends with the command.
#   tools/with-postgres.sh COMMAND...
# SEAL_CENTRAL_TEST_POSTGRES tells the command where the server is. FSYNC=on for measurements: tests need no power cut.
set -euo pipefail

bin=$(pg_config --bindir 2>/dev/null || true)
[ -x "$bin/initdb" ] || bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -x "$bin/initdb" ] || { echo "with-postgres: no PostgreSQL server is installed" >&2; exit 1; }

home=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
    # It refuses to run as root.
    chown postgres "$home"
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
server() { (cd "$home" && "${as[@]}" "$bin/$1" -D "$home/data" "${@:2}"); }
end() {
    server pg_ctl -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap end EXIT

server initdb -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
options="-c listen_addresses='' -c unix_socket_directories='$home' -c fsync=${FSYNC:-off} -c max_connections=300"
server pg_ctl -w -l "$home/log" -o "$options" start >/dev/null || { cat "$home/log" >&2; exit 1; }
export SEAL_CENTRAL_TEST_POSTGRES="postgres:///postgres?host=$home&user=postgres"
"$@"
