# GraphiQL, the page at /graphql: built from query-service/graphiql with parts from npm, served by the engine.

# graphiql_sources: a checksum of each file that the page is made of, the schema that its examples are checked against included.
graphiql_sources() {
  (cd "$ROOT" && find query-service/graphiql schemas/graphql/schema.graphql -name node_modules -prune -o -type f -print |
    LC_ALL=C sort | xargs cksum)
}

# graphiql_dir: the built page, one folder for each state of its sources.
graphiql_dir() { printf '%s/graphiql-%s' "$ENGINE_CACHE" "$(graphiql_sources | cksum | cut -d ' ' -f 1)"; }

graphiql_is_built() { [ -f "$(graphiql_dir)/index.html" ]; }

# graphiql_is_yours: whether the user has set ENGINE_GRAPHIQL_DIR by hand. What `make env` puts into a shell is ours.
graphiql_is_yours() {
  [ -n "${ENGINE_GRAPHIQL_DIR:-}" ] && [[ $ENGINE_GRAPHIQL_DIR != "$ENGINE_CACHE"/graphiql-* ]]
}
