// An order of six durable steps on DBOS for Go, in its fastest form: each step's row and its checkpoint are one transaction on one pool.
//
//	bench CONCURRENT WARM_UP_SECONDS SECONDS
//
// PEER_DATABASE_URL is an empty database. Prints name=value lines: workflows a second, and the milliseconds from a workflow's start to
// its fourth step, which confirms the order, and to its end.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Connections of the pool; DBOS documents no better number, and more were no faster.
const connections = 20

const table = "CREATE TABLE order_step (order_id text, step text, at timestamptz NOT NULL, PRIMARY KEY (order_id, step))"
const insert = "INSERT INTO order_step (order_id, step, at) VALUES ($1, $2, now())"

var steps = []string{"reserve", "screen", "authorise", "confirm", "capture", "ship"}

// When the running workflows were confirmed, by their ids.
var confirmedAt sync.Map

type shop struct{ source *dbos.DataSource }

func (s *shop) order(workflow dbos.Context, id string) (string, error) {
	for _, step := range steps {
		write := func(ctx context.Context, tx dbos.Tx) (string, error) {
			_, err := tx.Exec(ctx, insert, id, step)
			return step, err
		}
		if _, err := dbos.RunAsTransaction(workflow, s.source, write, dbos.WithStepName(step)); err != nil {
			return "", err
		}
		if step == "confirm" {
			confirmedAt.Store(id, time.Now())
		}
	}
	return id, nil
}

type latencies struct {
	sync.Mutex
	confirmed, ended []float64
}

func (l *latencies) add(confirmed, ended time.Duration) {
	l.Lock()
	defer l.Unlock()
	l.confirmed = append(l.confirmed, float64(confirmed.Microseconds())/1000)
	l.ended = append(l.ended, float64(ended.Microseconds())/1000)
}

func quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*share))]
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 4 {
		return fmt.Errorf("usage: bench CONCURRENT WARM_UP_SECONDS SECONDS")
	}
	var numbers [3]int
	for place, text := range os.Args[1:] {
		number, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		numbers[place] = number
	}
	concurrent, warmUp, length := numbers[0], time.Duration(numbers[1])*time.Second, time.Duration(numbers[2])*time.Second
	ctx := context.Background()
	config, err := pgxpool.ParseConfig(os.Getenv("PEER_DATABASE_URL"))
	if err != nil {
		return err
	}
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	if _, err := pool.Exec(ctx, table); err != nil {
		return err
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	engine, err := dbos.NewContext(ctx, dbos.Config{AppName: "orders", SystemDBPool: pool, Logger: quiet})
	if err != nil {
		return err
	}
	s := &shop{}
	dbos.RegisterWorkflow(engine, s.order)
	if s.source, err = dbos.NewDataSource(engine, pool, dbos.WithDataSourceName("orders")); err != nil {
		return err
	}
	if err := dbos.Launch(engine); err != nil {
		return err
	}
	var seen latencies
	var failed, stopped, measuring atomic.Bool
	var group sync.WaitGroup
	for range concurrent {
		group.Go(func() {
			for !stopped.Load() {
				id, begun := uuid.NewString(), time.Now()
				handle, err := dbos.RunWorkflow(engine, s.order, id, dbos.WithWorkflowID(id))
				if err == nil {
					_, err = handle.GetResult()
				}
				confirmed, _ := confirmedAt.LoadAndDelete(id)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					failed.Store(true)
					return
				}
				if measuring.Load() {
					seen.add(confirmed.(time.Time).Sub(begun), time.Since(begun))
				}
			}
		})
	}
	time.Sleep(warmUp)
	measuring.Store(true)
	begun := time.Now()
	time.Sleep(length)
	measuring.Store(false)
	seconds := time.Since(begun).Seconds()
	stopped.Store(true)
	group.Wait()
	if failed.Load() {
		return fmt.Errorf("a workflow failed")
	}
	slices.Sort(seen.confirmed)
	slices.Sort(seen.ended)
	fmt.Printf("per_s=%.1f\n", float64(len(seen.ended))/seconds)
	fmt.Printf("confirm_p50_ms=%.1f\nconfirm_p99_ms=%.1f\n", quantile(seen.confirmed, 0.5), quantile(seen.confirmed, 0.99))
	fmt.Printf("end_p50_ms=%.1f\nend_p99_ms=%.1f\n", quantile(seen.ended, 0.5), quantile(seen.ended, 0.99))
	return nil
}
