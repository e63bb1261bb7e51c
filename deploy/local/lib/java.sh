# What the two Java parts share: where their files are, flags, class-data archives.

kafka_home() { printf '%s/kafka' "$(parts_dir)"; }
registry_home() { printf '%s/registry' "$(parts_dir)"; }

# parts_dir: fetched files, one folder for each state of the pom, so that a changed version is a new folder.
parts_dir() { printf '%s/parts-%s' "$ENGINE_CACHE" "$(cksum <"$ROOT/deploy/local/pom.xml" | cut -d ' ' -f 1)"; }

parts_are_here() { [ -f "$(parts_dir)/complete" ]; }

require_parts() { parts_are_here || die "Kafka and the registry are not in $ENGINE_CACHE yet; 'make up' or 'make fetch' gets them"; }

# archive_of PART: its class-data archive, which belongs to one Java exactly.
archive_of() { printf '%s/%s-%s.jsa' "$(parts_dir)" "$1" "$(java -version 2>&1 | cksum | cut -d ' ' -f 1)"; }

# java_flags PART MEGABYTES: one flag a line. ARCHIVE_TO, set while fetching, writes the archive instead of using it. JAVA_COMPILER=quick
# leaves the optimising compiler out, which a process that lives for a test's seconds does not repay; otherwise it is full.
java_flags() {
  local archive
  printf '%s\n' -Xms64m "-Xmx$2m" -XX:+UseSerialGC -XX:-UsePerfData "-Dorder.engine.state=$ORDERS_STATE" -Dfile.encoding=UTF-8
  if [ "${JAVA_COMPILER:-full}" = quick ]; then printf '%s\n' -XX:TieredStopAtLevel=1; fi
  if [ -n "${ARCHIVE_TO:-}" ]; then
    printf '%s\n' "-XX:ArchiveClassesAtExit=$ARCHIVE_TO"
    return
  fi
  archive=$(archive_of "$1")
  [ ! -f "$archive" ] || printf '%s\n' "-XX:SharedArchiveFile=$archive" -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off
}

java_is_ours() { runs_as "$1" java "-Dorder.engine.state=$ORDERS_STATE " "$2"; }
