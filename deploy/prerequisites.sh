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
    local missing=("$@")
    has_postgres || missing+=(postgresql)
    has_rabbitmq || missing+=(rabbitmq-server)
    has_redis || missing+=(redis-server)
    command -v curl >/dev/null || missing+=(curl)
    command -v setsid >/dev/null || missing+=(util-linux)
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

install_packages() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "Please install: sudo apt-get install $*"
        as_root=(sudo)
    fi
    command -v apt-get >/dev/null || fail "Please install with your package manager: $*"

    echo "Installing $* ..."
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
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1; then
        [ -z "$policy" ] || "${as_root[@]}" rm -f "$policy"
        tail -n 5 "$log" >&2
        fail "The installation failed (see $log). Please install: $*"
    fi
    [ -z "$policy" ] || "${as_root[@]}" rm -f "$policy"
    rm -f "$log"
}

# The oldest Node.js that the web application's tools run on.
has_node() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

# Makes sure of a Node.js that is new enough: the system's, or npm's package of it in artifacts/node, which npm itself is needed for.
require_node() {
    has_node && return
    command -v npm >/dev/null || install_packages nodejs npm
    has_node && return
    local own=$PWD/artifacts/node
    export PATH="$own/node_modules/.bin:$PATH"
    has_node && return
    echo 'Installing Node.js 22 into artifacts/node ...'
    mkdir -p "$own"
    npm install --prefix "$own" --no-save --no-audit --no-fund --loglevel error node@22 npm@11 || fail 'Node.js 20.19 or newer is missing, and npm could not install one. Please install Node.js 22.'
    hash -r
    has_node || fail "Node.js is $(node --version) and npm's package node@22 does not run here. Please install Node.js 22."
}

# Installs a folder's npm packages exactly as its lock file has them; not again while that is the same.
npm_packages() {
    local lock=$1/package-lock.json installed=$1/node_modules/.qrplatform-lock.json
    cmp -s "$lock" "$installed" && return
    (cd "$1" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel error) && cp "$lock" "$installed"
}

# Builds the web application into web/dist; not again while nothing that it is made of has changed.
build_web() {
    local made_of kept=web/dist/.made-of
    made_of=$(find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
    [ -f "$kept" ] && [ "$made_of" = "$(cat "$kept")" ] && return
    npm_packages web && (cd web && npm run --silent build) && echo "$made_of" >"$kept"
}

# Builds with a compiler server of its own (it halves the time) and ends that, by pid: nothing is left running.
build() {
    local id="qrplatform-$$" code=0 process
    dotnet build "$@" -c Release -v q --nologo -nodeReuse:false -p:UseSharedCompilation=true -p:SharedCompilationId="$id" || code=$?
    for process in /proc/[0-9]*; do
        if tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -q -- "-pipename:$id"; then kill "${process#/proc/}" 2>/dev/null || true; fi
    done
    return $code
}
