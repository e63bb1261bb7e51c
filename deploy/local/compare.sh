#!/usr/bin/env bash
# Measures this checkout against another one: each benchmark is run in turn, old and new, new and old, and each figure's ratio
# new / old is taken pair by pair, since the machine's speed drifts. Both sides use this checkout's stack, each a throw-away one
# of its own, so that neither meets the other's tables and topics.
#
#   compare.sh CHECKOUT BENCHMARK...
#
# CHECKOUT is the other commit's folder, or a commit of this repository, which is then checked out under .local/compare.
# COMPARE_PAIRS (12), BENCH_SECONDS (1 a cell), BENCH_ROUNDS (1 a run) say how long it takes. For each figure it prints the
# median of the ratios and an interval that holds the true median with at least 95 % certainty: the order statistics of the
# sign test, which asks nothing of how the ratios are spread. The single values stay in .local/compare/results.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$here/../.." && pwd)
# shellcheck source=/dev/null
. "$here/lib/common.sh"
[ $# -ge 2 ] || die 'usage: compare.sh CHECKOUT BENCHMARK...'

# The script starts itself twice more, each time beside another stack; the first stack's environment is the old side's.
case ${COMPARE_STAGE:-} in
  '') COMPARE_STAGE=old exec "$here/with-stack.sh" "$0" "$@" ;;
  old)
    export -p | grep -v 'COMPARE_STAGE=' >"$ORDERS_STATE/old-side"
    COMPARE_OLD_SIDE=$ORDERS_STATE/old-side COMPARE_STAGE=both "$here/with-stack.sh" "$0" "$@"
    exit
    ;;
esac

base=$1
shift
pairs=${COMPARE_PAIRS:-12}
if [ ! -d "$base" ]; then
  commit=$(git -C "$ROOT" rev-parse --verify "$base^{commit}") || die "$base is neither a folder nor a commit"
  base=$ROOT/.local/compare/$commit
  [ -d "$base" ] || git -C "$ROOT" worktree add --detach "$base" "$commit" >&2
fi
mkdir -p "$ROOT/.local/compare"
results=$ROOT/.local/compare/results
: >"$results"
export BENCH_SECONDS=${BENCH_SECONDS:-1} BENCH_ROUNDS=${BENCH_ROUNDS:-1}

# measure SIDE PAIR BENCHMARK: one run; each of its figures becomes a line "name side pair value".
measure() {
  local folder=$ROOT
  (
    if [ "$1" = old ]; then
      folder=$base
      # shellcheck source=/dev/null
      . "$COMPARE_OLD_SIDE"
    fi
    cd "$folder" && cargo bench -q -p benches --bench "$3"
  ) | sed -nE "s/^([a-z0-9_]+)=([0-9.]+)\$/\\1 $1 $2 \\2/p" >>"$results"
}

benches=()
for bench in "$@"; do benches+=(--bench "$bench"); done
for folder in "$base" "$ROOT"; do
  say "Building the benchmarks of $folder"
  (cd "$folder" && cargo bench -q -p benches --no-run "${benches[@]}")
done
for bench in "$@"; do
  for ((pair = 1; pair <= pairs; pair++)); do
    if ((pair % 2)); then sides='old new'; else sides='new old'; fi
    for side in $sides; do measure "$side" "$pair" "$bench"; done
    say "$bench: pair $pair of $pairs done"
  done
done

printf '%-42s %12s %12s %7s  %s\n' figure old new ratio 'interval (95 %)'
sort -s -k1,1 "$results" | awk '
  function sorted(from, count, to,   i, j, held) {
    for (i = 1; i <= count; i++) to[i] = from[i]
    for (i = 2; i <= count; i++) {
      held = to[i]
      for (j = i - 1; j >= 1 && to[j] > held; j--) to[j + 1] = to[j]
      to[j + 1] = held
    }
  }
  function middle(values, count) {
    return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
  }
  # The largest rank k whose k-th smallest and k-th largest ratio enclose the median with 95 % certainty; 0 when none do.
  function rank(count,   k, chance, term) {
    term = 0.5 ^ count
    chance = term
    for (k = 0; chance <= 0.025; k++) {
      term = term * (count - k) / (k + 1)
      chance += term
    }
    return k
  }
  function flush(   pair, count, olds, news, ratios, low, k) {
    count = 0
    for (pair in old) if (pair in new && old[pair] > 0) {
      count++
      olds[count] = old[pair]; news[count] = new[pair]; ratios[count] = new[pair] / old[pair]
    }
    if (count) {
      sorted(olds, count, a); sorted(news, count, b); sorted(ratios, count, r)
      k = rank(count)
      low = k ? sprintf("%.3f to %.3f", r[k], r[count + 1 - k]) : "too few pairs"
      printf "%-42s %12.6g %12.6g %7.3f  %s (%d pairs)\n", name, middle(a, count), middle(b, count), middle(r, count), low, count
    }
    delete old; delete new
  }
  $1 != name { if (name != "") flush(); name = $1 }
  $2 == "old" { old[$3] = $4 }
  $2 == "new" { new[$3] = $4 }
  END { flush() }
'
