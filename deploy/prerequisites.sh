# Sourced by ./run and ./test: makes sure that what they need is installed, or says in one line what to install.
# shellcheck shell=bash

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

fail() {
    echo "$1" >&2
    exit 1
}

# The newest PostgreSQL of Debian's and Ubuntu's packages lies outside of PATH.
has_postgres() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null
}

has_rabbitmq() {
    command -v rabbitmq-server >/dev/null || [ -x /usr/sbin/rabbitmq-server ] || [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]
}

has_redis() {
    command -v redis-server >/dev/null
}

require_dotnet() {
    command -v dotnet >/dev/null || fail 'The .NET SDK is missing: install .NET 10 (package dotnet-sdk-10.0).'
    dotnet --list-sdks | grep -q '^10\.' || fail "The .NET 10 SDK is missing: dotnet --list-sdks names $(dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' '). Install dotnet-sdk-10.0."
}

# Installs the database, the broker and the cache, and whatever else is named, with the system's package manager.
require_servers() {
    local missing=()
    has_postgres || missing+=(postgresql)
    has_rabbitmq || missing+=(rabbitmq-server)
    has_redis || missing+=(redis-server)
    command -v curl >/dev/null || missing+=(curl)
    command -v setsid >/dev/null || missing+=(util-linux)
    [ ${#missing[@]} -eq 0 ] && return

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "Please install: sudo apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    command -v apt-get >/dev/null || fail "Please install with your package manager: ${missing[*]}"

    echo "Installing ${missing[*]} ..."
    # The stack starts its own processes; the packages' services stay off, as far as an installation may decide that.
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
    else
        policy=
    fi
    local log
    log=$(mktemp)
    "${as_root[@]}" apt-get update >"$log" 2>&1 || true
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
        [ -z "$policy" ] || "${as_root[@]}" rm -f "$policy"
        tail -n 5 "$log" >&2
        fail "The installation failed (see $log). Please install: ${missing[*]}"
    fi
    [ -z "$policy" ] || "${as_root[@]}" rm -f "$policy"
    rm -f "$log"
}

# Builds with a compiler server of its own (it halves the time) and ends that, by pid: nothing is left running.
build() {
    local id="qrplatform-$$" code=0 process
    dotnet build "$@" -c Release -v q --nologo -nodeReuse:false -p:SharedCompilationId="$id" || code=$?
    for process in /proc/[0-9]*; do
        if tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -q -- "-pipename:$id"; then kill "${process#/proc/}" 2>/dev/null || true; fi
    done
    return $code
}
