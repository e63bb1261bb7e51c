package closedloop

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Steps of an order, each of which inserts a row. The fourth confirms the order.
var Steps = []string{"reserve", "screen", "authorise", "confirm", "capture", "ship"}

// Connections of the application's pool. DBOS documents no better number, and more were no faster.
const connections = 20

const table = "CREATE TABLE order_step (order_id text, step text, at timestamptz NOT NULL, PRIMARY KEY (order_id, step))"

// Open makes the table for the steps' rows in the empty database that PEER_DATABASE_URL names.
func Open(ctx context.Context) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(os.Getenv("PEER_DATABASE_URL"))
	if err != nil {
		return nil, err
	}
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, table)
	return pool, err
}

// Verify counts the rows of all workflows that have finished.
func (f Figures) Verify(ctx context.Context, pool *pgxpool.Pool) error {
	var rows int
	if err := pool.QueryRow(ctx, "SELECT count(*) FROM order_step").Scan(&rows); err != nil {
		return err
	}
	if expected := f.finished * len(Steps); rows != expected {
		return fmt.Errorf("%d workflows have finished, with %d rows instead of %d", f.finished, rows, expected)
	}
	return nil
}
